"""Errors in units in the last place."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np


def ulp(x: Any, dtype: Any) -> Any:
    """The distance between the neighbours of a real number in ``dtype``; the smallest one in its subnormal range."""
    info = np.finfo(dtype)
    smallest = mpmath.mpf(2) ** (info.minexp - info.nmant)
    if x == 0:
        return smallest
    exponent = int(mpmath.frexp(abs(mpmath.mpf(x)))[1]) - 1
    return max(mpmath.mpf(2) ** (exponent - info.nmant), smallest)


def overflows(x: Any, dtype: Any) -> bool:
    """Whether ``x`` rounds to infinity in ``dtype``."""
    info = np.finfo(dtype)
    return bool(abs(mpmath.mpf(x)) >= mpmath.mpf(2) ** info.maxexp * (1 - mpmath.mpf(2) ** (-info.nmant - 2)))


def ulp_error(got: float, exact: Any, dtype: Any = np.float64) -> float:
    """|got - exact| in ulps of ``exact``; 0 for the right infinity, infinite for any other or for NaN."""
    exact = mpmath.mpf(exact)
    if mpmath.isnan(exact):
        return 0.0 if math.isnan(got) else math.inf
    if mpmath.isinf(exact) or overflows(exact, dtype):
        return 0.0 if math.isinf(got) and (got > 0) == (exact > 0) else math.inf
    if not math.isfinite(got):
        return math.inf
    return float(abs(mpmath.mpf(float(got)) - exact) / ulp(exact, dtype))
