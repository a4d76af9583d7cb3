"""Results of calls, taken apart and compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from symloss.audit.batch import Array, Batch
from symloss.declare.roles import role_symbol
from symloss.loss import Loss


def predictions(loss: Loss) -> list[str]:
    """The names of what is differentiated."""
    return [role_symbol(p).name for p in loss.declaration.predictions]


def given(batch: Batch) -> dict[str, Any]:
    """Arguments and parameters of a call."""
    return {**batch.arrays, **batch.parameters}


def as_tuple(result: Any) -> tuple[Any, ...]:
    """All arrays of a result, whatever its structure."""
    if isinstance(result, tuple):
        return tuple(a for part in result for a in as_tuple(part))
    return (result,)


def both(loss: Loss, batch: Batch, **options: Any) -> tuple[Any, ...]:
    """Value and gradient as a flat tuple of arrays, of a metric the value: the kernel that most laws of calls use."""
    if loss.is_metric:
        return (loss.value(**given(batch), **options),)
    return as_tuple(loss.value_and_gradient(**given(batch), **options))


def same_bits(a: Any, b: Any) -> bool:
    """Equal to the last bit, -0.0 and 0.0 apart; any NaN is as good as any other."""
    if isinstance(a, tuple) or isinstance(b, tuple):
        return len(a) == len(b) and all(map(same_bits, a, b))
    a, b = np.asarray(a), np.asarray(b)
    return a.shape == b.shape and a.dtype == b.dtype and not differing(a, b).any()


def differing(a: Any, b: Any) -> Array:
    """Where two arrays of one shape and dtype differ in a bit."""
    a, b = np.ascontiguousarray(a), np.ascontiguousarray(b)
    bits = f"i{a.itemsize}"
    return (a.view(bits) != b.view(bits)) & ~(np.isnan(a) & np.isnan(b))


def first_difference(a: Sequence[Any], b: Sequence[Any]) -> tuple[tuple[int, ...], str] | None:
    """The samples in which two flat tuples of results differ, and how; None for the same bits."""
    for left, right in zip(a, b, strict=True):
        left, right = np.asarray(left), np.asarray(right)
        if left.shape != right.shape or left.dtype != right.dtype:
            return (), f"{left.dtype} of shape {left.shape} and {right.dtype} of shape {right.shape}"
        where = differing(left, right)
        if where.any():
            place = tuple(int(p) for p in np.argwhere(where)[0]) if left.ndim else ()
            return place[:1], f"{left[place]!r} and {right[place]!r}"
    return None


def rows_of(loss: Loss, result: Any, length: int) -> Array:
    """Results by all predictions as ``(samples, entries)``."""
    return np.concatenate([np.reshape(part, (length, -1)) for part in as_tuple(result)], axis=1)


def matrix_of(loss: Loss, batch: Batch, result: Any) -> Array:
    """A Hessian or Fisher matrix as ``(samples, entries, entries)``, whatever the shapes of the predictions."""
    if not isinstance(result, tuple):
        size = entries_of(loss, batch)
        return np.reshape(result, (batch.length, size, size))
    sizes = [int(np.prod(batch.arrays[name].shape[1:])) for name in predictions(loss)]
    blocks = [
        [np.reshape(block, (batch.length, rows, columns)) for block, columns in zip(line, sizes, strict=True)]
        for line, rows in zip(result, sizes, strict=True)
    ]
    return np.concatenate([np.concatenate(line, axis=2) for line in blocks], axis=1)


def entries_of(loss: Loss, batch: Batch) -> int:
    """How many numbers the predictions of one sample are."""
    return sum(int(np.prod(batch.arrays[name].shape[1:])) for name in predictions(loss))


def finite_rows(batch: Batch) -> Array:
    """Which samples hold finite numbers only."""
    parts = [np.isfinite(a.astype(np.float64)).reshape(batch.length, -1).all(axis=1) for a in batch.arrays.values()]
    return np.logical_and.reduce(parts)


def names_and_arrays(loss: Loss, result: Any) -> Iterator[tuple[str, Any]]:
    """(prediction, array) of a derivative."""
    yield from zip(predictions(loss), result if isinstance(result, tuple) else (result,), strict=True)
