"""The rows of gamma and logistic functions by the logarithm of a scale: stable forms, that no derivation meets."""

from __future__ import annotations

from typing import Any

import mpmath
import sympy as sp

from . import functions as fn
from .gamma_rows import loggamma
from .row import Row


def _psi(m: int, x: Any, n: Any) -> Any:
    return mpmath.psi(m, x + n) - mpmath.psi(m, x)


def _slope(b: Any, n: Any) -> Any:
    x = mpmath.exp(b)
    return x * _psi(0, x, n)


def _curvature(b: Any, n: Any) -> Any:
    x = mpmath.exp(b)
    return x * _psi(0, x, n) + x**2 * _psi(1, x, n)


def _slope_by_order(b: sp.Expr, n: sp.Expr) -> sp.Expr:
    return sp.exp(b) * sp.polygamma(1, sp.exp(b) + n)


def _curvature_derivatives(b: sp.Expr, n: sp.Expr) -> tuple[sp.Expr, ...]:
    x = sp.exp(b)
    first, second = fn.digamma_difference(x, n), fn.trigamma_difference(x, n)
    third = sp.polygamma(2, x + n) - sp.polygamma(2, x)
    by_order = x * sp.polygamma(1, x + n) + x**2 * sp.polygamma(2, x + n)
    return x * first + 3 * x**2 * second + x**3 * third, by_order


def _log1psq_excess(w: Any) -> Any:
    return mpmath.log1p(w) - w / (1 + w)


def _softplus(u: Any) -> Any:
    return mpmath.log1p(mpmath.exp(u))


def _excess(u: Any) -> Any:
    return _softplus(u) - 1 / (1 + mpmath.exp(-u))


BY_LOGARITHM: tuple[Row, ...] = (
    Row(
        fn.rising_log_exp,
        lambda b, n: (fn.rising_slope(b, n), sp.digamma(sp.exp(b) + n)),
        lambda b, n: loggamma(mpmath.exp(b) + n) - loggamma(mpmath.exp(b)),
        "rising_log_exp",
    ),
    Row(
        fn.rising_slope,
        lambda b, n: (fn.rising_curvature(b, n), _slope_by_order(b, n)),
        _slope,
        "rising_slope",
    ),
    Row(
        fn.rising_excess_exp,
        lambda b, n: (-fn.excess_slope(b, n), fn.digamma_difference(sp.exp(b), n) + sp.polygamma(0, sp.exp(b)) - b),
        lambda b, n: mpmath.loggamma(mpmath.exp(b) + n) - mpmath.loggamma(mpmath.exp(b)) - n * b,
        "rising_excess_exp",
    ),
    Row(
        fn.excess_slope,
        lambda b, n: (-fn.rising_curvature(b, n), 1 - _slope_by_order(b, n)),
        lambda b, n: n - _slope(b, n),
        "excess_slope",
    ),
    Row(fn.rising_curvature, _curvature_derivatives, _curvature, "rising_curvature"),
    Row(
        fn.exp_tanh,
        lambda a, r, s: (
            fn.exp_tanh(a, r, s),
            sp.exp(a + s) * fn.sech2(r * sp.exp(s) / 2) / 2,
            r * sp.exp(a + s) * fn.sech2(r * sp.exp(s) / 2) / 2,
        ),
        lambda a, r, s: mpmath.exp(a) * mpmath.tanh(r * mpmath.exp(s) / 2),
        "exp_tanh",
    ),
    Row(
        fn.log1psq_exp,
        lambda r, t, u: (
            2 * r * fn.inverse_hypot_exp(r, t, sp.exp(t)) ** 2,
            -2 * r**2 * fn.inverse_hypot_exp(r, t, sp.exp(t)) ** 2,
            sp.S.Zero,
        ),
        lambda r, t, u: mpmath.log1p((r * mpmath.exp(-t)) ** 2),
        "log1psq_exp",
    ),
    Row(
        fn.log1psq_excess_exp,
        lambda r, t, u: (
            2 * r**3 * fn.inverse_hypot_exp(r, t, sp.exp(t)) ** 4,
            -2 * r**4 * fn.inverse_hypot_exp(r, t, sp.exp(t)) ** 4,
            sp.S.Zero,
        ),
        lambda r, t, u: _log1psq_excess((r * mpmath.exp(-t)) ** 2),
        "log1psq_excess_exp",
    ),
    Row(
        fn.inverse_hypot_exp,
        lambda r, t, k: (
            -r * fn.inverse_hypot_exp(r, t, k) ** 3,
            -sp.exp(2 * t) * fn.inverse_hypot_exp(r, t, k) ** 3,
            sp.S.Zero,
        ),
        lambda r, t, k: 1 / mpmath.sqrt(mpmath.exp(2 * t) + r**2),
        "inverse_hypot_exp",
    ),
    Row(
        fn.exp_sigmoid,
        lambda v, w: (
            fn.exp_sigmoid(v, w) * fn.sigmoid(w - v),
            fn.exp_sigmoid(v, w) * fn.sigmoid(v - w),
        ),
        lambda v, w: 1 / (mpmath.exp(-v) + mpmath.exp(-w)),
        "exp_sigmoid",
    ),
    Row(
        fn.exp_sigmoid_squared,
        lambda v, w: (
            fn.exp_sigmoid_squared(v, w) * (1 - 2 * fn.sigmoid(v - w)),
            2 * fn.exp_sigmoid_squared(v, w) * fn.sigmoid(v - w),
        ),
        lambda v, w: mpmath.exp(-v) / (mpmath.exp(-v) + mpmath.exp(-w)) ** 2,
        "exp_sigmoid_squared",
    ),
    Row(
        fn.exp_softplus,
        lambda v, w: (fn.exp_softplus_excess(v, w), fn.exp_sigmoid(v, w)),
        lambda v, w: mpmath.exp(v) * _softplus(w - v),
        "exp_softplus",
    ),
    Row(
        fn.exp_softplus_excess,
        lambda v, w: (
            fn.exp_softplus_excess(v, w) - fn.exp_sigmoid(v, w) * fn.sigmoid(w - v),
            fn.exp_sigmoid(v, w) * fn.sigmoid(w - v),
        ),
        lambda v, w: mpmath.exp(v) * _excess(w - v),
        "exp_softplus_excess",
    ),
)
