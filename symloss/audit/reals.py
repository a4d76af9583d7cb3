"""Many exact results as three arrays, so that floats are compared with them by NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

from .balls import EXACT, magnitude

Array = Any

_BITS = {"float64": 53, "float32": 24}
_SMALLEST = {"float64": -1074, "float32": -149}
_LARGEST = {"float64": 1024, "float32": 128}

NORMAL = {"float64": -1012, "float32": -116}
"""Results below that power of two are 2**10 above the smallest normal number or less: errors are absolute there."""


@dataclass(frozen=True)
class Reals:
    """Numbers to 106 bits: the nearest double, the rest in units of its last place, the exponent of the number.

    ``known`` is false where the exact result could not be found.
    """

    near: Array
    rest: Array
    exponent: Array
    known: Array

    @classmethod
    def of(cls, numbers: Sequence[Any]) -> Reals:
        """From mpmath's numbers; None is one that is not known."""
        rows = np.array([_parts(x) for x in numbers], dtype=np.float64).reshape(-1, 4)
        return cls(rows[:, 0], rows[:, 1], rows[:, 2].astype(np.int64), rows[:, 3] > 0)

    def __len__(self) -> int:
        return len(self.near)

    def ulp_exponent(self, dtype: str) -> Array:
        """The exponent of the unit in the last place."""
        return np.maximum(self.exponent - _BITS[dtype], _SMALLEST[dtype])

    def is_finite(self, dtype: str) -> Array:
        """Whether the number does not round to infinity."""
        # Half an ulp above the largest float; for float64 the nearest double has said so.
        limit = np.ldexp(1 - 2.0 ** -(_BITS[dtype] + 1), _LARGEST[dtype]) if dtype == "float32" else np.inf
        return np.abs(self.near) < limit

    def is_normal(self, dtype: str) -> Array:
        """Whether the number lies where relative errors are asked for."""
        return self.is_finite(dtype) & (self.exponent > NORMAL[dtype])

    def errors(self, got: Array, dtype: str) -> Array:
        """|got - exact| in ulps of the exact numbers; infinite for what should be finite and is not, or NaN."""
        unit = self.ulp_exponent(dtype)
        got = np.asarray(got, np.float64)
        finite = self.is_finite(dtype)
        with np.errstate(over="ignore", invalid="ignore"):
            distance = np.ldexp(got, -unit) - np.ldexp(np.where(finite, self.near, 0.0), -unit)
            rest = np.ldexp(self.rest, self.ulp_exponent("float64") - unit)
            errors = np.abs(distance - rest)
            right = got == np.copysign(np.inf, self.near)
        errors = np.where(finite, errors, np.where(right, 0.0, np.inf))
        return np.where(np.isnan(errors), np.inf, errors)

    def number(self, n: int) -> Any:
        """One of them, as mpmath's number."""
        if not np.isfinite(self.near[n]):
            return mpmath.mpf(self.near[n])
        unit = max(int(self.exponent[n]) - 53, -1074)
        with mpmath.workprec(120):
            return mpmath.mpf(self.near[n]) + mpmath.ldexp(mpmath.mpf(self.rest[n]), unit)


def _parts(x: Any) -> tuple[float, float, float, float]:
    if x is None or mpmath.isnan(x):
        return float("nan"), 0.0, 0.0, 0.0
    size = magnitude(x)
    if mpmath.isinf(x) or size > 1100:
        return float(mpmath.sign(x)) * float("inf"), 0.0, 2000.0, 1.0
    if size == EXACT or size < -1200:
        return 0.0, 0.0, -1200.0, 1.0
    try:
        near = float(x)
    except OverflowError:
        near = float(mpmath.sign(x)) * float("inf")
    if near in (float("inf"), -float("inf")):
        return near, 0.0, 2000.0, 1.0
    with mpmath.workprec(200):
        rest = float(mpmath.ldexp(x - mpmath.mpf(near), -max(size - 53, -1074)))
    return near, rest, float(size), 1.0
