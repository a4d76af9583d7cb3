"""Likelihoods of positive targets; terms in y alone are left out."""

from __future__ import annotations

from typing import Any

from mpmath import exp, log, loggamma


def weibull(y: Any, scale: Any, shape: Any) -> Any:
    """-log of shape/scale*(y/scale)**(shape - 1)*exp(-(y/scale)**shape), without log(y)."""
    return -log(shape / scale * (y / scale) ** (shape - 1)) + (y / scale) ** shape - log(y)


FORMULAS = {
    "exponential_likelihood": lambda n: n.y / exp(n.f) - log(exp(-n.f)),
    "gamma": lambda n: n.y / exp(n.f) + log(exp(n.f)),
    "gamma_2": lambda n: loggamma(exp(n.a)) + exp(n.a) * (n.s - log(n.y)) + n.y / exp(n.s),
    "inverse_gaussian": lambda n: ((n.y - exp(n.f)) / exp(n.f)) ** 2 / (2 * n.y) - 1 / (2 * n.y),
    "lognormal": lambda n: (log(n.y) - n.f) ** 2 / (2 * n.sigma**2) + log(n.sigma),
    "tweedie": lambda n: exp(n.f) ** (2 - n.power) / (2 - n.power) - n.y * exp(n.f) ** (1 - n.power) / (1 - n.power),
    "weibull": lambda n: weibull(n.y, exp(n.f), n.shape),
}
