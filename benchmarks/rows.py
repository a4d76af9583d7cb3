"""The rows of the table: which loss, on what arrays, with which results, against which limit of the machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Array = NDArray[Any]
Shape = tuple[int, ...]
Task = Literal["value and gradient", "gradient and Hessian", "gradient and Hessian matrix"]
#: One pass over the predictions, by ``np.exp(z, out=g)`` or ``np.add(z, y, out=g)``; "exp of pairs" has one
#: exponential for every pair of entries of a row.
Limit = Literal["exp", "add", "exp of pairs"]


@dataclass(frozen=True)
class Row:
    """One line of work. ``text`` names its formula in the peers' tables, ``loss`` is ours."""

    name: str
    text: str
    loss: str
    shape: Shape
    make: Callable[[Generator, Shape], tuple[Array, ...]]
    limit: Limit
    task: Task = "value and gradient"
    predictions: int = 1

    def inputs(self, dtype: str) -> tuple[Array, ...]:
        """Targets, then predictions; the same numbers in every process."""
        made = self.make(np.random.default_rng(20240521), self.shape)
        return tuple(a if a.dtype.kind == "i" else a.astype(dtype) for a in made)

    @property
    def size(self) -> str:
        return " × ".join(f"{n:,}" for n in self.shape)


def _real(random: Generator, shape: Shape) -> tuple[Array, ...]:
    return random.normal(size=shape), random.normal(size=shape)


def _binary(random: Generator, shape: Shape) -> tuple[Array, ...]:
    return (random.random(shape) < 0.3).astype(float), 2 * random.normal(size=shape)


def _counts(random: Generator, shape: Shape) -> tuple[Array, ...]:
    f = random.normal(size=shape)
    return random.poisson(np.exp(f)).astype(float), f


def _positive(random: Generator, shape: Shape) -> tuple[Array, ...]:
    f = random.normal(size=shape)
    return np.exp(f) * random.gamma(2.0, 0.5, size=shape) + 1e-6, f


def _labels(random: Generator, shape: Shape) -> tuple[Array, ...]:
    return random.integers(0, shape[-1], shape[0]), 2 * random.normal(size=shape)


def _simplex(random: Generator, shape: Shape) -> tuple[Array, ...]:
    t = random.exponential(size=shape)
    return t / t.sum(axis=-1, keepdims=True), 2 * random.normal(size=shape)


def _similarities(random: Generator, shape: Shape) -> tuple[Array, ...]:
    return (random.uniform(-1.0, 1.0, size=shape),)


def _relevances(random: Generator, shape: Shape) -> tuple[Array, ...]:
    return random.integers(0, 5, shape).astype(float), random.normal(size=shape)


def _location_and_scale(random: Generator, shape: Shape) -> tuple[Array, ...]:
    return (*_real(random, shape), random.normal(size=shape) / 2)


_MILLION: Shape = (1_000_000,)
_SOFTMAX_SHAPES = ((1_000_000, 3), (100_000, 10), (8_192, 1_000), (64, 128_000))


def _scalar(name: str, make: Any, limit: Limit, loss: str = "", **more: Any) -> Row:
    return Row(name, name, loss or name, _MILLION, make, limit, **more)


def _softmax(shape: Shape) -> tuple[Row, Row]:
    size = "x".join(map(str, shape))
    labels = Row(f"softmax_labels_{size}", "softmax_labels", "sparse_softmax_cross_entropy", shape, _labels, "exp")
    dense = Row(f"softmax_dense_{size}", "softmax_dense", "softmax_cross_entropy", shape, _simplex, "exp")
    return labels, dense


ROWS: tuple[Row, ...] = (
    _scalar("binary_cross_entropy", _binary, "exp", "binary_cross_entropy_with_logits"),
    _scalar("squared_error", _real, "add"),
    _scalar("huber", _real, "add"),
    _scalar("quantile", _real, "add"),
    _scalar("poisson", _counts, "exp"),
    _scalar("gamma", _positive, "exp"),
    _scalar("tweedie", _counts, "exp"),
    _scalar("focal", _binary, "exp", task="gradient and Hessian"),
    *(row for shape in _SOFTMAX_SHAPES for row in _softmax(shape)),
    Row("dice", "dice", "dice", (16, 65_536), _binary, "exp"),
    Row("info_nce", "info_nce", "info_nce", (2_048, 2_048), _similarities, "exp"),
    _scalar("normal", _location_and_scale, "exp", task="gradient and Hessian matrix", predictions=2),
    # Last, since a framework may run out of memory here, and a process that dies takes what is left with it.
    Row("approx_ndcg", "approx_ndcg", "approx_ndcg", (10_000, 100), _relevances, "exp of pairs"),
)


def chosen(names: Sequence[str], samples: int | None = None, quick: bool = False) -> tuple[Row, ...]:
    """The rows of these names (or whose names begin so), all by default.

    ``samples`` replaces their first length; ``quick`` makes the slowest row shorter.
    """
    rows = [row for row in ROWS if not names or any(row.name.startswith(name) for name in names)]
    if not rows:
        raise ValueError(f"no row is called {', '.join(names)}; there are {', '.join(row.name for row in ROWS)}")
    if samples is None:
        return tuple(_resized(row, 1_000) if quick and row.name == "approx_ndcg" else row for row in rows)
    return tuple(_resized(row, samples) for row in rows)


def _resized(row: Row, samples: int) -> Row:
    return replace(row, shape=(samples, samples) if row.text == "info_nce" else (samples, *row.shape[1:]))
