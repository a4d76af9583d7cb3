"""How far a float may be from the exact result, without an absolute tolerance.

A result may miss the exact one by a few ulps of its own, and by what rounding every input by
as much would do (``condition``): near a true zero, such as exp(f) - y at the optimum, no
formula does better on rounded inputs. What a formula loses beyond that is its own fault and
fails, unless it is held to ulps of the largest terms of its sums instead (``terms``), which is
what is promised where terms cancel towards a true zero.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np

from symloss.audit.ulp import overflows, ulp_error

OWN = 8  # ulps of the result itself: the largest of the acceptance figures A4
INPUTS = 2  # ulps of every input
TERMS = 4  # ulps of the largest term (acceptance figure A5)
SINGLE = 4  # ulps of a float32 result, whether it is computed in float64 or in float32
EPSILON = {"float64": mpmath.mpf(2) ** -52, "float32": mpmath.mpf(2) ** -23}

TINY = mpmath.mpf(2) ** -950
"""Below it an intermediate may be subnormal, and the error is absolute (acceptance figure A8)."""


def within(
    got: float, exact: Any, dtype: str, condition: Callable[[], Any], terms: Callable[[], Any] | None = None
) -> bool:
    """Whether ``got`` is as near to ``exact`` as is promised."""
    own = ulp_error(got, exact, dtype)
    if own <= (OWN if dtype == "float64" else SINGLE):
        return True
    if not np.isfinite(got) or overflows(exact, dtype):
        return False
    error, epsilon = abs(mpmath.mpf(float(got)) - exact), EPSILON[dtype]
    room = (OWN if dtype == "float64" else SINGLE) * epsilon * abs(exact) + subnormal(exact, dtype)
    if error <= room:
        return True
    if terms is not None:
        return bool(error <= room + TERMS * epsilon * terms())
    return bool(error <= room + INPUTS * epsilon * condition())


def subnormal(exact: Any, dtype: str) -> Any:
    """What underflows on the way."""
    if dtype == "float32":
        return SINGLE * mpmath.mpf(2) ** -149
    return mpmath.mpf(2) ** -1050 if abs(exact) < TINY else 0
