"""What to say about a value outside its domain: where it stands, what it is, what was expected."""

from __future__ import annotations

from typing import Any

import numpy as np

from symloss.call.arrays import FLOAT64, Array
from symloss.call.bound import Bound
from symloss.call.predicates import outside
from symloss.call.signature import GuardSpec
from symloss.errors import DomainError


def guard_failure(bound: Bound, row: int, number: int, offset: int = 0) -> DomainError:
    """The error for a guard of the kernel that failed in a row.

    The kernel tells the row alone; the element is found by testing that row again.
    ``offset`` is where the row's elements begin in flat arrays (ragged rows). The guard after the last is that of the
    weights.
    """
    if number == len(bound.signature.guards):
        return weight_failure(bound, row)
    guard = bound.guard(number)
    argument = guard.argument
    values = _row(bound, argument, row, offset)
    index = _first_failing(bound, guard, values)
    if index is None:
        place, value = _place(bound, argument, row, None, offset), _abbreviated(values)
        if guard.test and guard.test[0] == "simplex":
            value = f"{value}, which sums to {float(np.sum(values, dtype=np.float64))}"
    else:
        place, value = _place(bound, argument, row, index, offset), _number(values[index])
    return DomainError(f"{place} is {value}; expected {guard.expected}{_sample(bound, row)}")


def element_failure(
    bound: Bound, argument: str, row: int, index: tuple[int, ...], value: Any, expected: str, offset: int = 0
) -> DomainError:
    """The error for one element that was found while its chunk was read."""
    place = _place(bound, argument, row, index, offset)
    return DomainError(f"{place} is {_number(value)}; expected {expected}{_sample(bound, row)}")


def weight_failure(bound: Bound, row: int) -> DomainError:
    """The error for a weight that is negative, infinite or not a number."""
    assert bound.weight is not None
    value = bound.weight.flat[row] if bound.weight.ndim else bound.weight[()]
    at = np.unravel_index(row, bound.batch) if bound.weight.ndim else ()
    return DomainError(f"sample_weight{_brackets(at)} is {_number(value)}; expected a finite number >= 0")


def _row(bound: Bound, argument: str, row: int, offset: int) -> Array:
    """One row of an argument, as the caller gave it; a shared or broadcast one as it is."""
    array = bound.arrays[argument]
    if not _has_rows(bound, argument):
        return array
    if bound.sizes is not None and bound.axes[argument]:
        return array[offset : offset + int(bound.sizes[row])]
    return np.asarray(array[np.unravel_index(row, bound.batch)] if bound.batch else array)


def _has_rows(bound: Bound, argument: str) -> bool:
    shared = argument in bound.signature.parameter_named and argument not in bound.per_sample
    return not shared and bound.arrays[argument].ndim > 0


def _first_failing(bound: Bound, guard: GuardSpec, values: Array) -> tuple[int, ...] | None:
    if guard.test is None:
        return () if values.ndim == 0 else None
    spec = bound.signature.input_named.get(guard.argument)
    # The kernel saw the converted value: 1e-50 is no positive float32.
    dtype = FLOAT64 if spec is None else values.dtype if spec.label else bound.dtype
    converted = values.astype(dtype, copy=False)
    failing = outside(guard.test, converted, bound.extents)
    if spec is not None and spec.role == "prediction":
        failing &= ~np.isnan(converted)
    found = np.argwhere(failing)
    if len(found):
        return tuple(int(i) for i in found[0])
    return () if values.ndim == 0 else None


def _place(bound: Bound, argument: str, row: int, index: tuple[int, ...] | None, offset: int) -> str:
    shown = bound.name(argument)
    if not _has_rows(bound, argument):
        return f"{shown}{_brackets(index or ())}"
    if bound.sizes is not None and bound.axes[argument]:
        if index is None:
            return f"{shown}[{offset}:{offset + int(bound.sizes[row])}]"
        return f"{shown}[{offset + index[0]}]"
    return f"{shown}{_brackets((*np.unravel_index(row, bound.batch), *(index or ())))}"


def _sample(bound: Bound, row: int) -> str:
    if bound.sizes is not None:
        return f" (group {row})"
    if not bound.batch:
        return ""
    at = tuple(int(i) for i in np.unravel_index(row, bound.batch))
    return f" (sample {at[0] if len(at) == 1 else at})"


def _brackets(index: tuple[Any, ...]) -> str:
    return f"[{', '.join(str(int(i)) for i in index)}]" if index else ""


def _number(value: Any) -> str:
    return str(value.item() if isinstance(value, (np.generic, np.ndarray)) else value)


def _abbreviated(values: Array) -> str:
    return np.array2string(values, threshold=6, edgeitems=3, separator=", ").replace("\n", "")
