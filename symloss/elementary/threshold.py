"""A logistic function less a number that it is compared with: p - m next to p = m, where x is next to logit m.

The logit of m in more digits than a float64 has is computed once for all samples, being that of a parameter.
"""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.constants import LN2, LN2_TAIL, TWO_54
from symloss.elementary.exponential import exp, exp_error, expm1
from symloss.elementary.log_difference import logit
from symloss.elementary.logarithm import SQRT_HALF_BITS
from symloss.elementary.logistic import sigmoid_blend
from symloss.elementary.parts import product_in_parts, quotient_in_parts, sum_in_parts
from symloss.elementary.primitives import bits, fma, from_bits

THRESHOLD_NEAR = (
    2.0  # beyond that distance of the logits one of the terms of (1 - m) p - m (1 - p) is 7 times the other
)
# Beyond it the difference is at least a fifth of its larger term, and what is known of the exponential is enough.
THRESHOLD_APART = 0.25
MOST_TERMS = 47.0  # s^2 <= 0.0295 in the series of atanh s: 0.0295^24 is 2^-122


def log_of_parts(x: float, low: float) -> tuple[float, float]:
    """log(x + low) for a normal x as a number and what is left of it, to 2^-100: n log 2 + 2 atanh s for x = 2^n m and
    s = (m - 1)/(m + 1)."""
    word = bits(x)
    exponent = (word - SQRT_HALF_BITS) >> 52
    m = from_bits(word - (exponent << 52))
    f, f_low = sum_in_parts(m, low * (m / x), -1.0, 0.0)
    g, g_low = sum_in_parts(f, f_low, 2.0, 0.0)
    s, s_low = quotient_in_parts(f, f_low, g, g_low)
    z, z_low = product_in_parts(s, s_low, s, s_low)
    k = MOST_TERMS
    y, y_low = quotient_in_parts(1.0, 0.0, k, 0.0)
    while k > 1.0:
        k -= 2.0
        y, y_low = product_in_parts(y, y_low, z, z_low)
        c, c_low = quotient_in_parts(1.0, 0.0, k, 0.0)
        y, y_low = sum_in_parts(c, c_low, y, y_low)
    y, y_low = product_in_parts(y, y_low, 2.0 * s, 2.0 * s_low)
    n = float(exponent)
    whole, rest = product_in_parts(n, 0.0, LN2, LN2_TAIL)
    return sum_in_parts(whole, rest, y, y_low)


def logit_remainder(m: float, log_odds: float) -> float:
    """log(m/(1 - m)) - log_odds for the logarithm as it is rounded. 0 where there is none, at 0 and at 1."""
    if not 0.0 < m < 1.0:
        return 0.0 * m
    shift = 54.0 if m < 2.3e-308 else 0.0
    high, low = log_of_parts(m * TWO_54 if shift > 0.0 else m, 0.0)
    less, less_low = product_in_parts(-shift, 0.0, LN2, LN2_TAIL)
    high, low = sum_in_parts(high, low, less, less_low)
    rest = 1.0 - m
    other, other_low = log_of_parts(rest, (1.0 - rest) - m)
    high, low = sum_in_parts(high, low, -other, -other_low)
    return (high - log_odds) + low


def sigmoid_less_known(x: float, m: float, log_odds: float, remainder: float) -> float:
    """sigmoid(x) - m for m in [0, 1), log_odds + remainder being its logit. No branches. Measured error: 3.5 ulp; 0.6
    where the logits are apart.

    With d = x - logit m it is m (1 - m) (e^d - 1)/(1 + m (e^d - 1)), and for m > 1/2 what that is of 1 - m and -d.
    """
    distance = (x - log_odds) - remainder
    near = math.fabs(distance) <= THRESHOLD_NEAR
    low = m <= 0.5
    d = distance if low else -distance
    e = expm1(d if near else 0.0)
    close = fma(-m, m, m) * e / fma(m if low else 1.0 - m, e, 1.0)
    far = sigmoid_blend(x, 1.0 - m, -m)
    above = (close if low else -close) if near else far
    return above + missed_above(x, m, above) if math.fabs(distance) > THRESHOLD_APART else above


def missed_above(x: float, m: float, above: float) -> float:
    """What is missing from sigmoid(x) - m as it is rounded: with p = m + above it is (1 - p - p e^-x)/(1 + e^-x), and
    what that is of the inverse of e^-x where that is large, to 2^-5 ulp of the larger of p and 1 - p. No branches."""
    size = math.fabs(x)
    e, error = exp(-size), exp_error(-size)
    p, p_low = sum_in_parts(m, 0.0, above, 0.0)
    other, other_low = sum_in_parts(1.0, 0.0, -p, -p_low)
    positive = x > 0.0
    small, small_low = product_in_parts(p if positive else other, p_low if positive else other_low, e, error)
    rest, _ = sum_in_parts(other if positive else p, other_low if positive else p_low, -small, -small_low)
    return (rest if positive else -rest) / (1.0 + e)


def sigmoid_less(x: float, m: float) -> float:
    """sigmoid(x) - m for m in [0, 1), with the logit of m for this one sample."""
    log_odds = logit(m)
    return sigmoid_less_known(x, m, log_odds, logit_remainder(m, log_odds))
