"""Each elementary function in arbitrary precision: a name and what mpmath calls it. Arguments are exact mpf numbers.

`exact` doubles the precision until two runs agree to 25 digits, since a fixed precision cancels somewhere.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from mpmath import inf, isinf, isnan, mp, mpf, nan

from symloss.elementary import exponential, logarithm

Oracle = Callable[..., mpf]


def sigmoid(x: mpf) -> mpf:
    return 1 / (1 + mp.exp(-x))


def softplus(x: mpf) -> mpf:
    return mp.log1p(mp.exp(x))


def held_exp(x: mpf) -> mpf:
    """e^x where a decaying exponential of it is wanted: of e^100 it is 0 in any format, of e^3e38 mpmath has none."""
    return mp.exp(min(x, mpf(100)))


def log1mexp(x: mpf) -> mpf:
    return mp.log(-mp.expm1(x)) if x > -1 else mp.log1p(-mp.exp(x))


def power(x: mpf, a: mpf) -> mpf:
    return mpf(1) if a == 0 else (mp.power(x, a) if x != 0 else (mpf(0) if a > 0 else inf))


def power_quotient(n: mpf, t: mpf, rate: mpf) -> mpf:
    return t ** (n + 1) * mp.hyp1f1(n + 1, n + 2, rate * t) / (n + 1)


def erfc(x: mpf) -> mpf:
    return mp.erfc(x) if abs(x) < 1e4 else 1 - mp.sign(x)


def normal_tail(x: mpf) -> mpf:
    return erfc(x / mp.sqrt(2)) / 2


def mills(x: mpf) -> mpf:
    return mp.npdf(x) / normal_tail(-x) if x > -1e4 else erfcx_ratio(x)


def bernoulli_slope(x: mpf) -> mpf:
    """x B'(x); the numerator cancels to its second order near 0."""
    if not x:
        return mpf(0)
    with mp.workprec(3 * mp.prec + 100):
        return (mp.expm1(x) - x * mp.exp(x)) * x / mp.expm1(x) ** 2


LAPLACE = (1, -2, 10, -74, 706)  # coefficients of 1/z, 1/z^3, ... in phi(z)/(1 - Phi(z)) - z


def truncated_normal(order: int) -> Oracle:
    """phi/Phi + x and its derivative of this order; below -1e4 by the first terms of their asymptotic series."""

    def function(x: mpf) -> mpf:
        if x < -1e4:
            terms = (a * mp.rf(2 * k + 1, order) / (-x) ** (2 * k + 1 + order) for k, a in enumerate(LAPLACE))
            return sum(terms)
        with mp.workprec(4 * mp.prec + 200):
            ratio = mp.npdf(x) / normal_tail(-x)
            excess = ratio + x
            variance = 1 - ratio * excess
            return (excess, variance, ratio * (excess**2 - variance))[order]

    return function


def mills_slope(x: mpf) -> mpf:
    return mills(x) * (mills(x) + x) if x > 0 else 1 - truncated_normal(1)(x)


def tilted(limit: mpf, formula: Oracle) -> Oracle:
    """A function of (x, e^x - 1), and its value at 0; its terms cancel to their third power near 0."""

    def function(x: mpf) -> mpf:
        if not x:
            return limit
        with mp.workprec(4 * mp.prec + 100):
            return formula(x, mp.expm1(x))

    return function


def erfcx_far(x: mpf) -> mpf:
    """erfcx by its asymptotic series, for x > 1e4."""
    return sum((-1) ** k * mp.fac2(2 * k - 1) / (2 * x * x) ** k for k in range(12)) / (x * mp.sqrt(mp.pi))


def erfcx(x: mpf) -> mpf:
    return mp.exp(x * x) * mp.erfc(x) if x < 1e4 else erfcx_far(x)


def erfcx_ratio(x: mpf) -> mpf:
    return mp.sqrt(2 / mp.pi) / erfcx(-x / mp.sqrt(2))


def log_bessel_i0(x: mpf) -> mpf:
    if abs(x) > 1:
        return abs(x) + mp.log(scaled_bessel(0, abs(x)))
    return mp.log1p(mp.nsum(lambda k: (x / 2) ** (2 * k) / mp.factorial(k) ** 2, [1, mp.inf]))


def log_ndtr(x: mpf) -> mpf:
    if x > 0:
        return mp.log1p(-normal_tail(x))
    return mp.log(normal_tail(-x)) if x > -1e4 else mp.log(erfcx(-x / mp.sqrt(2)) / 2) - x * x / 2


def ndtri(p: mpf) -> mpf:
    if p in (0, 1):
        return inf if p == 1 else -inf
    if p == mpf("0.5"):
        return mpf(0)
    if p > 0.5:
        return -ndtri(1 - p)
    target = mp.log(p)
    return newton(lambda x: mp.log(normal_tail(-x)) - target, mills, -mp.sqrt(-2 * target))


def erfinv(y: mpf) -> mpf:
    if abs(y) == 1:
        return y * inf
    if abs(y) > 0.5:
        return -mp.sign(y) * ndtri((1 - abs(y)) / 2) / mp.sqrt(2)
    return newton(lambda x: mp.erf(x) - y, lambda x: 2 / mp.sqrt(mp.pi) * mp.exp(-x * x), y)


def newton(function: Oracle, derivative: Oracle, x: mpf) -> mpf:
    for _ in range(200):
        step = function(x) / derivative(x)
        x = x - step
        if abs(step) <= abs(x) * mpf(10) ** (-mp.dps * 2 // 3):
            return x
    raise ArithmeticError("no convergence")


def logistic_power(x: mpf, a: mpf) -> mpf:
    return mp.exp(-a * softplus(-x))


def softplus_difference(x: mpf, d: mpf) -> mpf:
    return mp.log1p(mp.expm1(d) / (1 + mp.exp(-x)))


def bernoulli(x: mpf) -> mpf:
    return x / mp.expm1(x)


def log_gamma(x: mpf) -> mpf:
    return mp.log(abs(mp.gamma(x))) if x < 0 else mp.loggamma(x)


def log_factorial(n: mpf) -> mpf:
    """log(n!); below 1e-60 by the first terms of its series."""
    return mp.loggamma(n + 1) if n > mpf("1e-60") else mp.zeta(2) / 2 * n**2 - mp.euler * n


def error_of(operation: Callable[[Any, Any], Any]) -> Oracle:
    """What rounding takes from a float64 operation."""
    return lambda a, b: operation(a, b) - mpf(operation(float(a), float(b)))


ORACLES: dict[str, Oracle] = {
    "log_norm_interval": lambda a, b: mp.log(normal_tail(b) - normal_tail(a)),
    "exp_corrected": lambda x, error: mp.exp(x + error),
    "exp_product": lambda x, c: c * mp.exp(x),
    "rising_excess_exp": lambda b, n: mp.loggamma(mp.exp(b) + n) - mp.loggamma(mp.exp(b)) - n * b,
    "sigmoid_times": lambda x, error, c: c / (1 + mp.exp(-x - error)),
    "sigmoid_times_single": lambda x, error, c: c / (1 + mp.exp(-x)),
    "sigmoid_slope_times": lambda x, error, c: c / (2 + mp.exp(x + error) + mp.exp(-x - error)),
    "sigmoid_slope_times_single": lambda x, error, c: c / (2 + mp.exp(x) + mp.exp(-x)),
    "number_or": lambda x, y: x,
    "multiply_add": lambda a, b, c: a * b + c,
    "times_square": lambda w, g: w * g * g,
    "logit_remainder": lambda m, odds: mp.log(m / (1 - m)) - odds,
    "sigmoid_less": lambda x, m: 1 / (1 + mp.exp(-x)) - m,
    "sigmoid_less_known": lambda x, m, odds, remainder: 1 / (1 + mp.exp(-x)) - m,
    "exp_times_sigmoid": lambda v, x, c: c * mp.exp(v) * sigmoid(x),
    "exp_times_slope": lambda v, x, c: c * mp.exp(v) * sigmoid(x) * sigmoid(-x),
    "exp_times_pair": lambda a, x, b, y: x * mp.exp(a) + y * mp.exp(b),
    "exp_product_corrected": lambda x, error, c: c * mp.exp(x + error),
    "exp_product_corrected_single": lambda x, error, c: c * mp.exp(x + error),
    "exp_product_single": lambda x, c: c * mp.exp(x),
    "log_ndtr_corrected": lambda x, error: log_ndtr(x + error),
    "mills_corrected": lambda x, error: mills(x + error),
    "mills_slope_corrected": lambda x, error: mills_slope(x + error),
    "log_ndtr_product": lambda x, c: c * log_ndtr(x),
    "log1psq_quotient": lambda u, n: mp.log1p((u / n) ** 2),
    "power1psq_quotient_product": lambda v, e, c: c * power_quotient(mpf(0), mp.log1p(v * v), e),
    "sin_corrected": lambda x, error: mp.sin(mp.fadd(x, error, exact=True)),
    "cos_corrected": lambda x, error: mp.cos(mp.fadd(x, error, exact=True)),
    "exp_rest": lambda x: mp.exp(x) - mpf(exponential.exp(float(x))),
    "exp_rest_single": lambda x: mp.exp(x) - mpf(exponential.exp(float(x))),
    "exp_error": lambda x: mp.exp(x) - mpf(exponential.exp(float(x))),
    "log_error": lambda x: mp.log(x) - mpf(logarithm.log(float(x))),
    "sigmoid_corrected": lambda x, error: 1 / (1 + mp.exp(-x - error)),
    "log_sum": lambda high, low: mp.log(high + low),
    "sigmoid_power_single": logistic_power,
    "exp_corrected_single": lambda x, error: mp.exp(x + error),
    "log_sum_single": lambda high, low: mp.log(high + low),
    "sech2_corrected": lambda x, error: mp.sech(x + error) ** 2,
    "tanh_corrected": lambda x, error: mp.tanh(x + error),
    "sigmoid_slope_corrected": lambda x, error: sigmoid(x + error) * sigmoid(-x - error),
    "sigmoid_corrected_single": lambda x, error: sigmoid(x + error),
    "sigmoid_slope_corrected_single": lambda x, error: sigmoid(x + error) * sigmoid(-x - error),
    "softplus_corrected_single": lambda x, error: softplus(x + error),
    "softplus_corrected": lambda x, error: softplus(x + error),
    "softplus_excess_corrected": lambda x, error: log1p_excess(mp.exp(x + error)),
    "softplus_second_excess_corrected": lambda x, error: log1p_second_excess(mp.exp(x + error)),
    "exp_moment": lambda n, x: mp.hyp1f1(n + 1, n + 2, x) / (n + 1) if abs(x) < 1e4 else mp.exp(x) / x,
    "exp_neg_exp": lambda x: mp.exp(-held_exp(x)),
    "log1mexp_exp": lambda x: log1mexp(-held_exp(x)),
    "bernoulli_exp": lambda x: bernoulli(held_exp(x)),
    "bernoulli_slope_exp": lambda x: bernoulli_slope(held_exp(x)),
    "sigmoid_power": logistic_power,
    "softplus_difference": softplus_difference,
    "abs": abs,
    "sqrt": mp.sqrt,
    "sign": mp.sign,
    "step": lambda x: (1 + mp.sign(x)) / 2,
    "floor": mp.floor,
    "ceiling": mp.ceil,
    "maximum": max,
    "minimum": min,
    "difference_error": error_of(operator.sub),
    "with_lost": lambda y, lost: y + lost,
    "sum_lost": error_of(operator.add),
    "difference_lost": error_of(operator.sub),
    "product_lost": error_of(operator.mul),
    "quotient_lost": lambda a, b, error, y: a + error - y * b,
    "sqrt_lost": lambda x, error, y: mp.sqrt(x + error) - y,
    "inverse_hypot_lost": lambda v, error, y: 1 / mp.hypot(1, v + error) - y,
    "algebraic_sigmoid_lost": lambda v, error, y: (v + error) / mp.hypot(1, v + error) - y,
    "exp_lost": lambda x, error, y: mp.exp(x + error) - y,
    "exp_product_lost": lambda x, c, error, error_c, y: (c + error_c) * mp.exp(x + error) - y,
    "hypot_lost": lambda a, b, error_a, error_b, y: mp.hypot(a + error_a, b + error_b) - y,
    "inverse_hypot_exp_lost": lambda r, t, s, error_r, error_t, error_s, y: 1 / mp.hypot(r + error_r, s + error_s) - y,
    "times_square_lost": lambda w, g, error_w, error_g, y: (w + error_w) * (g + error_g) ** 2 - y,
    "tanh_lost": lambda x, error, y: mp.tanh(x + error) - y,
    "sigmoid_lost": lambda x, error, y: sigmoid(x + error) - y,
    "sigmoid_slope_lost": lambda x, error, y: sigmoid(x + error) * sigmoid(-x - error) - y,
    "log1p_lost": lambda x, error, y: mp.log1p(x + error) - y,
    "log_lost": lambda x, error, y: mp.log(x + error) - y,
    "masked_difference": lambda a, b: a - b,
    "sum_error": error_of(operator.add),
    "product_error": error_of(operator.mul),
    "plus_error": lambda x, error: x + error,
    "plus_error_single": lambda x, error: x,
    "less_share": lambda x, share: x * (1 - share),
    "less_share_single": lambda x, share: x,
    "exp": mp.exp,
    "expm1": mp.expm1,
    "bernoulli_function": lambda x: x / mp.expm1(x) if x else mpf(1),
    "bernoulli_slope": bernoulli_slope,
    "exprel": lambda x: mp.expm1(x) / x if x else mpf(1),
    "expm1mx": lambda x: mp.expm1(x) - x,
    "log": mp.log,
    "log1p": mp.log1p,
    "log1pmx": lambda x: mp.log1p(x) - x,
    "log1p_excess": lambda x: log1p_excess(x),
    "softplus_excess": lambda x: log1p_excess(mp.exp(x)),
    "log1p_second_excess": lambda x: log1p_second_excess(x),
    "softplus_second_excess": lambda x: log1p_second_excess(mp.exp(x)),
    "logit": lambda p: mp.log(p) - mp.log1p(-p),
    "xlogy": lambda x, y: x * mp.log(y) if x else mpf(0),
    "xlog1py": lambda x, y: x * mp.log1p(y) if x else mpf(0),
    "sigmoid": sigmoid,
    "softplus": softplus,
    "log_softplus": lambda x: mp.log(softplus(x)),
    "log1mexp": log1mexp,
    "logexpm1": lambda x: x + log1mexp(-x),
    "logaddexp": lambda a, b: max(a, b) + softplus(-abs(a - b)),
    "tanh": mp.tanh,
    "sinh": mp.sinh,
    "cosh": mp.cosh,
    "coshm1": lambda x: 2 * mp.sinh(x / 2) ** 2,
    "logcosh": lambda x: abs(x) + mp.log1p(mp.exp(-2 * abs(x))) - mp.log(2),
    "sech2": lambda x: mp.sech(x) ** 2,
    "asinh": mp.asinh,
    "acosh": mp.acosh,
    "atanh": mp.atanh,
    "sqrt1pm1": lambda x: x / (1 + mp.sqrt(1 + x)),
    "algebraic_sigmoid": lambda v: v / mp.sqrt(1 + v * v),
    "inverse_hypot": lambda v: 1 / mp.sqrt(1 + v * v),
    "power1psq": lambda v, e: mp.power(1 + v * v, e),
    "power_quotient": power_quotient,
    "power1psq_quotient": lambda v, e: power_quotient(mpf(0), mp.log1p(v * v), e),
    "log1psq_excess": lambda v: mp.log1p(v * v) - v * v / (1 + v * v),
    "log1psq": lambda v: mp.log1p(v * v),
    "power": power,
    "hypot": mp.hypot,
    "sin": mp.sin,
    "cos": mp.cos,
    "tan": mp.tan,
    "asin": mp.asin,
    "acos": mp.acos,
    "atan": mp.atan,
    "atan2": mp.atan2,
    "cosm1": lambda x: -2 * mp.sin(x / 2) ** 2,
    "erf": mp.erf,
    "erfc": erfc,
    "erfcx": erfcx,
    "ndtr": lambda x: normal_tail(-x),
    "log_ndtr": log_ndtr,
    "mills": mills,
    "divergence": lambda x, y, d: x * mp.log(x / y) + d,
    "log_over_mean": lambda t, gap: -mp.log1p((t * mp.exp(gap) - 1) / 2),
    "mean_divergence": lambda t, p, d: mean_divergence(t, p),
    "mills_excess": truncated_normal(0),
    "truncated_variance": truncated_normal(1),
    "truncated_cumulant": truncated_normal(2),
    "mills_slope": mills_slope,
    "bernoulli_first": tilted(mpf(-0.5), lambda x, e: (e - x * (1 + e)) / e**2),
    "bernoulli_second": tilted(mpf(1) / 6, lambda x, e: (1 + e) * (x * (2 + e) - 2 * e) / e**3),
    "log_exprel": tilted(mpf(0), lambda x, e: mp.log(e / x)),
    "tilted_mean": tilted(mpf(0.5), lambda x, e: 1 + 1 / e - 1 / x),
    "tilted_variance": tilted(mpf(1) / 12, lambda x, e: 1 / x**2 - (1 + e) / e**2),
    "product_or_zero": lambda w, g: mpf(0) if w == 0 else w * g,
    "quotient_or_zero": lambda x, n: x / n if n else mpf(0),
    "one_sided_sign": lambda u, d: mp.sign(u) if u != 0 else mp.sign(d),
    "erfinv": erfinv,
    "ndtri": ndtri,
    "loggamma": log_gamma,
    "gamma": mp.gamma,
    "digamma": mp.digamma,
    "trigamma": lambda x: mp.psi(1, x),
    "polygamma": lambda n, x: mp.psi(int(n), x),
    "log_beta": lambda a, b: mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b),
    "rising_log": lambda x, k: mp.loggamma(x + k) - mp.loggamma(x),
    "rising_excess": lambda x, k: mp.loggamma(x + k) - mp.loggamma(x) - k * mp.log(x),
    "digamma_difference": lambda x, k: mp.psi(0, x + k) - mp.psi(0, x),
    "trigamma_difference": lambda x, k: mp.psi(1, x + k) - mp.psi(1, x),
    "digamma_excess": lambda x, k: k / x - mp.psi(0, x + k) + mp.psi(0, x),
    "trigamma_excess": lambda x, k: k / x**2 + mp.psi(1, x + k) - mp.psi(1, x),
    "exp_times": lambda a, x: x * mp.exp(a),
    "rising_log_exp": lambda b, n: ORACLES["rising_log"](mp.exp(b), n),
    "rising_slope": lambda b, n: mp.exp(b) * ORACLES["digamma_difference"](mp.exp(b), n),
    "excess_slope": lambda b, n: n - ORACLES["rising_slope"](b, n),
    "rising_curvature": lambda b, n: (
        ORACLES["rising_slope"](b, n) + mp.exp(2 * b) * ORACLES["trigamma_difference"](mp.exp(b), n)
    ),
    "exp_sigmoid": lambda v, w: 1 / (mp.exp(-v) + mp.exp(-w)),
    "exp_sigmoid_squared": lambda v, w: mp.exp(-v) / (mp.exp(-v) + mp.exp(-w)) ** 2,
    "exp_softplus": lambda v, w: mp.exp(v) * mp.log1p(mp.exp(w - v)),
    "exp_softplus_excess": lambda v, w: mp.exp(v) * (mp.log1p(mp.exp(w - v)) - 1 / (1 + mp.exp(v - w))),
    "log1psq_exp": lambda r, t, u: mp.log1p((r * mp.exp(-t)) ** 2),
    "exp_tanh": lambda a, r, s: mp.exp(a) * mp.tanh(r * mp.exp(s) / 2),
    "log1psq_excess_exp": lambda r, t, u: ORACLES["log1psq_excess"](r * mp.exp(-t)),
    "inverse_hypot_exp": lambda r, t, k: 1 / mp.sqrt(mp.exp(2 * t) + r**2),
    "factorial_rest": lambda n: log_factorial(n) - (n * mp.log(n) if n else 0) + n,
    "rising_rest": lambda x, n: (x + n) * mp.log(x + n) - x * mp.log(x) - n - mp.loggamma(x + n) + mp.loggamma(x),
    "loggamma1p": lambda x: log_gamma(1 + x),
    "digamma1p": lambda x: mp.digamma(1 + x),
    "loggamma_rest": lambda a, k: mp.loggamma(mp.exp(a)) - (a - 1) * mp.exp(a),
    "loggamma_rest_slope": lambda a, k: mp.exp(a) * (mp.psi(0, mp.exp(a)) - a),
    "loggamma_rest_curvature": lambda a, k: (
        ORACLES["loggamma_rest_slope"](a, k) + mp.exp(a) * (mp.exp(a) * mp.psi(1, mp.exp(a)) - 1)
    ),
    "log_bessel_i0": log_bessel_i0,
    "digamma_curvature": lambda x, k: 2 * ORACLES["digamma_excess"](x, k) / x - ORACLES["trigamma_excess"](x, k),
    "log_bessel_i0_scaled": lambda x: log_bessel_i0(x) - abs(x),
    "bessel_ratio_gap": lambda x: 1 - ORACLES["bessel_ratio"](x),
    "bessel_ratio_slope": lambda x: bessel_ratio_slope(x),
    "log_bessel_i1": lambda x: abs(x) + mp.log(scaled_bessel(1, abs(x))),
    "bessel_ratio": lambda x: mp.sign(x) * scaled_bessel(1, abs(x)) / scaled_bessel(0, abs(x)),
    "exp_decay": mp.exp,
    "exp_decay_single": mp.exp,
    "exp_single": mp.exp,
    "sigmoid_single": sigmoid,
    "softplus_single": softplus,
    "softplus_tail": lambda x: softplus(-abs(x)),
    "softplus_tail_single": lambda x: softplus(-abs(x)),
    "sigmoid_slope": lambda x: sigmoid(x) * sigmoid(-x),
    "sigmoid_slope_single": lambda x: sigmoid(x) * sigmoid(-x),
    "sigmoid_blend": lambda x, a, b: a * sigmoid(x) + b * sigmoid(-x),
    "sigmoid_blend_single": lambda x, a, b: a * sigmoid(x) + b * sigmoid(-x),
    "exp_decay_corrected": lambda x, error: mp.exp(x + error),
    "exp_decay_corrected_single": lambda x, error: mp.exp(x + error),
    "share_error": lambda others, share: share * (1 - share * (1 + others)),
    "times_parts": lambda x, high, low: x * (high + low),
    "times_parts_single": lambda x, high, low: x * (high + low),
    "exp_difference": lambda a, b: mp.exp(a - b),
    "exp_difference_single": lambda a, b: mp.exp(a - b),
    "bessel_i": lambda n, x: mp.besseli(int(n), x),
    "log_scaled_e1": lambda v: mp.log(scaled_e1(v * v / 2)) if v else inf,
    "scaled_e1_slope": lambda v: scaled_e1_derivatives(v)[0],
    "scaled_e1_curvature": lambda v: scaled_e1_derivatives(v)[1],
}


def mean_divergence(t: mpf, p: mpf) -> mpf:
    return sum((x * mp.log(2 * x / (t + p)) for x in (t, p) if x), mpf(0))


def log1p_excess(x: mpf) -> mpf:
    """log(1 + x) - x/(1 + x); below 1e-60 by the first terms of its series; inf at -1."""
    if x == -1:
        return inf
    return mp.log1p(x) - x / (1 + x) if abs(x) > mpf("1e-60") else x**2 / 2 - 2 * x**3 / 3


def log1p_second_excess(x: mpf) -> mpf:
    """log(1 + x) - w - w^2/2 at w = x/(1 + x); below 1e-60 by the first terms of its series."""
    w = x / (1 + x)
    return mp.log1p(x) - w - w**2 / 2 if abs(x) > mpf("1e-60") else x**3 / 3 - 3 * x**4 / 4


def bessel_ratio_slope(x: mpf) -> mpf:
    with mp.workprec(3 * mp.prec + 100):
        ratio = ORACLES["bessel_ratio"](x)
        return 1 - ratio / x - ratio**2 if x else mpf(1) / 2


def scaled_bessel(order: int, x: mpf) -> mpf:
    """e^-x I_n(x); far out by the asymptotic series, since mpmath does not take e^x for x = 1e17."""
    if x < 2000:
        return mp.exp(-x) * mp.besseli(order, x)
    term, total = mpf(1), mpf(1)
    for k in range(1, 400):
        if abs(term) < mpf(2) ** -mp.prec:
            break
        term = -term * (4 * order**2 - (2 * k - 1) ** 2) / (8 * k * x)
        total += term
    return total / mp.sqrt(2 * mp.pi * x)


def scaled_e1(u: mpf) -> mpf:
    """e^u E_1(u); far out by its asymptotic series, since mpmath does not take e^u for u = 1e17."""
    if u < 4 * mp.prec:
        return mp.exp(u) * mp.e1(u)
    term, total = 1 / u, 1 / u
    for k in range(1, 4 * mp.prec):
        if abs(term) < mpf(2) ** -mp.prec * total:
            break
        term = -term * k / u
        total += term
    return total


def scaled_e1_derivatives(v: mpf) -> tuple[mpf, mpf]:
    """Less the first derivative of log(e^u E_1(u)) at u = v^2/2 by v, and the second; they cancel far out."""
    if not v:
        return inf, inf
    with mp.workprec(mp.prec + 100 + 8 * max(0, int(mp.log(abs(v), 2)))):
        u = v * v / 2
        h = 1 / scaled_e1(u) - u
        return 2 * h / v, 2 * (h - 2 * h**2 + 2 * u * (1 - h)) / v**2


CANCELLED = 1200  # digits: two runs that give 0 agree for certain only when 1 + 1e-308 squared is resolved


def exact(name: str, *arguments: float) -> mpf:
    """The function at these float64 arguments, to at least 25 digits."""
    digits, previous = 40, nan
    while digits < 6000:
        with mp.workdps(digits):
            value = ORACLES[name](*map(mpf, arguments))
            if isinf(value) or (abs(value - previous) <= abs(value) * mpf("1e-25") and (value or digits > CANCELLED)):
                return value
            previous = value
        digits *= 2
    raise ArithmeticError(f"{name}{arguments}: no agreement, last {previous}, NaN {isnan(previous)}")


def ulps(got: float, want: mpf) -> float:
    """|got - want| in units of the last place of `want` rounded to float64; 2^-1074 below the normal numbers."""
    with mp.workdps(60):
        rounded = float(want)
        if got == rounded or (got != got and rounded != rounded):
            return float(abs(mpf(got) - want) / ulp(rounded)) if mp.isfinite(mpf(got)) else 0.0
        if not mp.isfinite(mpf(got)) or not mp.isfinite(mpf(rounded)):
            return float("inf")
        return float(abs(mpf(got) - want) / ulp(rounded))


def ulp(x: float) -> mpf:
    exponent = max(mp.frexp(mpf(x))[1], -1021) if x else -1021
    return mpf(2) ** (exponent - 53)
