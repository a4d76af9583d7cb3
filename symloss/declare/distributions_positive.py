"""Distributions on a half line: one row each."""

from __future__ import annotations

import sympy as sp

from symloss.heads.functions import expm1, log1mexp, log_norm_cdf, softplus

from .distribution_row import DistributionRow, half_line, where
from .log_terms import log_beta, log_of, xlog

_HALF_LOG_2PI = sp.log(2 * sp.pi) / 2
_HALF = sp.Rational(1, 2)


def _log_normal(y: sp.Expr, mean: sp.Expr, std: sp.Expr) -> sp.Expr:
    return -((sp.log(y) - mean) ** 2) / (2 * std**2) - sp.log(y) - log_of(std) - _HALF_LOG_2PI


def _exponential(y: sp.Expr, rate: sp.Expr) -> sp.Expr:
    return log_of(rate) - rate * y


def _gamma(y: sp.Expr, k: sp.Expr, theta: sp.Expr) -> sp.Expr:
    """(k - 1) log(y) - y/theta - k log(theta) - log Gamma(k)."""
    return xlog(k - 1, y) - y / theta - xlog(k, theta) - sp.loggamma(k)


def _gamma_inverse(y: sp.Expr, a: sp.Expr, b: sp.Expr) -> sp.Expr:
    return xlog(a, b) - (a + 1) * sp.log(y) - b / y - sp.loggamma(a)


def _chi_squared(y: sp.Expr, k: sp.Expr) -> sp.Expr:
    return xlog(k / 2 - 1, y) - y / 2 - k * sp.log(2) / 2 - sp.loggamma(k / 2)


def _chi(y: sp.Expr, k: sp.Expr) -> sp.Expr:
    return (1 - k / 2) * sp.log(2) + xlog(k - 1, y) - y**2 / 2 - sp.loggamma(k / 2)


def _weibull(y: sp.Expr, alpha: sp.Expr, beta: sp.Expr) -> sp.Expr:
    """alpha is the scale, beta the shape."""
    return log_of(beta) - xlog(beta, alpha) + xlog(beta - 1, y) - _power_of_ratio(y, alpha, beta)


def _power_of_ratio(y: sp.Expr, scale: sp.Expr, shape: sp.Expr) -> sp.Expr:
    """(y/scale)**shape; with the logarithm of the scale where that is at hand, since the scale may overflow."""
    return y**shape * sp.exp(-shape * scale.args[0]) if isinstance(scale, sp.exp) else (y / scale) ** shape


def _rayleigh(y: sp.Expr, sigma: sp.Expr) -> sp.Expr:
    return sp.log(y) - 2 * log_of(sigma) - y**2 / (2 * sigma**2)


def _maxwell(y: sp.Expr, a: sp.Expr) -> sp.Expr:
    return sp.log(2 / sp.pi) / 2 + 2 * sp.log(y) - 3 * log_of(a) - y**2 / (2 * a**2)


def _nakagami(y: sp.Expr, mu: sp.Expr, omega: sp.Expr) -> sp.Expr:
    return sp.log(2) + xlog(mu, mu) - sp.loggamma(mu) - xlog(mu, omega) + xlog(2 * mu - 1, y) - mu * y**2 / omega


def _log_logistic(y: sp.Expr, alpha: sp.Expr, beta: sp.Expr) -> sp.Expr:
    return log_of(beta) - xlog(beta, alpha) + xlog(beta - 1, y) - 2 * softplus(_log_ratio(y, alpha, beta))


def _log_ratio(y: sp.Expr, scale: sp.Expr, shape: sp.Expr) -> sp.Expr:
    """shape*log(y/scale)."""
    return shape * (sp.log(y) - log_of(scale))


def _dagum(y: sp.Expr, p: sp.Expr, a: sp.Expr, b: sp.Expr) -> sp.Expr:
    """With t = a log(y/b): log(a p/y) - p softplus(-t) - softplus(t)."""
    t = _log_ratio(y, b, a)
    return log_of(a) + log_of(p) - sp.log(y) - p * softplus(-t) - softplus(t)


def _gaussian_inverse(y: sp.Expr, mean: sp.Expr, shape: sp.Expr) -> sp.Expr:
    """(y - m)^2/(2 y m^2) multiplied out: the common 1/(2 y) cancels in every derivative."""
    deviance = y / (2 * mean**2) - 1 / mean + 1 / (2 * y)
    return log_of(shape) / 2 - 3 * sp.log(y) / 2 - sp.expand(shape * deviance) - _HALF_LOG_2PI


def _gaussian_inverse_log_survival(y: sp.Expr, mean: sp.Expr, shape: sp.Expr) -> sp.Expr:
    """Phi(-r (y/m - 1)) - exp(2 l/m) Phi(-r (y/m + 1)) with r = sqrt(l/y), in logarithms (rule 67)."""
    root = sp.sqrt(shape / y)
    first = log_norm_cdf(-root * (y / mean - 1))
    second = 2 * shape / mean + log_norm_cdf(-root * (y / mean + 1))
    return first + log1mexp(second - first)


def _lomax(y: sp.Expr, alpha: sp.Expr, lamda: sp.Expr) -> sp.Expr:
    return log_of(alpha) - log_of(lamda) - (alpha + 1) * sp.log(1 + y / lamda)


def _pareto(y: sp.Expr, xm: sp.Expr, alpha: sp.Expr) -> sp.Expr:
    return log_of(alpha) + xlog(alpha, xm) - (alpha + 1) * sp.log(y)


def _gompertz(y: sp.Expr, b: sp.Expr, eta: sp.Expr) -> sp.Expr:
    return log_of(b) + log_of(eta) + b * y - eta * expm1(b * y)


def _frechet(y: sp.Expr, a: sp.Expr, s: sp.Expr, m: sp.Expr) -> sp.Expr:
    return log_of(a) + xlog(a, s) - (a + 1) * sp.log(y - m) - ((y - m) / s) ** (-a)


def _f(y: sp.Expr, d1: sp.Expr, d2: sp.Expr) -> sp.Expr:
    ratio = log_of(d1) - log_of(d2)
    power = (d1 + d2) / 2 * sp.log(1 + d1 * y / d2)
    return d1 * ratio / 2 + xlog(d1 / 2 - 1, y) - power - log_beta(d1 / 2, d2 / 2)


def _levy(y: sp.Expr, mu: sp.Expr, c: sp.Expr) -> sp.Expr:
    return log_of(c) / 2 - 3 * sp.log(y - mu) / 2 - c / (2 * (y - mu)) - _HALF_LOG_2PI


def _beta_prime(y: sp.Expr, alpha: sp.Expr, beta: sp.Expr) -> sp.Expr:
    return xlog(alpha - 1, y) - (alpha + beta) * sp.log(1 + y) - log_beta(alpha, beta)


_SHAPE_SCALE = (("k", "positive"), ("theta", "positive"))

ROWS: tuple[DistributionRow, ...] = (
    DistributionRow(
        "LogNormal",
        (("mean", "real"), ("std", "positive")),
        _log_normal,
        half_line,
        mean=lambda m, s: sp.exp(m + s**2 / 2),
        log_survival=lambda y, m, s: log_norm_cdf((m - sp.log(y)) / s),
        source="Johnson, Kotz & Balakrishnan vol. 1, ch. 14; mean and std are those of log(Y)",
    ),
    DistributionRow(
        "Exponential",
        (("rate", "positive"),),
        _exponential,
        half_line,
        mean=lambda rate: 1 / rate,
        log_survival=lambda y, rate: -rate * y,
        location_scale=lambda rate: (sp.S.Zero, 1 / rate),
        source="Johnson, Kotz & Balakrishnan vol. 1, ch. 19",
    ),
    DistributionRow(
        "Gamma",
        _SHAPE_SCALE,
        _gamma,
        half_line,
        mean=lambda k, theta: k * theta,
        location_scale=lambda k, theta: (sp.S.Zero, theta),
        source="Johnson, Kotz & Balakrishnan vol. 1, ch. 17; theta is the scale; Erlang is this row",
    ),
    DistributionRow(
        "GammaInverse",
        (("a", "positive"), ("b", "positive")),
        _gamma_inverse,
        half_line,
        mean=lambda a, b: where(a > 1, b / (a - 1)),
        location_scale=lambda a, b: (sp.S.Zero, b),
        source="1/Y is gamma with shape a and rate b",
    ),
    DistributionRow(
        "ChiSquared",
        (("k", "positive"),),
        _chi_squared,
        half_line,
        mean=lambda k: k,
        source="Johnson, Kotz & Balakrishnan vol. 1, ch. 18",
    ),
    DistributionRow(
        "Chi",
        (("k", "positive"),),
        _chi,
        half_line,
        mean=lambda k: sp.sqrt(2) * sp.exp(sp.loggamma((k + 1) / 2) - sp.loggamma(k / 2)),
        source="Johnson, Kotz & Balakrishnan vol. 1, ch. 18",
    ),
    DistributionRow(
        "Weibull",
        (("alpha", "positive"), ("beta", "positive")),
        _weibull,
        half_line,
        mean=lambda a, b: a * sp.exp(sp.loggamma(1 + 1 / b)),
        log_survival=lambda y, a, b: -_power_of_ratio(y, a, b),
        location_scale=lambda a, b: (sp.S.Zero, a),
        source="Johnson, Kotz & Balakrishnan vol. 1, ch. 21; alpha is the scale, beta the shape",
    ),
    DistributionRow(
        "Rayleigh",
        (("sigma", "positive"),),
        _rayleigh,
        half_line,
        mean=lambda s: s * sp.sqrt(sp.pi / 2),
        log_survival=lambda y, s: -(y**2) / (2 * s**2),
        location_scale=lambda s: (sp.S.Zero, s),
        source="Johnson, Kotz & Balakrishnan vol. 1, ch. 18",
    ),
    DistributionRow(
        "Maxwell",
        (("a", "positive"),),
        _maxwell,
        half_line,
        mean=lambda a: 2 * a * sp.sqrt(2 / sp.pi),
        location_scale=lambda a: (sp.S.Zero, a),
        source="Johnson, Kotz & Balakrishnan vol. 1, ch. 18",
    ),
    DistributionRow(
        "Nakagami",
        (("mu", "positive"), ("omega", "positive")),
        _nakagami,
        half_line,
        mean=lambda m, o: sp.exp(sp.loggamma(m + _HALF) - sp.loggamma(m)) * sp.sqrt(o / m),
        location_scale=lambda m, o: (sp.S.Zero, sp.sqrt(o)),
        source="Nakagami 1960; Y^2 is gamma with shape mu and mean omega",
    ),
    DistributionRow(
        "LogLogistic",
        (("alpha", "positive"), ("beta", "positive")),
        _log_logistic,
        half_line,
        mean=lambda a, b: where(b > 1, a * (sp.pi / b) / sp.sin(sp.pi / b)),
        log_survival=lambda y, a, b: -softplus(_log_ratio(y, a, b)),
        location_scale=lambda a, b: (sp.S.Zero, a),
        source="Johnson, Kotz & Balakrishnan vol. 2, ch. 23; alpha is the scale, beta the shape",
    ),
    DistributionRow(
        "Dagum",
        (("p", "positive"), ("a", "positive"), ("b", "positive")),
        _dagum,
        half_line,
        log_survival=lambda y, p, a, b: log1mexp(-p * softplus(-_log_ratio(y, b, a))),
        location_scale=lambda p, a, b: (sp.S.Zero, b),
        source="Kleiber & Kotz 2003, 6.3",
    ),
    DistributionRow(
        "GaussianInverse",
        (("mean", "positive"), ("shape", "positive")),
        _gaussian_inverse,
        half_line,
        mean=lambda m, shape: m,
        log_survival=_gaussian_inverse_log_survival,
        source="Johnson, Kotz & Balakrishnan vol. 1, ch. 15",
    ),
    DistributionRow(
        "Lomax",
        (("alpha", "positive"), ("lamda", "positive")),
        _lomax,
        half_line,
        mean=lambda a, lamda: where(a > 1, lamda / (a - 1)),
        log_survival=lambda y, a, lamda: -a * sp.log(1 + y / lamda),
        location_scale=lambda a, lamda: (sp.S.Zero, lamda),
        source="Pareto type II (Arnold 2015, 1.2)",
    ),
    DistributionRow(
        "Pareto",
        (("xm", "positive"), ("alpha", "positive")),
        _pareto,
        lambda xm, alpha: (xm, sp.oo),
        mean=lambda xm, a: where(a > 1, a * xm / (a - 1)),
        log_survival=lambda y, xm, a: xlog(a, xm) - a * sp.log(y),
        location_scale=lambda xm, a: (sp.S.Zero, xm),
        source="Pareto type I (Arnold 2015, 1.2); SymPy's density forgets that it is 0 below xm",
    ),
    DistributionRow(
        "Gompertz",
        (("b", "positive"), ("eta", "positive")),
        _gompertz,
        half_line,
        log_survival=lambda y, b, eta: -eta * expm1(b * y),
        location_scale=lambda b, eta: (sp.S.Zero, 1 / b),
        source="Gompertz 1825; hazard b*eta*exp(b*y)",
    ),
    DistributionRow(
        "Frechet",
        (("a", "positive"), ("s", "positive"), ("m", "real")),
        _frechet,
        lambda a, s, m: (m, sp.oo),
        mean=lambda a, s, m: where(a > 1, m + s * sp.gamma(1 - 1 / a)),
        log_survival=lambda y, a, s, m: log1mexp(-(((y - m) / s) ** (-a))),
        location_scale=lambda a, s, m: (m, s),
        source="Johnson, Kotz & Balakrishnan vol. 2, ch. 22; SymPy gives the support of m = 0 whatever m is",
    ),
    DistributionRow(
        "FDistribution",
        (("d1", "positive"), ("d2", "positive")),
        _f,
        half_line,
        mean=lambda d1, d2: where(d2 > 2, d2 / (d2 - 2)),
        source="Johnson, Kotz & Balakrishnan vol. 2, ch. 27",
    ),
    DistributionRow(
        "Levy",
        (("mu", "real"), ("c", "positive")),
        _levy,
        lambda mu, c: (mu, sp.oo),
        mean=lambda mu, c: sp.oo,
        location_scale=lambda mu, c: (mu, c),
        source="stable law of index 1/2 (Nolan 2020, 1.1)",
    ),
    DistributionRow(
        "BetaPrime",
        (("alpha", "positive"), ("beta", "positive")),
        _beta_prime,
        half_line,
        mean=lambda a, b: where(b > 1, a / (b - 1)),
        source="Johnson, Kotz & Balakrishnan vol. 2, ch. 27",
    ),
)
