"""Rules about shapes and scales that are predicted as logarithms, so that their exponentials overflow."""

from __future__ import annotations

import sympy as sp

from symloss.heads.algebraic import inverse_hypot, log1psq
from symloss.heads.functions import (
    digamma_difference,
    exp_sigmoid,
    exp_times,
    rising_log,
    sigmoid,
    trigamma_difference,
)

from .infinite_sums import in_multiples_of_the_largest
from .log_bases import (
    joined_exponentials,
    logistic_of_scale,
    logistic_of_scale_twice,
    rising_of_exponential,
    second_by_logarithm,
    slope_by_logarithm,
)
from .log_shapes import by_log_shapes
from .saddle_point import beta_binomial, negative_binomial, poisson
from .scaled_residuals import logarithm_by_scale, slope_of_scaled, square_of_scaled, tail_of_scaled, tanh_of_scaled
from .silence import is_bell
from .stable_rule import StableRule, X, Y


def _scale_times_bells(e: sp.Expr) -> sp.Expr | None:
    """exp(a) (c exp(-u**2) + d), which may be a number where exp(a) is infinite."""
    if not isinstance(e, sp.Mul):
        return None
    for scale in e.args:
        for part in e.args:
            if isinstance(scale, sp.exp) and not is_bell(scale) and isinstance(part, sp.Add) and _is_of_bells(part):
                number = sp.Mul(*(f for f in e.args if f.is_number))
                return e / (scale * part * number) * exp_times(scale.args[0], number * part)
    return None


def _number_into_scaled(e: sp.Expr) -> sp.Expr | None:
    """c (exp_times(a, x) + y) for a number c below 1, in terms that are less by a power of two: no new rounding."""
    if not isinstance(e, sp.Mul):
        return None
    number, whole = e.as_independent(sp.Add, exp_times)
    terms = sp.Add.make_args(whole)
    if not (number.is_number and 0 < abs(number) < 1 and any(isinstance(t, exp_times) for t in terms)):
        return None
    power = sp.Integer(2) ** sp.ceiling(-sp.log(abs(number), 2))
    less = (exp_times(t.args[0], t.args[1] / power) if isinstance(t, exp_times) else t / power for t in terms)
    return number * power * sp.Add(*less)


def _is_of_bells(e: sp.Add) -> bool:
    factors = [f for term in e.args for f in sp.Mul.make_args(term) if not f.is_number]
    return bool(factors) and all(map(is_bell, factors))


_SADDLE_POINT = "C. Loader, Fast and Accurate Computation of Binomial Probabilities (2000)"

WHOLE: tuple[StableRule, ...] = (
    StableRule(
        "negative binomial by its saddle point",
        "log(n!) - log(Gamma(x + n)/Gamma(x)) - x log(p) - n log(q) = factorial_rest(n) + rising_rest(x, n) + "
        "divergence(n, (x + n) q) + divergence(x, (x + n) p), p + q = 1",
        "the terms are n log(x) and n log(n), their sum log(n)",
        "n > 100, x > 100",
        _SADDLE_POINT,
        negative_binomial,
        sp.loggamma(X**2 + 1)
        - rising_log(sp.exp(Y), X**2)
        - X**2 * (sp.log(X**2 + 1) - sp.log(X**2 + 1 + sp.exp(Y)))
        - sp.exp(Y) * (Y - sp.log(X**2 + 1 + sp.exp(Y))),
        ({"x": 64.0, "y": 32.0}, {"x": 100.0, "y": 30.0}),
    ),
    StableRule(
        "Poisson by its saddle point",
        "log(n!) + m - n log(m) = factorial_rest(n) + divergence(n, m)",
        "the terms are n log(n), their sum log(n)",
        "n > 100",
        _SADDLE_POINT,
        poisson,
        sp.loggamma(X**2 + 1) + sp.exp(Y) - X**2 * Y,
        ({"x": 128.0, "y": 9.704}, {"x": 1024.0, "y": 13.8629}),
    ),
    StableRule(
        "beta-binomial by its saddle point",
        "log(k! m!/n!) - log(B(a + k, b + m)/B(a, b)) = factorial_rest(k) + factorial_rest(m) - factorial_rest(n) + "
        "divergence(k, n a/(a + b)) + divergence(m, n b/(a + b)) - excesses, n = k + m",
        "the terms are n log(n) and n log(a), their sum log(n)",
        "a, b > k, m > 100",
        _SADDLE_POINT,
        beta_binomial,
        sp.loggamma(X**2 + 1)
        + sp.loggamma(Y**2 + 1)
        - sp.loggamma(X**2 + Y**2 + 1)
        - rising_log(sp.exp(40), X**2)
        - rising_log(sp.exp(40), Y**2)
        + rising_log(2 * sp.exp(40), X**2 + Y**2),
        ({"x": 128.0, "y": 128.0}, {"x": 200.0, "y": 150.0}),
    ),
    StableRule(
        "sum of infinities over an axis",
        "sum g w + h exp(u) w = exp(s) (sum g w exp(-s) + h exp(u) w exp(-s)), s = max(0, the largest u less 340)",
        "an infinity less another, of which one is the larger",
        "u > 355",
        "docs/limits.md, multivariate_normal with a factor of exp(700)",
        in_multiples_of_the_largest,
    ),
    StableRule(
        "gamma functions of log shapes",
        "log Gamma(k) = k log k - k + loggamma_rest(log k), k psi(k) = k log k + loggamma_rest_slope(log k), and so on",
        "k log k cancels where k is large, 1/k where it is small; both overflow while the sum is a number",
        "k > 1e3, k < 1e-3",
        "Stirling's formula (DLMF 5.11.1) and the recurrence (DLMF 5.5.2)",
        by_log_shapes,
        sp.loggamma(sp.exp(X)) + sp.exp(X) - Y * sp.exp(X),
        ({"x": 32.0, "y": 32.0}, {"x": 720.0, "y": 720.0}, {"x": -800.0, "y": 1.0}),
    ),
)

LAST: tuple[StableRule, ...] = (
    StableRule(
        "scale times bounded sum",
        "exp(a) (c exp(-u**2) + d) = exp_times(a, c exp(-u**2) + d)",
        "the exponential overflows before the product does",
        "a > 709.78",
        "docs/limits.md; the score of a normal forecast",
        _scale_times_bells,
        sp.exp(X) * (sp.exp(-(Y**2)) - sp.Rational(1, 2)),
        ({"x": 710.0, "y": 0.25}, {"x": 710.25, "y": 0.5}),
        ({"x": 89.0, "y": 0.25},),
    ),
    StableRule(
        "number times scaled sum",
        "c (exp_times(a, x) + y) = 2^k c (exp_times(a, x / 2^k) + y / 2^k), 1 <= 2^k |c| < 2",
        "the sum overflows before the product does",
        "x exp(a) > 1.8e308",
        "the second derivative of crps_normal by a log scale of 711",
        _number_into_scaled,
        (exp_times(X, Y**2 + 2) + Y) / sp.sqrt(5),
        ({"x": 709.5, "y": 0.25}, {"x": 709.25, "y": 0.5}),
        ({"x": 88.5, "y": 0.25},),
    ),
)
"""For forms that other rules leave."""

_SCALE = "one factor overflows where the other underflows, and their product is a number"

FINAL: tuple[StableRule, ...] = (
    StableRule(
        "exponentials whose exponents cancel",
        "exp(a) exp(b) = exp(a + b)",
        _SCALE,
        "|a| > 709",
        "docs/limits.md, Student's t of a predicted scale",
        joined_exponentials,
        sp.exp(X) * sp.exp(Y - X),
        ({"x": 720.0, "y": 2.0}, {"x": -800.0, "y": 0.5}),
        ({"x": 100.0, "y": 2.0},),
    ),
    StableRule(
        "tail of a residual over a scale",
        "c log(1 + r**2 exp(-2 t)) + k t = (k - 2 c) t + 2 c log|r|",
        "both overflow before their sum does",
        "t < -1e307",
        "docs/limits.md, Student's t of a predicted scale",
        tail_of_scaled,
        branching=True,  # no example: the two sides are equal to the last bit of a float64, not beyond
    ),
    StableRule(
        "logarithm of a residual over a scale, times an exponential",
        "exp(a) log(1 + r**2 exp(-a - 2 x)) = r**2 exp(-2 x) next to 0, and half the square of that for the excess",
        _SCALE,
        "a > 709",
        "docs/limits.md, Student's t of predicted degrees of freedom",
        logarithm_by_scale,
        branching=True,  # no example: the two sides are equal to the last bit of a float64, not beyond
    ),
    StableRule(
        "square of a residual over a scale",
        "log(1 + r**2 exp(-2 t)) = log1psq_exp(r, t)",
        "exp(-t) overflows",
        "t < -709",
        "docs/limits.md, Student's t of a predicted scale",
        square_of_scaled,
        log1psq(Y * sp.exp(-X)),
        ({"x": -720.0, "y": 2.0}, {"x": -800.0, "y": 0.5}),
        ({"x": -100.0, "y": 2.0},),
    ),
    StableRule(
        "slope of a square of a residual over a scale",
        "exp(-x)/sqrt(1 + r**2 exp(-2 t)) = 1/hypot(exp(x), r exp(x - t))",
        _SCALE,
        "t < -709",
        "docs/limits.md, Student's t of a predicted scale",
        slope_of_scaled,
        sp.exp(-X) * inverse_hypot(Y * sp.exp(-X)),
        ({"x": -720.0, "y": 2.0}, {"x": -800.0, "y": 0.5}),
        ({"x": -100.0, "y": 2.0},),
    ),
    StableRule(
        "hyperbolic tangent of a residual over a scale, times an exponential",
        "exp(a) tanh(r exp(-t)/2) = exp_tanh(a, r, -t)",
        "the argument of tanh is subnormal, the product is not",
        "|r| < 1e-300, t < -10",
        "docs/limits.md, logistic_2 at a residual of 5e-324",
        tanh_of_scaled,
    ),
    StableRule(
        "second derivative by the log of a shape",
        "x (psi(x + n) - psi(x)) + x**2 (psi'(x + n) - psi'(x)) = the sum of k x/(x + k)**2, k < n",
        "both terms are n, or 1",
        "x > 1e3 n, x < 1e-3",
        "README rule 66",
        second_by_logarithm,
        sp.exp(X) * digamma_difference(sp.exp(X), Y**2) + sp.exp(2 * X) * trigamma_difference(sp.exp(X), Y**2),
        ({"x": 40.0, "y": 2.0}, {"x": -40.0, "y": 2.0}),
    ),
    StableRule(
        "derivative by the log of a shape",
        "x (psi(x + n) - psi(x)) = rising_slope(log x, n)",
        _SCALE,
        "x > 1e308, x < 1e-308",
        "README rule 66",
        slope_by_logarithm,
        sp.exp(X) * digamma_difference(sp.exp(X), Y**2),
        ({"x": 720.0, "y": 2.0}, {"x": -750.0, "y": 2.0}),
        ({"x": 100.0, "y": 2.0},),
    ),
    StableRule(
        "rising factorial of an exponential",
        "log(Gamma(x + n)/Gamma(x)) = rising_log_exp(log x, n)",
        "the exponential underflows, its logarithm does not",
        "x < 1e-308",
        "README rule 65",
        rising_of_exponential,
        rising_log(sp.exp(X), Y**2),
        ({"x": -750.0, "y": 2.0}, {"x": -800.0, "y": 3.0}),
        ({"x": -110.0, "y": 2.0},),
    ),
    StableRule(
        "logistic function of a scale",
        "exp(v) sigmoid(w - v) = 1/(exp(-v) + exp(-w)) = exp_sigmoid(v, w), and so for softplus",
        _SCALE,
        "|v| > 709",
        "the negative binomial next to a Poisson distribution",
        logistic_of_scale,
        sp.exp(X) * sigmoid(Y - X),
        ({"x": 720.0, "y": 2.0}, {"x": 800.0, "y": 0.5}),
        ({"x": 100.0, "y": 2.0},),
    ),
    StableRule(
        "logistic function of a scale, twice",
        "exp_sigmoid(v, w) sigmoid(w - v) = exp(v) sigmoid(w - v)^2 = exp_sigmoid_squared(v, w)",
        "one logistic function underflows, or the scale that meets it overflows, where the product does neither",
        "w - v < -709",
        "the negative binomial next to a Poisson distribution, its Hessian",
        logistic_of_scale_twice,
        exp_sigmoid(X, Y) * sigmoid(Y - X),
        ({"x": 755.5, "y": 20.0}, {"x": 1500.0, "y": 720.0}),
        ({"x": 100.0, "y": 2.0},),
    ),
)
"""Tried at the very end, on what other rules have finished as well."""
