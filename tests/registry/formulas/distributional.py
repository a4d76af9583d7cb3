"""Likelihoods and scores of whole distributions, with several predictions."""

from __future__ import annotations

from typing import Any

from mpmath import besseli, cos, erf, exp, fsum, log, loggamma, pi, sqrt


def student_t(y: Any, mu: Any, scale: Any, df: Any) -> Any:
    """-log of (1 + u**2/df)**(-(df + 1)/2)/(sqrt(df)*B(1/2, df/2)*scale), without log(pi)/2."""
    tail = (df + 1) / 2 * log(1 + ((y - mu) / scale) ** 2 / df)
    return tail + log(df) / 2 + loggamma(df / 2) - loggamma((df + 1) / 2) + log(scale)


def beta_2(n: Any) -> Any:
    precision = exp(n.s)
    a, b = precision / (1 + exp(-n.f)), precision / (1 + exp(n.f))
    return loggamma(a) + loggamma(b) - loggamma(precision) - a * log(n.y) - b * log(1 - n.y)


def gaussian_mixture(n: Any) -> Any:
    weights = list(map(exp, n.a))
    densities = [exp(-(((n.y - mu) / exp(s)) ** 2) / 2) / exp(s) for mu, s in zip(n.mu, n.s, strict=True)]
    return -log(fsum(w * p for w, p in zip(weights, densities, strict=True)) / fsum(weights))


def crps_normal(n: Any) -> Any:
    scale = exp(n.s)
    u = (n.y - n.mu) / scale
    return scale * (u * erf(u / sqrt(2)) + sqrt(2 / pi) * exp(-(u**2) / 2) - 1 / sqrt(pi))


def crps_laplace(n: Any) -> Any:
    scale = exp(n.s)
    u = abs(n.y - n.mu) / scale
    return scale * (u + exp(-u) - 0.75)


def dirichlet(n: Any) -> Any:
    a = list(map(exp, n.z))
    return fsum(loggamma(c) - c * log(t) for c, t in zip(a, n.t, strict=True)) - loggamma(fsum(a))


def multivariate_normal(n: Any) -> Any:
    """-log det(L) + |L' r|**2/2."""
    places = range(len(n.y))
    factor = [[n.cholesky[i][j] if i > j else exp(n.cholesky[j][j]) if i == j else 0 for j in places] for i in places]
    whitened = [fsum(factor[i][j] * (n.y[i] - n.mu[i]) for i in places) for j in places]
    return fsum(w**2 for w in whitened) / 2 - fsum(log(factor[j][j]) for j in places)


FORMULAS = {
    "beta_2": beta_2,
    "crps_laplace": crps_laplace,
    "crps_normal": crps_normal,
    "dirichlet": dirichlet,
    "gaussian_mixture": gaussian_mixture,
    "laplace": lambda n: n.s + abs(n.y - n.mu) / exp(n.s),
    "logistic_2": lambda n: n.s + (n.y - n.mu) / exp(n.s) + 2 * log(1 + exp(-(n.y - n.mu) / exp(n.s))),
    "multivariate_normal": multivariate_normal,
    "normal": lambda n: n.s + ((n.y - n.mu) / exp(n.s)) ** 2 / 2,
    "student_t": lambda n: student_t(n.y, n.mu, exp(n.s), n.df),
    "student_t_3": lambda n: student_t(n.y, n.mu, exp(n.s), exp(n.q)),
    "von_mises_2": lambda n: log(besseli(0, exp(n.s))) - exp(n.s) * cos(n.y - n.mu),
}
