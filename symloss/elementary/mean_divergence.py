"""Logarithms of a share p and of a number t against their mean (t + p) / 2, by what is known of p beside its value."""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.constants import LN2
from symloss.elementary.exponential import expm1
from symloss.elementary.logarithm import log, log1p
from symloss.elementary.primitives import fma

LARGEST_RATIO = 1e300  # below the largest double, and so far out that t / p and t / p - 1 are one

# The terms 1 / (n (2 n - 1)) of (1 + r) log(1 + r) + (1 - r) log(1 - r) = sum r^2n / (n (2 n - 1)), highest n first;
# at r = 1/2 the 24th is below 2^-56 of the sum.
SYMMETRIC_ENTROPY = (
    1.0 / 1128.0, 1.0 / 1035.0, 1.0 / 946.0, 1.0 / 861.0, 1.0 / 780.0, 1.0 / 703.0, 1.0 / 630.0, 1.0 / 561.0,
    1.0 / 496.0, 1.0 / 435.0, 1.0 / 378.0, 1.0 / 325.0, 1.0 / 276.0, 1.0 / 231.0, 1.0 / 190.0, 1.0 / 153.0,
    1.0 / 120.0, 1.0 / 91.0, 1.0 / 66.0, 1.0 / 45.0, 1.0 / 28.0, 1.0 / 15.0, 1.0 / 6.0, 1.0,
)  # fmt: skip


def log_over_mean(t: float, gap: float) -> float:
    """log(2 p / (t + p)) for p = e^-gap, 0 <= t, gap; log 2 at t = 0, infinite where p is 0 and t is not.

    t / p - 1 is t (e^gap - 1) + (t - 1), which is small where both are close to 1. Measured error: 3.0 ulp of the
    larger of its two terms.
    """
    if t == 0.0:
        return LN2
    ratio = fma(t, expm1(gap), t - 1.0)
    return 0.0 - log1p(0.5 * ratio) if ratio < LARGEST_RATIO else LN2 - log(t) - gap


def mean_divergence(t: float, p: float, d: float) -> float:
    """t log(2 t / (t + p)) + p log(2 p / (t + p)) for d = p - t, 0 <= t, p; d^2 / (2 (t + p)) for close ones.

    With r = d / (t + p) it is half of t + p times (1 + r) log(1 + r) + (1 - r) log(1 - r), by its series up to
    |r| = 1/2. The difference is an argument, since the numbers may be rounded where it is known. Measured error:
    4.0 ulp.
    """
    if t == 0.0:
        return LN2 * p
    whole = t + p
    r = d / whole
    z = r * r
    if z > 0.25:
        small, large = (t, p) if r > 0.0 else (p, t)
        tail = small * log(2.0 * small / whole) if small > 0.0 else 0.0
        return fma(large, log1p(math.fabs(r)), tail)
    y = 0.0
    for coefficient in SYMMETRIC_ENTROPY:
        y = fma(y, z, coefficient)
    return 0.5 * whole * z * y
