"""What a law is, and what is said where one does not hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from symloss.audit import points
from symloss.audit.batch import Batch
from symloss.loss import Loss

from . import sampling

Wants = Literal["few", "fewest", "wide", "mixed"]
"""Which batches a law is held against: few and chosen ones where the oracle is asked (the fewest are float64 only),
many samples, or one mixed batch."""


NUMPY_NUMBER = re.compile(r"np\.float(?:32|64)\(([^()]*)\)")
"""How NumPy 2 writes a number; a reader wants the number."""


@dataclass(frozen=True)
class Violation:
    """A law that does not hold: what was got, what was expected, and the samples that show it.

    ``samples`` are the rows of ``batch`` that matter; ``result`` and ``by`` name the result that is wrong, such as
    "gradient" by "f", where it is one.
    """

    text: str
    samples: tuple[int, ...] = ()
    result: str = ""
    by: str = ""
    law: str = ""
    loss: str = ""
    batch: Batch | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", NUMPY_NUMBER.sub(r"\1", self.text))

    def __str__(self) -> str:
        return f"{self.loss}: {self.law}: {self.text}{self.where}"

    @property
    def where(self) -> str:
        """The first sample that shows it, as arguments of a call."""
        if self.batch is None or not self.batch.length:
            return ""
        row = self.samples[0] if self.samples else 0
        shown = ", ".join(f"{name}={_short(value)}" for name, value in self.batch.sample(row).items())
        dtypes = sorted({str(a.dtype) for a in self.batch.arrays.values() if a.dtype.kind == "f"})
        return f"; at {shown}" + (f" ({', '.join(dtypes)})" if dtypes != ["float64"] else "")


@dataclass(frozen=True)
class Law:
    """A sentence about every loss that it applies to, and the function that holds a loss against it.

    ``law(loss, batch)`` is None, or the `Violation` that was found first. An error of the loss is one too.
    ``metrics`` says that it speaks of values only, and so of metrics as well.
    """

    sentence: str
    function: Callable[..., Violation | None]
    applies: Callable[[Loss], bool] = lambda loss: True
    wants: Wants = "wide"
    metrics: bool = False

    def is_for(self, loss: Loss) -> bool:
        """Whether the law says something about the loss."""
        return (self.metrics or not loss.is_metric) and self.applies(loss)

    @property
    def name(self) -> str:
        return self.function.__name__

    def __call__(self, loss: Loss, batch: Batch, **options: Any) -> Violation | None:
        try:
            with np.errstate(all="ignore"):
                found = self.function(loss, batch, **options)
        except Exception as error:  # what the loss raises where it should have a result is what is looked for
            found = Violation(f"{type(error).__name__}: {error}")
        if found is None:
            return None
        return replace(found, law=self.name, loss=loss.name, batch=found.batch or batch)

    def batches(self, loss: Loss, seed: int = 0, count: int = 60) -> Iterator[Batch]:
        """What `check_loss` holds the law against; the same for the same seed."""
        if self.wants == "mixed":
            yield sampling.mixed(loss, seed=seed)
            return
        for dtype in ("float64", "float32")[: 1 if self.wants == "fewest" else 2]:
            if self.wants in ("few", "fewest"):
                yield from sampling.batches(loss, dtype, 2, seed)
            else:
                yield from points.batches(loss, dtype, count, seed)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}..."
