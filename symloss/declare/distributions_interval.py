"""Distributions on bounded intervals: one row each."""

from __future__ import annotations

import sympy as sp

from symloss.heads.functions import log1mexp, log_norm_cdf

from .distribution_row import DistributionRow, unit_interval
from .log_terms import added, log_beta, log_of, xlog

_HALF_LOG_2PI = sp.log(2 * sp.pi) / 2


def _beta(y: sp.Expr, alpha: sp.Expr, beta: sp.Expr) -> sp.Expr:
    return xlog(alpha - 1, y) + xlog(beta - 1, 1 - y) - log_beta(alpha, beta)


def _kumaraswamy(y: sp.Expr, a: sp.Expr, b: sp.Expr) -> sp.Expr:
    return log_of(a) + log_of(b) + xlog(a - 1, y) + xlog(b - 1, 1 - y**a)


def _logit_normal(y: sp.Expr, mu: sp.Expr, s: sp.Expr) -> sp.Expr:
    return -((_logit(y) - mu) ** 2) / (2 * s**2) - sp.log(y) - sp.log(1 - y) - log_of(s) - _HALF_LOG_2PI


def _logit(y: sp.Expr) -> sp.Expr:
    return sp.log(y) - sp.log(1 - y)


def _uniform(y: sp.Expr, left: sp.Expr, right: sp.Expr) -> sp.Expr:
    return -log_of(right - left)


def _power_function(y: sp.Expr, alpha: sp.Expr, a: sp.Expr, b: sp.Expr) -> sp.Expr:
    return log_of(alpha) + xlog(alpha - 1, y - a) - xlog(alpha, b - a)


ROWS: tuple[DistributionRow, ...] = (
    DistributionRow(
        "Beta",
        (("alpha", "positive"), ("beta", "positive")),
        _beta,
        unit_interval,
        mean=lambda a, b: a / added(a, b),
        source="Johnson, Kotz & Balakrishnan vol. 2, ch. 25",
    ),
    DistributionRow(
        "Kumaraswamy",
        (("a", "positive"), ("b", "positive")),
        _kumaraswamy,
        unit_interval,
        mean=lambda a, b: b * sp.exp(log_beta(1 + 1 / a, b)),
        log_survival=lambda y, a, b: b * sp.log(1 - y**a),
        source="Kumaraswamy 1980; SymPy gives the support as [0, oo)",
    ),
    DistributionRow(
        "LogitNormal",
        (("mu", "real"), ("s", "positive")),
        _logit_normal,
        unit_interval,
        log_survival=lambda y, m, s: log_norm_cdf((m - _logit(y)) / s),
        source="Johnson 1949; the mean has no closed form",
    ),
    DistributionRow(
        "Uniform",
        (("left", "real"), ("right", "real")),
        _uniform,
        lambda left, right: (left, right),
        mean=lambda left, right: (left + right) / 2,
        log_survival=lambda y, left, right: sp.log(right - y) - log_of(right - left),
        location_scale=lambda left, right: (left, right - left),
        source="Johnson, Kotz & Balakrishnan vol. 2, ch. 26",
    ),
    DistributionRow(
        "PowerFunction",
        (("alpha", "positive"), ("a", "real"), ("b", "real")),
        _power_function,
        lambda alpha, a, b: (a, b),
        mean=lambda alpha, a, b: (alpha * b + a) / (alpha + 1),
        log_survival=lambda y, alpha, a, b: log1mexp(alpha * (sp.log(y - a) - log_of(b - a))),
        location_scale=lambda alpha, a, b: (a, b - a),
        source="Johnson, Kotz & Balakrishnan vol. 1, ch. 20",
    ),
)
