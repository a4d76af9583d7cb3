"""What `check_loss` says: law by law, as a table and as an object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from symloss.errors import LawError

from .law import Violation

HOLDS, FAILS, NOT_RUN = "holds", "FAILS", "not run"


@dataclass(frozen=True)
class Result:
    """What became of one law: held against so many batches and samples, and the smallest counterexample, if any."""

    law: str
    sentence: str
    status: str
    batches: int = 0
    samples: int = 0
    seconds: float = 0.0
    violation: Violation | None = None

    @property
    def passed(self) -> bool:
        return self.status == HOLDS

    def document(self) -> dict[str, Any]:
        """As JSON can hold it."""
        found = self.violation
        shown = None
        if found is not None:
            batch = found.batch
            samples = [] if batch is None else [batch.sample(n) for n in range(min(batch.length, 4))]
            shown = {"text": found.text, "samples": samples, "dtypes": _dtypes(found)}
        return {
            "law": self.law,
            "sentence": self.sentence,
            "status": self.status,
            "batches": self.batches,
            "samples": self.samples,
            "seconds": round(self.seconds, 3),
            "violation": shown,
        }


def _dtypes(found: Violation) -> dict[str, str]:
    return {} if found.batch is None else {name: str(a.dtype) for name, a in found.batch.arrays.items()}


@dataclass(frozen=True)
class Report:
    """The results of one loss. ``str()`` is a table.

    A law that ran out of time has not been shown to hold: then the report has not passed either.
    """

    loss: str
    seed: int
    results: tuple[Result, ...]

    @property
    def passed(self) -> bool:
        """Whether every law that applies was run, and holds."""
        return all(r.passed for r in self.results)

    @property
    def failures(self) -> tuple[Result, ...]:
        return tuple(r for r in self.results if r.status == FAILS)

    def __getitem__(self, law: str) -> Result:
        return next(r for r in self.results if r.law == law)

    def raise_if_failed(self) -> None:
        """A `LawError` with the table, unless the report has passed."""
        if not self.passed:
            raise LawError(str(self))

    def document(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "loss": self.loss,
            "seed": self.seed,
            "passed": self.passed,
            "laws": [result.document() for result in self.results],
        }

    def __str__(self) -> str:
        return "\n".join([self.summary, *self._lines()])

    @property
    def summary(self) -> str:
        """One line."""
        counts = {s: sum(r.status == s for r in self.results) for s in (HOLDS, FAILS, NOT_RUN)}
        parts = [f"{counts[HOLDS]} of {len(self.results)} laws hold"]
        parts += [f"{counts[FAILS]} fail{'s' if counts[FAILS] == 1 else ''}"] if counts[FAILS] else []
        parts += [f"{counts[NOT_RUN]} not run"] if counts[NOT_RUN] else []
        return f"{self.loss}: {', '.join(parts)} (seed {self.seed})"

    def _lines(self) -> Iterator[str]:
        width = max((len(r.law) for r in self.results), default=0)
        for r in self.results:
            yield f"{r.status:<8}{r.law:<{width}}  {r.samples} samples"
            if r.violation is not None:
                yield f"{'':<8}{r.violation.text}{r.violation.where}"
