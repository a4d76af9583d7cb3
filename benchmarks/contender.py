"""One side of a comparison, and ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from benchmarks.losses import loss_named
from benchmarks.rows import Array, Row


class Cannot(Exception):
    """A peer cannot do a row; the text says why."""


@dataclass(frozen=True)
class Contender:
    """``run`` is what is timed; ``results`` makes NumPy arrays of what it returned.

    Their order: the value (or its sum), gradients, second derivatives.
    """

    run: Callable[[], Any]
    results: Callable[[Any], Sequence[Any]]


class Peer(Protocol):
    """One of the files in `benchmarks.peers`, a module.

    ``SUMMED``: its value is the sum over samples, as in frameworks that differentiate a scalar; ours is then run with
    ``reduction="sum"``, so that both sides do the same work. ``EXACT`` is false for a limit of the machine, whose
    results mean nothing. ``SPINS`` says that its threads wait awake for more work.
    """

    NAME: str
    SUMMED: bool
    EXACT: bool
    SPINS: bool

    def contender(self, row: Row, inputs: Sequence[Array], threads: int) -> Contender: ...

    def version(self) -> str: ...


def ours(row: Row, inputs: Sequence[Array], threads: int, *, summed: bool, allocate: bool = False) -> Contender:
    """Symloss on a row, writing into arrays made beforehand unless ``allocate``."""
    loss = loss_named(row.loss)
    options: dict[str, Any] = {"n_threads": threads}
    if row.task == "value and gradient":
        options |= {"reduction": "sum"} if summed else {}
        return _contender(loss.value_and_gradient, inputs, options, allocate, tuple)
    if row.task == "gradient and Hessian":
        return _contender(loss.gradient_and_hessian, inputs, options, allocate, tuple)
    return _with_matrix(loss, inputs, options, row.predictions, allocate)


def _contender(method: Any, inputs: Any, options: Any, allocate: bool, results: Any) -> Contender:
    if not allocate:
        options = {**options, "out": arrays_of(method(*inputs, **options))}
    return Contender(lambda: method(*inputs, **options), results)


def arrays_of(results: Any) -> Any:
    """The arrays of a first call for later ones to write into; sums have none."""
    if isinstance(results, tuple):
        return tuple(map(arrays_of, results))
    return results if isinstance(results, np.ndarray) else None


def _with_matrix(loss: Any, inputs: Any, options: Any, size: int, allocate: bool) -> Contender:
    """Gradients and the matrix, whose upper triangle is compared."""

    def results(made: Any) -> Sequence[Any]:
        gradients, hessian = made
        return [*gradients, *(hessian[..., a, b] for a in range(size) for b in range(a, size))]

    return _contender(loss.gradient_and_hessian_matrix, inputs, options, allocate, results)


def disagreement(ours: Sequence[Any], theirs: Sequence[Any]) -> float:
    """The largest difference between two sets of results, each relative to the largest entry of its array."""
    if len(ours) != len(theirs):
        raise ValueError(f"{len(ours)} results of ours, {len(theirs)} of theirs")
    return max(
        _relative(np.asarray(a, dtype=float), np.asarray(b, dtype=float)) for a, b in zip(ours, theirs, strict=True)
    )


def _relative(a: Array, b: Array) -> float:
    if a.shape != b.shape:
        raise ValueError(f"results of shapes {a.shape} and {b.shape}")
    largest = float(np.max(np.abs(b), initial=0.0))
    difference = float(np.max(np.abs(a - b), initial=0.0))
    return difference / largest if largest else difference
