"""Likelihoods of counts, without what depends on y (and n) alone."""

from __future__ import annotations

from typing import Any

from mpmath import exp, expm1, log, loggamma


def negative_binomial(y: Any, mean: Any, alpha: Any) -> Any:
    """-log of Gamma(y + r)/Gamma(r)*(r/(r + m))**r*(m/(r + m))**y with r = 1/alpha."""
    r = 1 / alpha
    rising = loggamma(y + r) - loggamma(r)
    return r * log(1 + mean / r) + y * (log(1 + mean / r) - log(mean) + log(r)) - rising


def zero_inflated_poisson(n: Any) -> Any:
    extra, rate = 1 / (1 + exp(-n.q)), exp(n.f)
    if n.y == 0:
        return -log(extra + exp(-rate) / (1 + exp(n.q)))
    return log(1 + exp(n.q)) + rate - n.y * n.f


def hurdle_poisson(n: Any) -> Any:
    if n.y == 0:
        return log(1 + exp(n.q))
    return log(1 + exp(-n.q)) - n.y * n.f + log(expm1(exp(n.f)))


FORMULAS = {
    "binomial": lambda n: n.n * log(1 + exp(n.f)) - n.y * n.f,
    "hurdle_poisson": hurdle_poisson,
    "negative_binomial": lambda n: negative_binomial(n.y, exp(n.f), n.alpha),
    "negative_binomial_2": lambda n: negative_binomial(n.y, exp(n.f), exp(n.a)),
    "poisson": lambda n: exp(n.f) - n.y * n.f,
    "zero_inflated_poisson": zero_inflated_poisson,
}
