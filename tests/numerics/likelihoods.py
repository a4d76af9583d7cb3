"""Counts, survival times, angles and normal tails: gamma, Bessel and error functions."""

from __future__ import annotations

import sympy as sp

import symloss as sl
from tests.numerics.running import Spelling

SPECIAL = 10.0
"""Ulps allowed where gamma, Bessel or error functions enter (acceptance figure A7)."""

y, n = sl.target("y", domain=sl.Counts), sl.data("n", domain=sl.Counts)
mu, phi = sl.prediction("mu", domain=sl.Positive), sl.prediction("phi", domain=sl.Positive)
beta, alpha = sl.prediction("beta"), sl.prediction("alpha", domain=sl.Positive)
k = sl.target("k", domain=sl.Counts)
a, b = sl.prediction("a", domain=sl.Positive), sl.prediction("b", domain=sl.Positive)
x, r = sl.prediction("x"), sl.data("r", domain=sl.Positive)
shape, rate = sl.prediction("c", domain=sl.Positive), sl.prediction("r", domain=sl.Positive)
angle, kappa = sl.target("x"), sl.prediction("k", domain=sl.Positive)
z = sl.prediction("z")
time, spread = sl.target("y", domain=sl.Positive), sl.parameter("s", domain=sl.Positive)
survived = sl.target("x", domain=sl.Positive)
below = sl.prediction("x", domain=sl.Interval(float("-inf"), 0, closed="right"))

lgamma = sp.loggamma
_POWERS = y * sp.log(mu / (mu + phi)) + phi * sp.log(phi / (mu + phi))


def _log_gamma(u: sp.Expr) -> sp.Expr:
    return sp.log(sp.gamma(u))


def _log_beta(u: sp.Expr, v: sp.Expr) -> sp.Expr:
    return lgamma(u) + lgamma(v) - lgamma(u + v)


_NEGATIVE_BINOMIAL = tuple(
    Spelling(label, -(g(y + phi) - g(phi) - g(y + 1) + _POWERS), limit=SPECIAL)
    for label, g in (("as typed", lgamma), ("gamma", _log_gamma))
)
_mean = sp.exp(beta)
_aft = (sp.log(time) - x) / spread
_logcdf = sp.log(1 - sp.exp(-((survived / b) ** a)))
_total = sp.Symbol("_")


def _normal_cdf(u: sp.Expr) -> sp.Expr:
    return (1 + sp.erf(u / sp.sqrt(2))) / 2


def _tail(u: sp.Expr, sign: int) -> tuple[Spelling, ...]:
    return (
        Spelling("as typed", sign * sp.log(_normal_cdf(u)), limit=SPECIAL),
        Spelling("erfc", sign * sp.log(sp.erfc(-u / sp.sqrt(2)) / 2), limit=SPECIAL),
        Spelling("log of named", sign * sp.log(sl.norm_cdf(u)), limit=SPECIAL),
        Spelling("named", sign * sl.log_norm_cdf(u), limit=SPECIAL),
    )


SPELLINGS: dict[str, tuple[Spelling, ...]] = {
    "stan-nb2log": _NEGATIVE_BINOMIAL,
    "stan-nb2": _NEGATIVE_BINOMIAL,
    "sm-nb-alpha1e-10": (
        Spelling(
            "as typed",
            -(
                lgamma(y + 1 / alpha)
                - lgamma(1 / alpha)
                - lgamma(y + 1)
                + y * sp.log(alpha * _mean / (1 + alpha * _mean))
                - sp.log(1 + alpha * _mean) / alpha
            ),
            by=("beta", "alpha"),
            reduction="sum",
            limit=SPECIAL,
            terms={"grad": 10.0},  # y mu of y = 5; the scores by alpha are (y - mu)**2/2 - y/2
        ),
    ),
    "stan-betabin": (
        Spelling(
            "as typed",
            -(_log_beta(k + a, n - k + b) - _log_beta(a, b) + lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)),
            limit=SPECIAL,
        ),
        Spelling(
            "beta",
            -sp.log(sp.beta(k + a, n - k + b) / sp.beta(a, b) * sp.binomial(n, k)).rewrite(sp.gamma),
            limit=SPECIAL,
        ),
    ),
    "stan-nblccdf": (Spelling("as typed", sp.log(1 - (b / (b + 1)) ** a)),),
    "tf-nb-logit20": (
        Spelling(
            "as typed",
            r * sp.log(1 + sp.exp(x))
            + y * sp.log(1 + sp.exp(-x))
            - sp.log(sp.binomial(y + r - 1, y)).rewrite(sp.gamma),
            limit=SPECIAL,
        ),
        Spelling(
            "log gamma",
            r * sl.softplus(x) + y * sl.softplus(-x) - lgamma(y + r) + lgamma(y + 1) + lgamma(r),
            limit=SPECIAL,
        ),
    ),
    "numpyro-gp-f64": (
        Spelling(
            "as typed",
            -(
                lgamma(k + shape)
                - lgamma(k + 1)
                - lgamma(shape)
                + shape * sp.log(rate / (1 + rate))
                - k * sp.log(1 + rate)
            ),
            limit=SPECIAL,
        ),
    ),
    "vonmises-near": (
        Spelling(
            "as typed",
            -(kappa * (sp.cos(angle) - 1) - sp.log(2 * sp.pi * sp.besseli(0, kappa) * sp.exp(-kappa))),
            limit=SPECIAL,
        ),
        Spelling("textbook", sp.log(2 * sp.pi * sp.besseli(0, kappa)) - kappa * sp.cos(angle), limit=SPECIAL),
    ),
    "probit-10": _tail(z, -1),
    "chainer-logndtr": _tail(x, -1),
    "probit-tail-100000": _tail(z, -1),
    "jax-logndtr-7.8": _tail(z, -1),
    "xgb-aft": (Spelling("as typed", -sp.log(sp.exp(_aft - sp.exp(_aft)) / (spread * time))),),
    "aeppl-weibull": (
        Spelling("as typed", sp.log(1 - sp.exp(_logcdf)), by=("a",)),
        Spelling("its meaning", -((survived / b) ** a), by=("a",)),
    ),
    "log1mexp-grad0": (Spelling("as typed", sp.log(1 - sp.exp(below))),),
}
