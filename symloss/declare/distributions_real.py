"""Distributions on the whole line and on the circle: one row each."""

from __future__ import annotations

import sympy as sp

from symloss.heads.functions import log1mexp, log_bessel_i0, log_norm_cdf, softplus

from .distribution_row import DistributionRow, whole_line
from .log_terms import log_beta, log_of

_HALF_LOG_2PI = sp.log(2 * sp.pi) / 2


def _standard(y: sp.Expr, location: sp.Expr, scale: sp.Expr) -> sp.Expr:
    return (y - location) / scale


def _normal(y: sp.Expr, mean: sp.Expr, std: sp.Expr) -> sp.Expr:
    """-(y - m)^2/(2 s^2) - log(s) - log(2 pi)/2."""
    return -((y - mean) ** 2) / (2 * std**2) - log_of(std) - _HALF_LOG_2PI


def _laplace(y: sp.Expr, mu: sp.Expr, b: sp.Expr) -> sp.Expr:
    return -sp.Abs(y - mu) / b - log_of(b) - sp.log(2)


def _laplace_log_survival(y: sp.Expr, mu: sp.Expr, b: sp.Expr) -> sp.Expr:
    """exp(-z)/2 above the median and 1 - exp(-|z|)/2 below, each without cancellation."""
    z = _standard(y, mu, b)
    return sp.Piecewise((-z - sp.log(2), y >= mu), (sp.log(1 - sp.exp(-sp.Abs(z)) / 2), True))


def _logistic(y: sp.Expr, mu: sp.Expr, s: sp.Expr) -> sp.Expr:
    z = _standard(y, mu, s)
    return -z - 2 * softplus(-z) - log_of(s)


def _cauchy(y: sp.Expr, x0: sp.Expr, gamma: sp.Expr) -> sp.Expr:
    return -sp.log(1 + _standard(y, x0, gamma) ** 2) - log_of(gamma) - sp.log(sp.pi)


def _cauchy_log_survival(y: sp.Expr, x0: sp.Expr, gamma: sp.Expr) -> sp.Expr:
    """1/2 - atan(z)/pi is atan2(1, z)/pi, which does not cancel for large z."""
    z = _standard(y, x0, gamma)
    upper, lower = sp.atan2(1, z) / sp.pi, sp.atan2(1, -z) / sp.pi
    return sp.Piecewise((sp.log(upper), y >= x0), (sp.log(1 - lower), True))


def _student_t(y: sp.Expr, nu: sp.Expr) -> sp.Expr:
    return -(nu + 1) / 2 * sp.log(1 + y**2 / nu) - log_of(nu) / 2 - log_beta(sp.Rational(1, 2), nu / 2)


def _gumbel(y: sp.Expr, beta: sp.Expr, mu: sp.Expr) -> sp.Expr:
    z = _standard(y, mu, beta)
    return -z - sp.exp(-z) - log_of(beta)


def _gumbel_minimum(y: sp.Expr, beta: sp.Expr, mu: sp.Expr) -> sp.Expr:
    z = _standard(y, mu, beta)
    return z - sp.exp(z) - log_of(beta)


def _von_mises(y: sp.Expr, mu: sp.Expr, k: sp.Expr) -> sp.Expr:
    return k * sp.cos(y - mu) - log_bessel_i0(k) - sp.log(2 * sp.pi)


def _moyal(y: sp.Expr, mu: sp.Expr, sigma: sp.Expr) -> sp.Expr:
    z = _standard(y, mu, sigma)
    return -(z + sp.exp(-z)) / 2 - log_of(sigma) - _HALF_LOG_2PI


def _exponential_power(y: sp.Expr, mu: sp.Expr, alpha: sp.Expr, beta: sp.Expr) -> sp.Expr:
    distance = sp.Abs(y - mu) / alpha
    return -(distance**beta) + log_of(beta) - log_of(alpha) - sp.loggamma(1 / beta) - sp.log(2)


def _fisher_z(y: sp.Expr, d1: sp.Expr, d2: sp.Expr) -> sp.Expr:
    """log(d1 e^(2y) + d2) = log(d2) + softplus(2y + log(d1/d2))."""
    ratio = log_of(d1) - log_of(d2)
    return sp.log(2) + d1 * ratio / 2 + d1 * y - (d1 + d2) / 2 * softplus(2 * y + ratio) - log_beta(d1 / 2, d2 / 2)


_LOCATION_SCALE = (("mu", "real"), ("sigma", "positive"))

ROWS: tuple[DistributionRow, ...] = (
    DistributionRow(
        "Normal",
        (("mean", "real"), ("std", "positive")),
        _normal,
        whole_line,
        mean=lambda m, s: m,
        log_survival=lambda y, m, s: log_norm_cdf(-_standard(y, m, s)),
        location_scale=lambda m, s: (m, s),
        source="Johnson, Kotz & Balakrishnan vol. 1, ch. 13",
    ),
    DistributionRow(
        "Laplace",
        (("mu", "real"), ("b", "positive")),
        _laplace,
        whole_line,
        mean=lambda m, b: m,
        log_survival=_laplace_log_survival,
        location_scale=lambda m, b: (m, b),
        source="Johnson, Kotz & Balakrishnan vol. 2, ch. 24",
    ),
    DistributionRow(
        "Logistic",
        (("mu", "real"), ("s", "positive")),
        _logistic,
        whole_line,
        mean=lambda m, s: m,
        log_survival=lambda y, m, s: -softplus(_standard(y, m, s)),
        location_scale=lambda m, s: (m, s),
        source="Johnson, Kotz & Balakrishnan vol. 2, ch. 23",
    ),
    DistributionRow(
        "Cauchy",
        (("x0", "real"), ("gamma", "positive")),
        _cauchy,
        whole_line,
        log_survival=_cauchy_log_survival,
        location_scale=lambda m, s: (m, s),
        source="Johnson, Kotz & Balakrishnan vol. 1, ch. 16; it has no mean",
    ),
    DistributionRow(
        "StudentT",
        (("nu", "positive"),),
        _student_t,
        whole_line,
        mean=lambda nu: sp.S.Zero,
        location_scale=lambda nu: (sp.S.Zero, sp.S.One),
        source="Johnson, Kotz & Balakrishnan vol. 2, ch. 28; the mean exists for nu > 1",
    ),
    DistributionRow(
        "Gumbel",
        (("beta", "positive"), ("mu", "real")),
        _gumbel,
        whole_line,
        mean=lambda b, m: m + sp.EulerGamma * b,
        log_survival=lambda y, b, m: log1mexp(-sp.exp(-_standard(y, m, b))),
        location_scale=lambda b, m: (m, b),
        source="Johnson, Kotz & Balakrishnan vol. 2, ch. 22 (largest value)",
    ),
    DistributionRow(
        "GumbelMinimum",
        (("beta", "positive"), ("mu", "real")),
        _gumbel_minimum,
        whole_line,
        mean=lambda b, m: m - sp.EulerGamma * b,
        log_survival=lambda y, b, m: -sp.exp(_standard(y, m, b)),
        location_scale=lambda b, m: (m, b),
        source="Gumbel(..., minimum=True) in SymPy",
    ),
    DistributionRow(
        "VonMises",
        (("mu", "real"), ("k", "positive")),
        _von_mises,
        lambda m, k: (sp.S.Zero, 2 * sp.pi),
        period=2 * sp.pi,
        source="Mardia & Jupp, Directional Statistics, 3.5.4; any angle is accepted, one turn is integrated",
    ),
    DistributionRow(
        "Moyal",
        _LOCATION_SCALE,
        _moyal,
        whole_line,
        mean=lambda m, s: m + s * (sp.EulerGamma + sp.log(2)),
        location_scale=lambda m, s: (m, s),
        source="Moyal 1955",
    ),
    DistributionRow(
        "ExponentialPower",
        (("mu", "real"), ("alpha", "positive"), ("beta", "positive")),
        _exponential_power,
        whole_line,
        mean=lambda m, a, b: m,
        location_scale=lambda m, a, b: (m, a),
        source="generalised normal, version 1 (Nadarajah 2005)",
    ),
    DistributionRow(
        "FisherZ",
        (("d1", "positive"), ("d2", "positive")),
        _fisher_z,
        whole_line,
        source="Fisher 1924",
    ),
)
