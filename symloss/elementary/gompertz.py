"""Functions of e^(e^x): the complementary log-log link. The rounding error of the inner exponential is kept.

Outside [-1, 7] nothing more than `exp` is needed: below e^x is no larger than 0.4, above e^(-e^x) underflows.
"""

from __future__ import annotations

from symloss.elementary.constants import LN2_HIGH, LN2_LOW, LOG2E, ROUND, ROUND_BITS
from symloss.elementary.exponential import bernoulli_function, bernoulli_slope, exp, exprel
from symloss.elementary.logarithm import log, log1p
from symloss.elementary.primitives import bits, fma, from_bits

# e^(-e^7) is 1e-476; below -1 the inner exponential is at most 0.37, and half its ulp does not count.
GOMPERTZ_LOWEST = -1.0
GOMPERTZ_HIGHEST = 7.0
# e^(-e^6.5) is 9e-289: far below an ulp of 1, but not yet subnormal, when its product with e^x is not either.
GOMPERTZ_UNDERFLOWS = 6.5


def exp_parts(x: float) -> tuple[float, float]:
    """e^x as a sum of two floats, to 2^-62, for |x| <= 7.

    x = n log 2 + 16 r; t = e^r - 1 as a sum of two floats by r + r^2/2 (exact) and a short series, since |r| < 0.022;
    then four times t -> 2t + t^2 for the sixteenth power.
    """
    shifted = fma(x, LOG2E, ROUND)
    n = shifted - ROUND
    above = fma(n, -LN2_HIGH, x)
    reduced = fma(n, -LN2_LOW, above)
    reduced_error = fma(n, -LN2_LOW, above - reduced)
    r = 0.0625 * reduced
    square = 0.5 * r * r
    square_error = fma(0.5 * r, r, -square)
    # r^3 (1/6 + r/24 + ... + r^5/40320): the next term is below 2^-69, and sixteen times that below 2^-65
    series = fma(r, 1.0 / 40320.0, 1.0 / 5040.0)
    series = fma(r, fma(r, fma(r, series, 1.0 / 720.0), 1.0 / 120.0), 1.0 / 24.0)
    cubic = r * r * r * fma(r, series, 1.0 / 6.0)
    front = r + square
    behind = (square - (front - r)) + (cubic + fma(0.0625, reduced_error, square_error))
    high = front + behind
    low = behind - (high - front)
    for _ in range(4):
        doubled = 2.0 * high
        squared = high * high
        total = doubled + squared
        low = (squared - (total - doubled)) + fma(high, high, -squared) + fma(2.0 * high, low, 2.0 * low)
        high = total
    one = 1.0 + high
    rest = (high - (one - 1.0)) + low
    scale = from_bits((bits(shifted) - ROUND_BITS + 1023) << 52)
    return one * scale, rest * scale


def exp_neg_exp(x: float) -> float:
    """e^(-e^x): 1 at -inf, 0 at inf. Measured error: 2 ulp."""
    if not GOMPERTZ_LOWEST < x < GOMPERTZ_HIGHEST:
        return exp(-exp(x))
    inner, error = exp_parts(x)
    y = exp(-inner)
    return fma(-error, y, y)


def log1mexp_exp(x: float) -> float:
    """log(1 - e^(-e^x)): x far below 0, -e^(-e^x) far above. Measured error: 3.1 ulp."""
    if x < 0.0:
        return x + log(exprel(-exp(x)))
    return log1p(-exp_neg_exp(x))  # -0.0 at inf, as from below


def root_exp_neg_exp(x: float) -> tuple[float, float]:
    """e^x, and e^(-e^x / 2), whose square underflows: multiply by it twice, for 6 < x."""
    inner, error = exp_parts(x if x < GOMPERTZ_HIGHEST else GOMPERTZ_HIGHEST)
    y = exp(-0.5 * inner)
    return inner, fma(-0.5 * error, y, y)


def bernoulli_exp(x: float) -> float:
    """e^x / (e^(e^x) - 1): 1 at -inf, 0 at inf. Measured error: 4 ulp."""
    if x < 0.0:
        return bernoulli_function(exp(x))
    if x > GOMPERTZ_UNDERFLOWS:
        inner, root = root_exp_neg_exp(x)
        return inner * root * root
    y = exp_neg_exp(x)
    return 0.0 if y == 0.0 else exp(x) * y / (1.0 - y)


def bernoulli_slope_exp(x: float) -> float:
    """The derivative of `bernoulli_exp`: 0 at both infinities, negative between. Measured error: 6 ulp."""
    if x < 0.0:
        return bernoulli_slope(exp(x))
    if x > GOMPERTZ_UNDERFLOWS:
        inner, root = root_exp_neg_exp(x)
        return 0.0 - inner * (inner - 1.0) * root * root  # 0.0 at inf, not -0.0
    b = bernoulli_exp(x)
    return 0.0 if b == 0.0 else b * (1.0 - exp(x) - b)
