"""The functions of `math` that elementary functions use, without exceptions: what C's library gives, so what Numba
gives.

Python raises where C returns an infinity or NaN (`math.sin(inf)`, `math.pow(0.0, -1.0)`). The sources say `math.sin`
and import this module as `math`; a generated file imports Python's, which Numba compiles to the same library's
functions.
"""

from __future__ import annotations

import math
from math import copysign, fabs, isfinite

__all__ = ["acos", "asin", "atan", "atan2", "copysign", "cos", "fabs", "isfinite", "pow", "sin", "sqrt", "tan"]

atan = math.atan
atan2 = math.atan2


def sin(x: float) -> float:
    return math.sin(x) if isfinite(x) else math.nan


def cos(x: float) -> float:
    return math.cos(x) if isfinite(x) else math.nan


def tan(x: float) -> float:
    return math.tan(x) if isfinite(x) else math.nan


def asin(x: float) -> float:
    return math.asin(x) if fabs(x) <= 1.0 else math.nan


def acos(x: float) -> float:
    return math.acos(x) if fabs(x) <= 1.0 else math.nan


def sqrt(x: float) -> float:
    return math.nan if x < 0.0 else math.sqrt(x)


def pow(x: float, a: float) -> float:
    """C's pow: Python's differs only in raising."""
    try:
        return math.pow(x, a)
    except OverflowError:
        return -math.inf if x < 0.0 and a % 2.0 == 1.0 else math.inf
    except ValueError:
        if x == 0.0:  # a pole: a is negative
            return math.copysign(math.inf, x) if a % 2.0 == 1.0 else math.inf
        return math.nan  # a negative base with a broken exponent
