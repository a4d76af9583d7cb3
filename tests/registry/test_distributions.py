"""Likelihoods against SciPy's densities: differences of values, and Fisher information as the variance of the score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from scipy import special, stats

import symloss as sl

expit, exp = special.expit, np.exp


@dataclass(frozen=True)
class Case:
    """A likelihood at two predictions; ``distribution(*predictions)`` is SciPy's, ``data`` go by name."""

    distribution: Callable[..., Any]
    first: tuple[float, ...]
    second: tuple[float, ...]
    data: dict[str, float] = field(default_factory=dict)


def negative_binomial(f: float, a: float) -> Any:
    return stats.nbinom(exp(-a), 1 / (1 + exp(a + f)))


class Mixed:
    """A Poisson count whose zeros are made anew."""

    def __init__(self, zero: float, scale: float, rate: float) -> None:
        self.zero, self.scale, self.rate = zero, scale, rate

    def logpmf(self, y: Any) -> Any:
        return np.where(y == 0, np.log(self.zero), np.log(self.scale) + stats.poisson(self.rate).logpmf(y))


def inflated(f: float, q: float) -> Mixed:
    return Mixed(expit(q) + expit(-q) * exp(-exp(f)), expit(-q), exp(f))


def hurdle(f: float, q: float) -> Mixed:
    return Mixed(expit(-q), expit(q) / -np.expm1(-exp(f)), exp(f))


CONTINUOUS = {
    "beta_2": Case(lambda f, s: stats.beta(expit(f) * exp(s), expit(-f) * exp(s)), (0.3, 1.4), (-0.6, 2.0)),
    "exponential_likelihood": Case(lambda f: stats.expon(scale=exp(f)), (0.4,), (-0.7,)),
    "gamma": Case(lambda f: stats.gamma(1, scale=exp(f)), (0.4,), (-0.7,)),
    "gamma_2": Case(lambda a, s: stats.gamma(exp(a), scale=exp(s)), (0.6, 0.3), (1.1, -0.2)),
    "inverse_gaussian": Case(lambda f: stats.invgauss(exp(f)), (0.4,), (-0.7,)),
    "laplace": Case(lambda mu, s: stats.laplace(mu, exp(s)), (0.3, 0.4), (-0.5, -0.2)),
    "logistic_2": Case(lambda mu, s: stats.logistic(mu, exp(s)), (0.3, 0.4), (-0.5, -0.2)),
    "lognormal": Case(lambda f: stats.lognorm(0.7, scale=exp(f)), (0.3,), (-0.5,), {"sigma": 0.7}),
    "normal": Case(lambda mu, s: stats.norm(mu, exp(s)), (0.3, 0.4), (-0.5, -0.2)),
    "student_t": Case(lambda mu, s: stats.t(5, mu, exp(s)), (0.3, 0.4), (-0.5, -0.2), {"df": 5.0}),
    "student_t_3": Case(lambda mu, s, q: stats.t(exp(q), mu, exp(s)), (0.3, 0.4, 1.5), (-0.5, -0.2, 1.1)),
    "von_mises_2": Case(lambda mu, s: stats.vonmises(exp(s), mu), (0.3, 0.4), (-0.5, -0.2)),
    "weibull": Case(lambda f: stats.weibull_min(1.7, scale=exp(f)), (0.3,), (-0.5,), {"shape": 1.7}),
}

COUNTS = {
    "binomial": Case(lambda f: stats.binom(7, expit(f)), (0.3,), (-0.5,), {"n": 7.0}),
    "hurdle_poisson": Case(hurdle, (0.3, 0.4), (-0.5, -0.2)),
    "negative_binomial": Case(lambda f: negative_binomial(f, np.log(0.6)), (0.3,), (-0.5,), {"alpha": 0.6}),
    "negative_binomial_2": Case(negative_binomial, (0.3, 0.4), (-0.5, -0.2)),
    "poisson": Case(lambda f: stats.poisson(exp(f)), (0.3,), (-0.5,)),
    "zero_inflated_poisson": Case(inflated, (0.3, 0.4), (-0.5, -0.2)),
}


def nodes(name: str) -> tuple[Any, Any]:
    """Points y and weights of a quadrature over the support: panels of Gauss-Legendre, or the counts."""
    if name in COUNTS:
        y = np.arange(8.0 if name == "binomial" else 400.0)
        return y, np.ones_like(y)
    x, weights = np.polynomial.legendre.leggauss(40)
    far = np.exp(np.arange(-40.0, 14.0))
    edges = {
        "beta_2": np.concatenate((far[:39], [0.5], 1 - far[10:39][::-1])),
        "von_mises_2": np.linspace(0.3 - np.pi, 0.3 + np.pi, 9),
    }.get(name)
    if edges is None:
        positive = sl.get(name).target_domain in (sl.Positive, sl.NonNegative)
        edges = far if positive else 0.3 + np.concatenate((-far[::-1], far))
    left, right = edges[:-1], edges[1:]
    y = ((left + right) / 2)[:, None] + ((right - left) / 2)[:, None] * x
    return y.ravel(), (((right - left) / 2)[:, None] * weights).ravel()


def log_density(distribution: Any, name: str, y: Any) -> Any:
    return distribution.logpmf(y) if name in COUNTS else distribution.logpdf(y)


@pytest.mark.parametrize("name", [*CONTINUOUS, *COUNTS])
def test_the_loss_is_minus_the_log_density_and_a_term_in_y(name: str) -> None:
    case, loss = (CONTINUOUS | COUNTS)[name], sl.get(name)
    y = np.array([1.0, 2.0, 5.0]) if name in COUNTS else np.array([0.2, 0.5, 0.9])
    ours = [loss.value(y, *_data_first(loss, case, p), **_parameters(loss, case)) for p in (case.first, case.second)]
    theirs = [-log_density(case.distribution(*p), name, y) for p in (case.first, case.second)]
    np.testing.assert_allclose(ours[0] - ours[1], theirs[0] - theirs[1], rtol=1e-10)


@pytest.mark.parametrize("name", [*CONTINUOUS, *COUNTS])
def test_fisher_information_is_the_variance_of_the_score(name: str) -> None:
    case, loss = (CONTINUOUS | COUNTS)[name], sl.get(name)
    y, weights = nodes(name)
    p = np.exp(log_density(case.distribution(*case.first), name, y)) * weights
    scores = loss.gradient(y, *_data_first(loss, case, case.first), **_parameters(loss, case))
    scores = np.stack(scores if isinstance(scores, tuple) else (scores,))
    scores = np.where(p > 0, scores, 0.0)
    theirs = (scores * p) @ scores.T
    assert p.sum() == pytest.approx(1, rel=1e-9)
    ours = loss.fisher(*case.first, **case.data)
    np.testing.assert_allclose(ours, np.diag(theirs) if len(case.first) > 1 else theirs[0, 0], rtol=1e-6)


def _data_first(loss: sl.Loss, case: Case, predictions: tuple[float, ...]) -> tuple[float, ...]:
    data = [case.data[s.name] for s in loss.inputs if getattr(s, "role", "") == "data"]
    return (*data, *predictions)


def _parameters(loss: sl.Loss, case: Case) -> dict[str, float]:
    return {s.name: case.data[s.name] for s in loss.parameters}


def test_dirichlet() -> None:
    t, z = np.array([0.2, 0.5, 0.3]), np.array([[0.3, 1.2, -0.4], [0.0, 0.5, 1.0]])
    ours = sl.get("dirichlet").value(np.stack([t, t]), z)
    theirs = [-stats.dirichlet(exp(row)).logpdf(t) for row in z]
    assert ours[0] - ours[1] == pytest.approx(theirs[0] - theirs[1], rel=1e-12)


def test_multivariate_normal() -> None:
    y, mu = np.array([0.3, -0.5, 1.0]), np.array([0.1, 0.2, 0.4])
    given = np.array([[0.2, 9.0, 9.0], [-0.7, 0.4, 9.0], [0.3, 0.6, -0.5]])  # what stands above the diagonal is ignored
    factor = np.tril(given, -1) + np.diag(exp(np.diag(given)))
    covariance = np.linalg.inv(factor @ factor.T)
    theirs = -stats.multivariate_normal(mu, covariance).logpdf(y) - 1.5 * np.log(2 * np.pi)
    assert sl.get("multivariate_normal").value(y[None], mu[None], given[None])[0] == pytest.approx(theirs, rel=1e-12)


def test_gaussian_mixture() -> None:
    a, mu, s = np.array([0.3, -1.0]), np.array([0.5, -0.7]), np.array([-0.2, 0.4])
    density = (special.softmax(a) * stats.norm(mu, exp(s)).pdf(0.2)).sum()
    ours = sl.get("gaussian_mixture").value([0.2], a[None], mu[None], s[None])[0]
    assert ours == pytest.approx(-np.log(density) - np.log(2 * np.pi) / 2, rel=1e-12)
