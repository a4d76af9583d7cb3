"""Exponentials of the distance to a maximum: what every entry of a softmax row costs. No branches."""

from __future__ import annotations

from symloss.elementary.arithmetic import difference_error
from symloss.elementary.constants import LN2, LOG2E
from symloss.elementary.exponential import exp_decay, power_of_two_in
from symloss.elementary.primitives import fma

ROUND_1023 = 6755399441056767.0  # ROUND and the bias of a float64's exponent
SINGLE_LOWEST = -708.0  # above it 2^n is a normal float64; e^-708 is far below what a float32 can hold

# (e^r - 1 - r) / r^2 for |r| <= log(2)/2, in 2^-37 of e^r, which a result that is rounded to float32 does not show;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 5.6e-11.
EXP_SINGLE = (
    2.4859580370116966e-05, 0.00019899276107118009, 0.0013888854047035496, 0.00833329848117442, 0.04166666671898665,
    0.1666666671900332, 0.5,
)  # fmt: skip


def exp_difference(a: float, b: float) -> float:
    """e^(a - b) for a <= b; 1 where they are equal, at infinity too. No branches. Measured error: 1.5 ulp.

    The rounding error of a - b is kept: it would be multiplied by |a - b|.
    """
    power = exp_decay(0.0 if a == b else a - b)
    return fma(power, difference_error(a, b), power)


def exp_decay_single(x: float) -> float:
    """e^x for x <= 0 in 2^-36, for results that are rounded to float32; at least e^-708. No branches."""
    x = SINGLE_LOWEST if x < SINGLE_LOWEST else x
    shifted = fma(x, LOG2E, ROUND_1023)
    r = fma(shifted - ROUND_1023, -LN2, x)
    y = EXP_SINGLE[0]
    y = fma(y, r, EXP_SINGLE[1])
    y = fma(y, r, EXP_SINGLE[2])
    y = fma(y, r, EXP_SINGLE[3])
    y = fma(y, r, EXP_SINGLE[4])
    y = fma(y, r, EXP_SINGLE[5])
    y = fma(y, r, EXP_SINGLE[6])
    return (1.0 + fma(r * r, y, r)) * power_of_two_in(shifted)


def exp_difference_single(a: float, b: float) -> float:
    """As `exp_difference`, for results that are rounded to float32: the error of a - b is 2^-53 of it."""
    return exp_decay_single(0.0 if a == b else a - b)
