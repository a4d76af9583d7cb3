"""What `exp` leaves of e^x to some 45 bits: an exponential that is multiplied by 1e10 and taken from another such."""

from __future__ import annotations

from symloss.elementary.constants import INFINITY, LN2, LN2_TAIL, LOG2E
from symloss.elementary.exponential import (
    ROUND_423,
    ROUND_1623,
    TWO_599,
    TWO_MINUS_601,
    doubled_exp_reduced_in_parts,
    exp_bounded,
    exp_error,
    power_of_two_in,
)
from symloss.elementary.primitives import fma

# 1/n! from n = 12 down to 7, then in parts from 6 down to 3: a float64 and what is left of it.
LAST_TERMS = (
    2.08767569878681e-09, 2.505210838544172e-08, 2.755731922398589e-07, 2.7557319223985893e-06,
    2.48015873015873e-05, 0.0001984126984126984,
)  # fmt: skip
SIXTH = (0.001388888888888889, -5.300543954373577e-20)
FIFTH = (0.008333333333333333, 1.1564823173178714e-19)
FOURTH = (0.041666666666666664, 2.3129646346357427e-18)
THIRD_TERM = (0.16666666666666666, 9.25185853854297e-18)


def exp_rest(x: float) -> float:
    """What rounding takes from `exp`: e^x less that, to 2^-98 of e^x; 0 where not finite. No branches.

    e^(r/16) - 1 by the series, terms from the seventh on in float64 alone, and (1 + y)^2 - 1 = 2 y + y^2 four times.
    """
    t = exp_bounded(x)
    base = ROUND_423 if x > 0.0 else ROUND_1623
    shifted = fma(t, LOG2E, base)
    n = shifted - base
    leading, rest = doubled_exp_reduced_in_parts(t, n)
    computed = leading + rest
    y, low = expm1_of_sixteenth(fma(n, -LN2, t), n)
    y, low = squared_less_one(y, low)
    y, low = squared_less_one(y, low)
    y, low = squared_less_one(y, low)
    y, low = squared_less_one(y, low)
    error = 2.0 * (((1.0 - 0.5 * computed) + y) + low)
    power, scale = power_of_two_in(shifted), TWO_599 if x > 0.0 else TWO_MINUS_601
    finite = computed * power * scale < INFINITY and t == x
    return error * power * scale if finite else 0.0


def exp_rest_single(x: float) -> float:
    """As `exp_error`: results that are rounded to float32 show no more, up to exponents of 1e10."""
    return exp_error(x)


def expm1_of_sixteenth(r: float, n: float) -> tuple[float, float]:
    """e^q - 1 in parts for 16 q = r - n LN2_TAIL, |q| < 0.022."""
    tail = n * LN2_TAIL
    difference = r - tail
    part = difference - r
    lost = ((r - (difference - part)) - (tail + part)) - fma(n, LN2_TAIL, -tail)
    q, q_low = 0.0625 * difference, 0.0625 * lost
    s = fma(LAST_TERMS[0], q, LAST_TERMS[1])
    s = fma(s, q, LAST_TERMS[2])
    s = fma(s, q, LAST_TERMS[3])
    s = fma(s, q, LAST_TERMS[4])
    s = fma(s, q, LAST_TERMS[5])
    y, low = next_term(q, q_low, s, 0.0, SIXTH[0], SIXTH[1])
    y, low = next_term(q, q_low, y, low, FIFTH[0], FIFTH[1])
    y, low = next_term(q, q_low, y, low, FOURTH[0], FOURTH[1])
    y, low = next_term(q, q_low, y, low, THIRD_TERM[0], THIRD_TERM[1])
    y, low = next_term(q, q_low, y, low, 0.5, 0.0)
    y, low = next_term(q, q_low, y, low, 1.0, 0.0)
    product = q * y
    return product, fma(q, y, -product) + fma(q, low, q_low * y)


def next_term(q: float, q_low: float, y: float, low: float, c: float, c_low: float) -> tuple[float, float]:
    """c + q y in parts, for |q y| < |c|."""
    product = q * y
    product_low = fma(q, y, -product) + fma(q, low, q_low * y)
    total = c + product
    return total, (product - (total - c)) + (c_low + product_low)


def squared_less_one(y: float, low: float) -> tuple[float, float]:
    """(1 + y)^2 - 1 = 2 y + y^2 in parts, for |y| < 2."""
    twice, square = 2.0 * y, y * y
    total = twice + square
    return total, (square - (total - twice)) + fma(2.0 + twice, low, fma(y, y, -square))
