"""Which slot an argument of a call needs, and what happens to elements that cannot be converted."""

from __future__ import annotations

from typing import Any

import numpy as np

from symloss.call.arrays import Array, expected_exact, inexact
from symloss.call.bound import Bound
from symloss.call.chunks import Chunk
from symloss.call.failures import element_failure
from symloss.call.predicates import outside
from symloss.call.slots import Checked, Convert, Fill, Reject, Slice, Slot


def argument_slot(bound: Bound, name: str, axes: tuple[str, ...], dtype: np.dtype[Any]) -> Slot:
    """The slot of an argument with a value per sample."""
    width = bound.width(axes)
    slot = _array_slot(bound, name, width, dtype)
    spec = bound.signature.parameter_named.get(name)
    if spec is None or spec.test is None or any(g.argument == name for g in bound.signature.guards):
        return slot
    test = spec.test
    return Checked(
        slot, lambda values: outside(test, values, bound.extents), _rejecter(bound, name, width, spec.domain)
    )


def weight_slot(bound: Bound) -> Slot | None:
    """The slot of the sample weights, not yet checked."""
    if bound.weight is None:
        return None
    bound.arrays["sample_weight"] = bound.weight
    return _array_slot(bound, "sample_weight", 1, bound.dtype)


def _array_slot(bound: Bound, name: str, width: int | None, dtype: np.dtype[Any]) -> Slot:
    array = bound.arrays[name]
    if array.dtype == dtype and array.ndim and array.flags.c_contiguous and array.flags.aligned:
        # Read-only ones too: kernels declare what they only read as read-only.
        return Slice(array.reshape(-1), width)
    changed = inexact(array.dtype, dtype)
    reject = _rejecter(bound, name, width, "" if changed is None else expected_exact(dtype, dtype.kind == "i"))
    if array.ndim == 0:
        return Fill(_converted_scalar(array, dtype, changed, reject), width, dtype)
    return Convert(array, width, 1 if width is None else len(bound.batch), dtype, changed, reject)


def _converted_scalar(array: Array, dtype: np.dtype[Any], changed: Any, reject: Reject) -> Any:
    with np.errstate(invalid="ignore"):
        converted = array.astype(dtype)
    if changed is not None and changed(array, converted):
        reject(Chunk(0, 1, 0, 1), np.ones(1, dtype=bool))
        converted = np.zeros((), dtype)
    return converted[()]


def _rejecter(bound: Bound, name: str, width: int | None, expected: str) -> Reject:
    """Raises for the first bad element of a chunk whose sample has weight."""

    def reject(chunk: Chunk, bad: Array) -> None:
        elements = np.flatnonzero(bad)
        rows = _rows_of(bound, chunk, elements, width)
        silent = bound.silent(chunk.row, chunk.stop)
        if silent is not None:
            counts = ~silent[rows]
            elements, rows = elements[counts], rows[counts]
        if len(elements):
            raise _failure(bound, name, chunk, int(rows[0]), int(elements[0]), width, expected)

    return reject


def _rows_of(bound: Bound, chunk: Chunk, elements: Array, width: int | None) -> Array:
    if width is not None:
        return elements // width
    assert bound.sizes is not None
    ends = np.cumsum(bound.sizes[chunk.row : chunk.stop], dtype=np.int64)
    return np.asarray(np.searchsorted(ends, elements, side="right"))


def _failure(
    bound: Bound, name: str, chunk: Chunk, row: int, element: int, width: int | None, expected: str
) -> Exception:
    array = bound.arrays[name]
    if array.ndim == 0:
        return element_failure(bound, name, row, (), array[()], expected)
    if width is None:
        return element_failure(
            bound, name, chunk.row + row, (element,), array[chunk.first + element], expected, chunk.first
        )
    inner: tuple[int, ...] = tuple(
        int(i) for i in np.unravel_index(element % width, bound.inner(bound.axes.get(name, ())))
    )
    at: tuple[int, ...] = (*map(int, np.unravel_index(chunk.row + row, bound.batch)), *inner)
    return element_failure(bound, name, chunk.row + row, inner, array[at], expected)
