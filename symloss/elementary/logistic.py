"""The logistic function and the logarithms of sums and differences of exponentials; all but `logexpm1` and
`log_softplus` without branches."""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.constants import INFINITY, LN2, LN2_TAIL, LOG2E, NEGLIGIBLE
from symloss.elementary.exponential import (
    EXP_LOWEST,
    ROUND_1623,
    TWO_MINUS_601,
    doubled_exp_reduced_in_parts,
    exp,
    exp_decay,
    exp_decay_corrected,
    expm1,
    power_of_two_in,
    quarter_expm1,
)
from symloss.elementary.log_difference import log1p_excess, log1p_second_excess, log1pmx
from symloss.elementary.logarithm import log, log1p, log1p_unit, log_sum
from symloss.elementary.primitives import fma

# Below it e^d does not overflow (709.78), above it one end is so far from the other that nothing cancels.
SOFTPLUS_DIFFERENCE_FAR = 700.0
# Below it log(1 + e^x) is e^x to the last bit, and its logarithm x: e^-40 is 4e-18.
LOG_SOFTPLUS_FAR = -40.0
# log(e - 1), where softplus is 1, in two parts, and 1 - 1/e; both rounded from 300 bits.
LOG_E_LESS_1 = 0.5413248546129181
LOG_E_LESS_1_TAIL = -1.8138570925507326e-17
ONE_LESS_1_OVER_E = 0.6321205588285577
# From 600 on 1 + e^-x is 1, and e^(400 - x) is no subnormal number before e^-x is none even times 1e154.
TIMES_FAR = 600.0
TIMES_SHIFT = 400.0
EXP_TIMES_SHIFT = 1.9151695967140057e-174  # e^-400
LOGEXPM1_FAR = 40.0  # from here on log(e^x - 1) rounds to x: e^-40 is 4e-18


def sigmoid(x: float) -> float:
    """1 / (1 + e^-x); 0 at -inf, 1 at inf. No branches. Measured error: 2.0 ulp."""
    e = exp_decay(-math.fabs(x))
    return (1.0 if x > 0.0 else e) / (1.0 + e)


def softplus(x: float) -> float:
    """log(1 + e^x); 0 at -inf, inf at inf. No branches. Measured error: 1.4 ulp."""
    positive = 0.0 if x < 0.0 else x
    return positive + log1p_unit(exp_decay(-math.fabs(x)))


def softplus_tail(x: float) -> float:
    """log(1 + e^-|x|), which is softplus(x) - max(x, 0); 0 at both infinities. No branches. Measured error: 1.4 ulp."""
    return log1p_unit(exp_decay(-math.fabs(x)))


def sigmoid_blend(x: float, a: float, b: float) -> float:
    """a sigmoid(x) + b sigmoid(-x) by one exponential and one quotient. No branches. Measured error: 0.8 ulp. The
    exponential comes in two parts; what rounding takes from numerator and denominator meets the quotient's rest."""
    decay = -math.fabs(x)
    t = EXP_LOWEST if decay < EXP_LOWEST else decay
    shifted = fma(t, LOG2E, ROUND_1623)
    leading, rest = doubled_exp_reduced_in_parts(t, shifted - ROUND_1623)
    scale = power_of_two_in(shifted) * TWO_MINUS_601
    reduced = leading + rest
    lost = rest - (reduced - leading)
    positive = x > 0.0
    near = a if positive else b
    factor = (b if positive else a) * scale
    far = factor * reduced
    above = near + far
    part = above - near
    above_lost = (near - (above - part)) + (far - part) + fma(factor, lost, fma(factor, reduced, -far))
    below = fma(scale, reduced, 1.0)
    below_lost = fma(scale, lost, fma(scale, reduced, 1.0 - below))
    inverse = 1.0 / below
    quotient = above * inverse
    missing = fma(-quotient, below_lost, fma(-quotient, below, above) + above_lost)
    return fma(missing, inverse, quotient)


def sigmoid_slope(x: float) -> float:
    """sigmoid(x) sigmoid(-x), the derivative of sigmoid; 0 at both infinities. No branches. Measured error: 2.4 ulp."""
    e = exp_decay(-math.fabs(x))
    return e / fma(e, 2.0 + e, 1.0)


def softplus_excess(x: float) -> float:
    """softplus(x) - sigmoid(x), which is e^(2x)/2 far below 0; inf at inf. Measured error: 5.1 ulp."""
    return softplus(x) - sigmoid(x) if x > 2.0 else log1p_excess(exp(x))


def softplus_second_excess(x: float) -> float:
    """softplus(x) - s - s^2/2 at s = sigmoid(x), which is e^(3x)/3 far below 0; inf at inf.

    Measured error: 6.8 ulp.
    """
    s = sigmoid(x)
    return softplus(x) - s * (1.0 + 0.5 * s) if x > 2.0 else log1p_second_excess(exp(x))


def softplus_excess_corrected(x: float, error: float) -> float:
    """softplus_excess(x + error) for an error far below 1, as rounding x leaves it. Measured error: 4.7 ulp."""
    s = sigmoid(x)
    correction = s * s * error
    return softplus_excess(x) + (correction if correction == correction else 0.0)


def softplus_second_excess_corrected(x: float, error: float) -> float:
    """softplus_second_excess(x + error) for an error far below 1, as rounding x leaves it. Measured error: 7.5 ulp."""
    s = sigmoid(x)
    correction = s * s * s * error
    return softplus_second_excess(x) + (correction if correction == correction else 0.0)


def sigmoid_corrected(x: float, error: float) -> float:
    """sigmoid(x + error) for an error far below 1, as rounding x leaves it."""
    e = exp_decay_corrected(-math.fabs(x), error if x < 0.0 else -error)
    return (1.0 if x > 0.0 else e) / (1.0 + e)


def sigmoid_slope_corrected(x: float, error: float) -> float:
    """sigmoid_slope(x + error) for an error far below 1, as rounding x leaves it."""
    e = exp_decay_corrected(-math.fabs(x), error if x < 0.0 else -error)
    return e / fma(e, 2.0 + e, 1.0)


def sigmoid_times(x: float, error: float, c: float) -> float:
    """c sigmoid(x + error) for a count c, which brings what underflows back among the numbers. No branches."""
    far = math.fabs(x) > TIMES_FAR
    size = math.fabs(x) - TIMES_SHIFT if far else math.fabs(x)
    e = exp_decay_corrected(-size, error if x < 0.0 else -error)
    near = c * ((1.0 if x > 0.0 else e) / (1.0 + e))
    return (c if x > 0.0 else c * e * EXP_TIMES_SHIFT) if far else near


def sigmoid_slope_times(x: float, error: float, c: float) -> float:
    """c sigmoid_slope(x + error) for a count c, which brings what underflows back among the numbers. No branches."""
    far = math.fabs(x) > TIMES_FAR
    size = math.fabs(x) - TIMES_SHIFT if far else math.fabs(x)
    e = exp_decay_corrected(-size, error if x < 0.0 else -error)
    return c * e * EXP_TIMES_SHIFT if far else c * (e / fma(e, 2.0 + e, 1.0))


def softplus_corrected(x: float, error: float) -> float:
    """softplus(x + error) for an error far below 1, as rounding x leaves it."""
    y = softplus(x)
    corrected = fma(error, sigmoid(x), y)
    return corrected if corrected == corrected else y


def log1mexp(x: float) -> float:
    """log(1 - e^x) for x <= 0; 0 at -inf, -inf at 0, NaN above 0. No branches. Measured error: 2.0 ulp.

    1 - e^x is -expm1(x) near 0. Below -log 2 it is the sum of 1 and -e^x, whose rounding error counts.
    Source: M. Maechler, Accurately computing log(1 - exp(-|a|)), 2012.
    """
    t = EXP_LOWEST if x < EXP_LOWEST else x
    e = exp_decay(t)
    difference = 1.0 - e
    error = (1.0 - difference) - e
    near = x > -LN2
    close = -x if x > -NEGLIGIBLE else -4.0 * quarter_expm1(t)
    return log_sum(close if near else difference, 0.0 if near else error)


def logexpm1(x: float) -> float:
    """log(e^x - 1) for x >= 0, the inverse of softplus; -inf at 0, inf at inf, NaN below 0. Measured error: 1.5 ulp."""
    if 0.4 < x < 1.1:
        # e^x - 1 = 1 + 2 (e^(x - log 2) - 1) near the zero at log 2, where x - LN2 is exact
        return log1p(2.0 * expm1((x - LN2) - LN2_TAIL))
    return x if x > LOGEXPM1_FAR else log(expm1(x))


def log_softplus(x: float) -> float:
    """log(log(1 + e^x)); x itself far below 0, log(x) far above, -inf at -inf. Measured error: 2.9 ulp.

    It is x + log(log(1 + e)/e) at e = e^x, and log(1 + log(1 + (1 - 1/e) (e^(x - log(e - 1)) - 1))) near its zero.
    """
    if x < LOG_SOFTPLUS_FAR:
        return x
    if x < 0.0:
        e = exp(x)
        return x + log1p(log1pmx(e) / e)
    if x < 2.0:
        return log1p(log1p(ONE_LESS_1_OVER_E * expm1((x - LOG_E_LESS_1) - LOG_E_LESS_1_TAIL)))
    return log(softplus(x))


def logaddexp(a: float, b: float) -> float:
    """log(e^a + e^b); -inf where both are. No branches. Measured error: 1.0 ulp; near its zeros of the larger term."""
    larger = b if b > a else a
    smaller = a if b > a else b
    total = larger + log1p_unit(exp_decay(smaller - larger))
    return larger if math.fabs(larger) == INFINITY and smaller == smaller else total


def softplus_difference(x: float, d: float) -> float:
    """log(1 + e^(x + d)) - log(1 + e^x), also where the two are close together. Measured error: 4 ulp.

    With p = 1 / (1 + e^-x) it is log(1 + p (e^d - 1)) = d + log(1 + (1 - p) (e^-d - 1)): where both ends are positive
    the second, so that nothing overflows, else the first, which does not cancel for x <= 0.
    """
    if x > 0.0 and d >= 0.0:
        return d + log1p(sigmoid(-x) * expm1(-d))
    if x > 0.0 and x + d > 0.0:
        return d - log1p(sigmoid(-(x + d)) * expm1(d))
    if x > 0.0 and d > -1.0:
        return -log1p(sigmoid(x + d) * expm1(-d))
    if x > 0.0 or d > SOFTPLUS_DIFFERENCE_FAR:
        return softplus(x + d) - softplus(x)
    return log1p(sigmoid(x) * expm1(d))


def sigmoid_power(x: float, a: float) -> float:
    """(1 / (1 + e^-x))^a, also where the base underflows: e^(a min(x, 0)) (1 + e^-|x|)^-a. No branches.

    The rounding errors of the exponent, a product and a sum, are kept. Measured error: 2 ulp for |a| <= 2.
    """
    lower = x if x < 0.0 else 0.0
    product = a * lower
    product_error = fma(a, lower, -product)
    rest = -a * log1p_unit(exp_decay(-math.fabs(x)))
    exponent = product + rest
    error = (rest - (exponent - product)) + product_error
    y = exp(exponent)
    return y if error != error else fma(y, error, y)
