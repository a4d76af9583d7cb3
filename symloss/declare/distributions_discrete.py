"""Distributions on the integers: one row each."""

from __future__ import annotations

import sympy as sp

from .distribution_row import DistributionRow, from_one, half_line, unit_interval, where, whole_line
from .log_terms import added, complement, log_beta, log_binomial, log_of, odds_against, xlog


def _poisson(y: sp.Expr, lamda: sp.Expr) -> sp.Expr:
    return xlog(y, lamda) - lamda - sp.loggamma(y + 1)


def _bernoulli(y: sp.Expr, p: sp.Expr) -> sp.Expr:
    """Additive in y, so that a y between 0 and 1 (a soft label) has a meaning too."""
    return xlog(y, p) + xlog(1 - y, complement(p))


def _binomial(y: sp.Expr, n: sp.Expr, p: sp.Expr) -> sp.Expr:
    return xlog(y, p) + xlog(n - y, complement(p)) + log_binomial(n, y)


def _beta_binomial(y: sp.Expr, n: sp.Expr, alpha: sp.Expr, beta: sp.Expr) -> sp.Expr:
    return log_beta(alpha + y, beta + n - y) - log_beta(alpha, beta) + log_binomial(n, y)


def _geometric(y: sp.Expr, p: sp.Expr) -> sp.Expr:
    return log_of(p) + xlog(y - 1, complement(p))


def _negative_binomial(y: sp.Expr, r: sp.Expr, p: sp.Expr) -> sp.Expr:
    """y failures before the r-th success of probability p: SymPy's meaning since 1.14."""
    coefficient = sp.loggamma(y + r) - sp.loggamma(r) - sp.loggamma(y + 1)
    return coefficient + xlog(r, p) + xlog(y, complement(p))


def _logarithmic(y: sp.Expr, p: sp.Expr) -> sp.Expr:
    return xlog(y, p) - sp.log(y) - sp.log(-log_of(complement(p)))


def _skellam(y: sp.Expr, mu1: sp.Expr, mu2: sp.Expr) -> sp.Expr:
    """I of order |y|: for integers the same, and it has no pole in between."""
    bessel = sp.besseli(sp.Abs(y), 2 * sp.sqrt(mu1) * sp.sqrt(mu2))
    return -mu1 - mu2 + y * (log_of(mu1) - log_of(mu2)) / 2 + sp.log(bessel)


def _yule_simon(y: sp.Expr, rho: sp.Expr) -> sp.Expr:
    return log_of(rho) + log_beta(y, rho + 1)


def _flory_schulz(y: sp.Expr, a: sp.Expr) -> sp.Expr:
    return 2 * log_of(a) + sp.log(y) + xlog(y - 1, complement(a))


ROWS: tuple[DistributionRow, ...] = (
    DistributionRow(
        "Poisson",
        (("lamda", "positive"),),
        _poisson,
        half_line,
        mean=lambda lamda: lamda,
        discrete=True,
        source="Johnson, Kemp & Kotz, ch. 4",
    ),
    DistributionRow(
        "Bernoulli",
        (("p", "probability"),),
        _bernoulli,
        unit_interval,
        mean=lambda p: p,
        discrete=True,
        source="Johnson, Kemp & Kotz, ch. 3",
    ),
    DistributionRow(
        "Binomial",
        (("n", "size"), ("p", "probability")),
        _binomial,
        lambda n, p: (sp.S.Zero, n),
        mean=lambda n, p: n * p,
        discrete=True,
        source="Johnson, Kemp & Kotz, ch. 3",
    ),
    DistributionRow(
        "BetaBinomial",
        (("n", "size"), ("alpha", "positive"), ("beta", "positive")),
        _beta_binomial,
        lambda n, a, b: (sp.S.Zero, n),
        mean=lambda n, a, b: n * a / added(a, b),
        discrete=True,
        source="Johnson, Kemp & Kotz, ch. 6",
    ),
    DistributionRow(
        "Geometric",
        (("p", "probability"),),
        _geometric,
        from_one,
        mean=lambda p: 1 / p,
        log_survival=lambda y, p: xlog(y, complement(p)),
        discrete=True,
        source="Johnson, Kemp & Kotz, ch. 5; trials up to the first success, from 1",
    ),
    DistributionRow(
        "NegativeBinomial",
        (("r", "positive"), ("p", "probability")),
        _negative_binomial,
        half_line,
        mean=lambda r, p: r * odds_against(p),
        discrete=True,
        source="Johnson, Kemp & Kotz, ch. 5",
    ),
    DistributionRow(
        "Logarithmic",
        (("p", "probability"),),
        _logarithmic,
        from_one,
        mean=lambda p: -p / (complement(p) * log_of(complement(p))),
        discrete=True,
        source="Johnson, Kemp & Kotz, ch. 7",
    ),
    DistributionRow(
        "Skellam",
        (("mu1", "positive"), ("mu2", "positive")),
        _skellam,
        whole_line,
        mean=lambda mu1, mu2: mu1 - mu2,
        discrete=True,
        source="Skellam 1946",
    ),
    DistributionRow(
        "YuleSimon",
        (("rho", "positive"),),
        _yule_simon,
        from_one,
        mean=lambda rho: where(rho > 1, rho / (rho - 1)),
        log_survival=lambda y, rho: sp.log(y) + log_beta(y, rho + 1),
        discrete=True,
        source="Johnson, Kemp & Kotz, ch. 6",
    ),
    DistributionRow(
        "FlorySchulz",
        (("a", "probability"),),
        _flory_schulz,
        from_one,
        mean=lambda a: 2 / a - 1,
        log_survival=lambda y, a: xlog(y, complement(a)) + sp.log(1 + a * y),
        discrete=True,
        source="Flory 1936",
    ),
)
