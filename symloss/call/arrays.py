"""Single arguments: what becomes an array, of which dtype, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symloss.errors import ParameterError, ShapeError

Array = NDArray[Any]

FLOAT64 = np.dtype(np.float64)
FLOAT32 = np.dtype(np.float32)
INT64 = np.dtype(np.int64)

#: How many bits of an integer each dtype holds exactly.
_MANTISSA = {FLOAT64: 53, FLOAT32: 24}


def as_array(shown: str, value: object) -> Array:
    """``value`` as a plain array of numbers, never a copy of one; other dtypes are refused."""
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise ShapeError(f"{shown} has masked entries; give those samples sample_weight=0, or fill them")
    try:
        array = np.asarray(value)
    except ValueError as error:  # ragged lists
        raise ShapeError(f"{shown} cannot be made an array ({error}); expected numbers of equal row length") from error
    if array.dtype.kind not in "buif":
        raise ShapeError(
            f"{shown} has dtype {array.dtype}; expected real numbers: write np.asarray({shown}, dtype=float)"
        )
    return array


def prediction_dtype(predictions: Sequence[tuple[str, object, Array]]) -> np.dtype[Any]:
    """The dtype to compute in, from (shown, as given, array) of each prediction.

    As in NumPy, a Python number next to an array does not decide.
    """
    strong = [(shown, array) for shown, given, array in predictions if not isinstance(given, (bool, int, float))]
    strong_dtypes = [_computable(shown, array.dtype) for shown, array in strong]
    return FLOAT32 if strong_dtypes and all(dtype == FLOAT32 for dtype in strong_dtypes) else FLOAT64


def _computable(shown: str, dtype: np.dtype[Any]) -> np.dtype[Any]:
    if dtype.kind != "f":
        return FLOAT64
    if dtype.itemsize > 8:
        raise ShapeError(
            f"{shown} has dtype {dtype}; expected float32 or float64: write np.asarray({shown}, dtype='float64')"
        )
    # Half precision is a way to store numbers: float32 holds each of them, and their losses and sums.
    return FLOAT32 if dtype.itemsize < 4 else dtype.newbyteorder("=")


Inexact = Callable[[Array, Array], NDArray[np.bool_]]


def inexact(source: np.dtype[Any], dtype: np.dtype[Any]) -> Inexact | None:
    """How to tell which elements (given, converted) lost something by conversion; ``None`` where none can."""
    if dtype == INT64:
        return _label_inexact(source)
    if source.kind not in "iu" or 8 * source.itemsize - (source.kind == "i") <= _MANTISSA[dtype]:
        return None  # floats round to the nearest, as they do everywhere
    safe = 2 ** _MANTISSA[dtype]
    beyond = 2.0 ** (8 * source.itemsize - (source.kind == "i"))

    def changed(given: Array, converted: Array) -> NDArray[np.bool_]:
        if given.max() <= safe and (source.kind == "u" or given.min() >= -safe):
            return np.zeros(given.shape, dtype=bool)
        # Conversion back saturates on some machines: what rounded up beyond the type is told apart first.
        with np.errstate(invalid="ignore"):
            return np.asarray((converted >= beyond) | (converted.astype(given.dtype) != given))

    return changed


def _label_inexact(source: np.dtype[Any]) -> Inexact | None:
    if source.kind == "f":
        return lambda given, converted: np.asarray((converted != given) | (abs(given) >= 2.0**63))
    if source.kind == "u" and source.itemsize == 8:
        return lambda given, converted: converted < 0
    return None


def expected_exact(dtype: np.dtype[Any], label: bool) -> str:
    """What to say where `inexact` found an element."""
    if label:
        return "an integer class id"
    return f"an integer that {dtype} holds exactly; to round it, convert it to {dtype} yourself"


def shared_parameter(shown: str, array: Array) -> Array:
    """A parameter as float64; integers only if exact."""
    converted = np.array(array, dtype=FLOAT64, order="C")
    changed = inexact(array.dtype, FLOAT64)
    if changed is not None and array.size and changed(array, converted).any():
        raise ParameterError(f"{shown} is {array}; expected {expected_exact(FLOAT64, label=False)}")
    return converted
