"""The rows of ratios of gamma functions and of Bessel functions, closed under differentiation."""

from __future__ import annotations

from typing import Any

import mpmath
import sympy as sp

from . import bessel_values
from . import functions as fn
from .row import Row


def loggamma(x: Any) -> Any:
    """log Gamma(x); next to its pole, where mpmath sees the pole itself, the two terms that are left."""
    if x > 0 and mpmath.mag(x) < -2 * mpmath.mp.prec:
        return -mpmath.log(x) - mpmath.euler * x
    return mpmath.loggamma(x)


def _difference(order: int, x: Any, n: Any) -> Any:
    return mpmath.psi(order, x + n) - mpmath.psi(order, x)


def _rising_log(x: Any, n: Any) -> Any:
    return mpmath.loggamma(x + n) - mpmath.loggamma(x)


def _bessel_ratio_slope(x: Any) -> Any:
    ratio = bessel_values.ratio(x)
    return 1 - ratio / x - ratio**2 if x else mpmath.mpf(1) / 2


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + mpmath.exp(-x))


def _second_digamma_difference(x: sp.Expr, n: sp.Expr) -> sp.Expr:
    return sp.polygamma(2, x + n) - sp.polygamma(2, x)


def _rest_slope(a: Any) -> Any:
    k = mpmath.exp(a)
    return k * (mpmath.psi(0, k) - a)


def _rest_curvature(a: Any) -> Any:
    k = mpmath.exp(a)
    return _rest_slope(a) + k * (k * mpmath.psi(1, k) - 1)


def _third_of_rest(a: sp.Expr) -> sp.Expr:
    k = sp.exp(a)
    return k * (sp.digamma(k) - a - 2) + 3 * k**2 * sp.polygamma(1, k) + k**3 * sp.polygamma(2, k)


GAMMA_AND_BESSEL: tuple[Row, ...] = (
    Row(
        fn.log_beta,
        lambda a, b: (-fn.digamma_difference(a, b), -fn.digamma_difference(b, a)),
        lambda a, b: mpmath.loggamma(a) + mpmath.loggamma(b) - mpmath.loggamma(a + b),
        "log_beta",
    ),
    Row(
        fn.rising_log,
        lambda x, n: (fn.digamma_difference(x, n), sp.digamma(x + n)),
        _rising_log,
        "rising_log",
    ),
    Row(
        fn.rising_excess,
        lambda x, n: (-fn.digamma_excess(x, n), sp.digamma(x + n) - sp.log(x)),
        lambda x, n: _rising_log(x, n) - n * mpmath.log(x),
        "rising_excess",
    ),
    Row(
        fn.digamma_difference,
        lambda x, n: (fn.trigamma_difference(x, n), sp.polygamma(1, x + n)),
        lambda x, n: _difference(0, x, n),
        "digamma_difference",
    ),
    Row(
        fn.digamma_excess,
        lambda x, n: (-fn.trigamma_excess(x, n), 1 / x - sp.polygamma(1, x + n)),
        lambda x, n: n / x - _difference(0, x, n),
        "digamma_excess",
    ),
    Row(
        fn.trigamma_difference,
        lambda x, n: (_second_digamma_difference(x, n), sp.polygamma(2, x + n)),
        lambda x, n: _difference(1, x, n),
        "trigamma_difference",
    ),
    Row(
        fn.trigamma_excess,
        lambda x, n: (_second_digamma_difference(x, n) - 2 * n / x**3, 1 / x**2 + sp.polygamma(2, x + n)),
        lambda x, n: n / x**2 + _difference(1, x, n),
        "trigamma_excess",
    ),
    Row(
        fn.digamma_curvature,
        lambda x, n: (
            -2 * (fn.digamma_excess(x, n) / x**2 + fn.trigamma_excess(x, n) / x)
            + 2 * n / x**3
            - _second_digamma_difference(x, n),
            2 * (1 / x - sp.polygamma(1, x + n)) / x - 1 / x**2 - sp.polygamma(2, x + n),
        ),
        lambda x, n: 2 * (n / x - _difference(0, x, n)) / x - n / x**2 - _difference(1, x, n),
        "digamma_curvature",
    ),
    Row(fn.loggamma1p, lambda x: (fn.digamma1p(x),), lambda x: mpmath.loggamma(1 + x), "loggamma1p"),
    Row(fn.digamma1p, lambda x: (sp.polygamma(1, 1 + x),), lambda x: mpmath.psi(0, 1 + x), "digamma1p"),
    Row(
        fn.loggamma_rest,
        lambda a, k: (fn.loggamma_rest_slope(a, k), sp.S.Zero),
        lambda a, k: mpmath.loggamma(mpmath.exp(a)) - (a - 1) * mpmath.exp(a),
        "loggamma_rest",
    ),
    Row(
        fn.loggamma_rest_slope,
        lambda a, k: (fn.loggamma_rest_curvature(a, k), sp.S.Zero),
        lambda a, k: _rest_slope(a),
        "loggamma_rest_slope",
    ),
    Row(
        fn.loggamma_rest_curvature,
        lambda a, k: (_third_of_rest(a), sp.S.Zero),
        lambda a, k: _rest_curvature(a),
        "loggamma_rest_curvature",
    ),
    Row(
        fn.softplus_second_excess,
        lambda x: (fn.sigmoid(x) ** 3,),
        lambda x: mpmath.log1p(mpmath.exp(x)) - _sigmoid(x) - _sigmoid(x) ** 2 / 2,
        "softplus_second_excess",
    ),
    Row(
        fn.log1p_excess,
        lambda x: (x / (1 + x) ** 2,),
        lambda x: mpmath.log1p(x) - x / (1 + x),
        "log1p_excess",
    ),
    Row(
        fn.softplus_excess,
        lambda x: (fn.sigmoid(x) ** 2,),
        lambda x: mpmath.log1p(mpmath.exp(x)) - 1 / (1 + mpmath.exp(-x)),
        "softplus_excess",
    ),
    Row(
        fn.log_bessel_i0_scaled,
        lambda x: (fn.bessel_ratio(x) - sp.sign(x),),
        lambda x: bessel_values.log_i(0, x),
        "log_bessel_i0_scaled",
    ),
    Row(
        fn.log_bessel_i1,
        lambda x: (1 / fn.bessel_ratio(x) - 1 / x,),
        lambda x: bessel_values.log_i(1, x) + x,
        "log_bessel_i1",
    ),
    Row(
        fn.bessel_ratio_gap,
        lambda x: (-fn.bessel_ratio_slope(x),),
        lambda x: 1 - bessel_values.ratio(x),
        "bessel_ratio_gap",
    ),
    Row(
        fn.bessel_ratio_slope,
        lambda x: (fn.bessel_ratio(x) / x**2 - fn.bessel_ratio_slope(x) * (1 / x + 2 * fn.bessel_ratio(x)),),
        _bessel_ratio_slope,
        "bessel_ratio_slope",
    ),
)
