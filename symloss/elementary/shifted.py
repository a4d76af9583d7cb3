"""What every entry of a softmax row costs: the exponential of its distance to the maximum, and its part of the whole.
No branches."""

from __future__ import annotations

from symloss.elementary.exponential import exp_decay_corrected
from symloss.elementary.primitives import fma
from symloss.elementary.single import exp_decay_single


def exp_difference(a: float, b: float) -> float:
    """e^(a - b) for a <= b; 1 where they are equal, at infinity too. No branches. Measured error: 0.63 ulp.

    The rounding error of a - b (Knuth's TwoSum) is kept: it would be multiplied by |a - b|.
    """
    difference = 0.0 if a == b else a - b
    part = difference - a
    error = (a - (difference - part)) - (b + part)
    return exp_decay_corrected(difference, 0.0 if a == b else error)


def exp_difference_single(a: float, b: float) -> float:
    """As `exp_difference`, for results that are rounded to float32: the error of a - b is 2^-53 of it."""
    return exp_decay_single(0.0 if a == b else a - b)


def exp_decay_corrected_single(x: float, error: float) -> float:
    """As `exp_decay_corrected`; what rounding x to float64 takes is far below a float32."""
    return exp_decay_single(x)


def share_error(others: float, quotient: float) -> float:
    """quotient (1 - quotient (1 + others)): what the sum's and the quotient's rounding took from 1 / (1 + others), to
    first order. No branches."""
    whole = 1.0 + others
    part = whole - 1.0
    lost = (1.0 - (whole - part)) + (others - part)
    return quotient * fma(-quotient, lost, fma(-quotient, whole, 1.0))


def less_share(x: float, share: float) -> float:
    """x (1 - share) for a share of some ulps, as rounding a divisor leaves it; x where it is infinite. No branches."""
    y = fma(-x, share, x)
    return y if y == y else x


def times_parts(x: float, high: float, low: float) -> float:
    """x (high + low) with one rounding, for a low part below an ulp of the high one."""
    return fma(x, high, x * low)


def times_parts_single(x: float, high: float, low: float) -> float:
    """As `times_parts`, for results that are rounded to float32: without the low part."""
    return x * high
