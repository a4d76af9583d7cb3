"""Likelihoods of counts: in every spelling, for counts and shapes of every size, and where a probability underflows."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp

import symloss as sl
from symloss.audit.accuracy import FLOOR
from symloss.audit.exact import Program
from symloss.audit.ulp import ulp_error
from symloss.heads.saddle_point import factorial_rest
from symloss.stabilise.stabilise import stable_form

y, n = sl.target("y", domain=sl.Counts), sl.data("n", domain=sl.Counts)
f, mu, phi = sl.prediction("f"), sl.prediction("mu", domain=sl.Positive), sl.prediction("phi", domain=sl.Positive)
alpha, beta = sl.prediction("alpha", domain=sl.Positive), sl.prediction("beta")
r = sl.data("r", domain=sl.Positive)
a, b = sl.prediction("a", domain=sl.Positive), sl.prediction("b", domain=sl.Positive)
lgamma = sp.loggamma


def loss_of(e: sp.Expr) -> sl.Loss:
    return sl.Loss("counts", e, inputs=tuple(s for s in (y, n, r, f, mu, phi, alpha, a, b) if e.has(s)))


def counted(x: sp.Expr) -> sp.Expr:
    return lgamma(y + 1) + lgamma(x) - lgamma(y + x)


NEGATIVE_BINOMIALS = {
    "mean and shape": counted(phi) - y * sp.log(mu / (mu + phi)) - phi * sp.log(phi / (mu + phi)),
    "mean and dispersion": counted(1 / alpha)
    - y * sp.log(alpha * mu / (1 + alpha * mu))
    + sp.log(1 + alpha * mu) / alpha,
    "logits": counted(r) + r * sp.log(1 + sp.exp(f)) + y * sp.log(1 + sp.exp(-f)),
    "named": counted(r) + r * sl.softplus(f) + y * sl.softplus(-f),
    "one logit": counted(r) + (r + y) * sl.softplus(f) - y * f,
    "odds": counted(phi) - phi * sp.log(r / (1 + r)) + y * sp.log(1 + r),
}
POINTS = [
    {"y": y_, "mu": m, "phi": p, "alpha": 1 / p, "r": p, "f": f_}
    for y_, m, p, f_ in (
        (0.0, 1.5, 2.0, 0.5), (3.0, 2.5, 1e-3, -3.0), (3.0, 1e5, 0.5, 30.0), (100.0, 101.0, 1e15, -30.0),
        (7.0, 1e-5, 1e9, 2.0), (1e6, 1e6, 50.0, 10.0),
        (5000.0, 4800.0, 5e3, 0.01), (12.0, 30.0, 1e4, -6.0), (1.0, 1.0, 1e-8, -1.0),
    )
]  # fmt: skip


@pytest.mark.parametrize("spelling", NEGATIVE_BINOMIALS)
def test_a_negative_binomial_keeps_its_digits(spelling: str) -> None:
    loss = loss_of(NEGATIVE_BINOMIALS[spelling])
    assert stable_form(loss.declaration.expression).has(factorial_rest)
    program = Program(NEGATIVE_BINOMIALS[spelling], (), (), {})
    for given in POINTS:
        names = [s.name for s in (*loss.inputs, *loss.parameters)]
        got = float(loss.value(**{name: np.array([given[name]]) for name in names})[0])
        assert ulp_error(got, program(given, FLOOR)[0], "float64") <= 10, (spelling, given, got)


@pytest.mark.parametrize("spelling", ["logits", "named", "one logit"])
def test_what_underflows_is_no_infinity(spelling: str) -> None:
    loss = loss_of(NEGATIVE_BINOMIALS[spelling])
    logits = np.array([800.0, -800.0, 1e5, -1e5, -800.0, math.inf, -math.inf, -math.inf])
    counts = np.array([3.0, 3.0, 0.0, 5.0, 0.0, 2.0, 2.0, 0.0])
    got = loss.value(y=counts, f=logits, r=np.full(8, 2.0))
    rest = math.lgamma(2.0) - np.array([math.lgamma(2.0 + c) - math.lgamma(c + 1.0) for c in counts])
    failures = np.multiply(counts, np.maximum(-logits, 0.0), out=np.zeros(8), where=counts > 0)
    want = rest + 2.0 * np.maximum(logits, 0.0) + failures
    np.testing.assert_allclose(got, want, rtol=1e-14)


def test_a_beta_binomial_keeps_its_digits() -> None:
    m = n - y
    typed = counted_pair(y + a, m + b) - counted_pair(a, b) + lgamma(n + 1) - lgamma(y + 1) - lgamma(m + 1)
    loss, program = loss_of(-typed), Program(-typed, (), (), {})
    for given in (
        {"y": 500.0, "n": 1000.0, "a": 5e18, "b": 5e18},
        {"y": 0.0, "n": 20.0, "a": 30.0, "b": 400.0},
        {"y": 20.0, "n": 20.0, "a": 300.0, "b": 30.0},
        {"y": 3000.0, "n": 1e4, "a": 3e7, "b": 7e7},
    ):
        got = float(loss.value(**{name: np.array([x]) for name, x in given.items()})[0])
        assert ulp_error(got, program(given, FLOOR)[0], "float64") <= 16, (given, got)


def counted_pair(x: sp.Expr, z: sp.Expr) -> sp.Expr:
    return lgamma(x) + lgamma(z) - lgamma(x + z)


POISSONS = {"log link": lgamma(y + 1) + sp.exp(f) - y * f, "mean": lgamma(y + 1) + mu - y * sp.log(mu)}


@pytest.mark.parametrize("spelling", POISSONS)
def test_a_poisson_keeps_its_digits(spelling: str) -> None:
    loss, program = loss_of(POISSONS[spelling]), Program(POISSONS[spelling], (), (), {})
    assert stable_form(loss.declaration.expression).has(factorial_rest)
    for count, logarithm in (
        (1000.0, 6.9),
        (3.0, -700.0),
        (0.0, -700.0),
        (0.0, 3.0),
        (7.0, 30.0),
        (1e9, 20.7),
        (5.0, -1.0),
    ):
        given = {"y": count, "f": logarithm, "mu": math.exp(logarithm)}
        got = float(loss.value(*(np.array([given[s.name]]) for s in loss.inputs))[0])
        # next to the mode the rounding of the mean is multiplied by its distance from the count
        room = 16 if abs(logarithm - math.log(count or 1.0)) < 0.1 else 6
        assert ulp_error(got, program(given, FLOOR)[0], "float64") <= room, (spelling, given, got)


def test_a_poisson_mean_that_underflows_is_no_infinity() -> None:
    loss = loss_of(POISSONS["log link"])
    assert loss.value([3.0, 0.0, 2.0], [-800.0, -800.0, -math.inf]).tolist() == [
        pytest.approx(2400.0 + math.log(6.0), rel=1e-15, abs=0.0),
        0.0,
        math.inf,
    ]
