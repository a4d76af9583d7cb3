"""Modified Bessel functions for the oracle, also where exp(x) is a number that no memory holds."""

from __future__ import annotations

from typing import Any

import mpmath


def log_i(n: int, x: Any) -> Any:
    """log(I_n(x)) less |x|, for n = 0 or 1; of |x| where n is odd."""
    x = abs(x)
    if not _is_far(x):
        return mpmath.log(mpmath.besseli(n, x)) - x
    return mpmath.log(_series(n, x)) - mpmath.log(2 * mpmath.pi * x) / 2


def ratio(x: Any) -> Any:
    """I_1(x)/I_0(x)."""
    if not _is_far(abs(x)):
        return mpmath.besseli(1, x) / mpmath.besseli(0, x)
    return mpmath.sign(x) * _series(1, abs(x)) / _series(0, abs(x))


def _is_far(x: Any) -> bool:
    """Whether the terms of the asymptotic series fall below the precision before they grow, after about 2 x of them."""
    return bool(x > 4 * mpmath.mp.prec)


def _series(n: int, x: Any) -> Any:
    """I_n(x) sqrt(2 pi x) exp(-x): the asymptotic series in 1/x (DLMF 10.40.1)."""
    term, total, k = mpmath.mpf(1), mpmath.mpf(1), 0
    while mpmath.isfinite(x) and abs(term) > mpmath.mpf(2) ** -(mpmath.mp.prec + 8):
        k += 1
        term *= -(4 * mpmath.mpf(n) ** 2 - (2 * k - 1) ** 2) / (8 * k * x)
        total += term
    return total
