"""At an infinite prediction a result is the limit, where there is one: value, gradient, Hessian (acceptance figure A2).

The law is `symloss.testing.limit_laws`; here are the losses, of the catalogue and typed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import mpmath
import pytest
import sympy as sp

import symloss as sl
from symloss.heads.functions import log_bessel_i0
from symloss.testing.limit_laws import BITS, CLOSE, exact, limit
from tests.laws.catalogue import every_loss, holds
from tests.laws.sampling import draw

f, y = sl.prediction("f"), sl.target("y")
unit, sign = sl.target("y", domain=sl.Unit), sl.target("y", domain=sl.Signs)
count, amount = sl.target("y", domain=sl.Counts), sl.target("y", domain=sl.Positive)
r, p = f - y, 1 / (1 + sp.exp(-f))
Phi = (1 + sp.erf(f / sp.sqrt(2))) / 2
half = sp.Rational(1, 2)

TYPED: dict[str, sp.Expr] = {
    "cross-entropy of a logit": -unit * sp.log(p) - (1 - unit) * sp.log(1 - p),
    "focal": -((1 - p) ** 2) * sp.log(p),
    "logistic with signs": sp.log(1 + sp.exp(-sign * f)),
    "exponential": sp.exp(-sign * f),
    "log-cosh": sp.log(sp.cosh(r)),
    "pseudo-Huber": sp.sqrt(1 + r**2) - 1,
    "Student t": 5 * half * sp.log(1 + r**2 / 4),
    "Cauchy": sp.log(1 + r**2),
    "Welsch": 1 - sp.exp(-(r**2) / 2),
    "Geman-McClure": r**2 / (1 + r**2),
    "Poisson": sp.exp(f) - count * f,
    "gamma": f + amount * sp.exp(-f),
    "Tweedie": -amount * sp.exp(-f / 2) / -half + sp.exp(f / 2) / half,
    "inverse Gaussian": (amount - sp.exp(f)) ** 2 / (amount * sp.exp(2 * f)),
    "negative binomial": 2 * sp.log(1 + sp.exp(f)) + count * sp.log(1 + sp.exp(-f)),
    "complementary log-log": -sp.log(1 - sp.exp(-sp.exp(f))),
    "probit": -sp.log(Phi),
    "Gumbel": r + sp.exp(-r),
    "von Mises, by the concentration": log_bessel_i0(sp.exp(f)) - sp.exp(f) * sp.cos(half),
    "inverse Gaussian, multiplied out": amount * sp.exp(-2 * f) / 2 - sp.exp(-f),
    "logistic density": r + 2 * sp.log(1 + sp.exp(-r)),
    "squared hinge": sp.Max(0, 1 - sign * f) ** 2,
    "expectile": sp.Abs(sp.Rational(1, 4) - sp.Heaviside(-r, half)) * r**2,
    "swish": f * p,
    "generalised cross-entropy": (1 - p ** sp.Rational(7, 10)) / sp.Rational(7, 10),
}

WAITING: dict[str, str] = {}


def cases() -> Iterator[Any]:
    for title, expression in TYPED.items():
        marks = [pytest.mark.xfail(reason=WAITING[title], strict=True)] if title in WAITING else []
        yield pytest.param(expression, id=title, marks=marks)


WAITING_LOSSES: dict[str, str] = {}


@every_loss
def test_an_infinite_prediction_gives_the_limit(name: str, request: pytest.FixtureRequest) -> None:
    if name in WAITING_LOSSES:
        request.applymarker(pytest.mark.xfail(reason=WAITING_LOSSES[name], strict=True))
    holds(sl.testing.infinite_prediction_gives_the_limit, name, draw(sl.get(name), 2))


@pytest.mark.parametrize("expression", [*cases()])
def test_an_infinite_prediction_of_a_typed_loss_gives_the_limit(expression: sp.Expr) -> None:
    loss = sl.Loss("typed", expression)
    assert sl.testing.infinite_prediction_gives_the_limit(loss, draw(loss, 2)) is None


def test_a_difference_that_rounding_takes_has_no_limit() -> None:
    loss, sample = sl.get("kl_normal"), {"mu": 2.0, "v": mpmath.mpf(10) ** 4}
    assert exact(loss, sample, ("mu",)) is None
    assert abs(exact(loss, {**sample, "v": mpmath.mpf(3)}, ("mu",)) - 2) < CLOSE


def test_what_the_values_tend_to() -> None:
    with mpmath.workprec(BITS):
        assert limit(lambda x: x**2) == mpmath.inf
        assert limit(lambda x: -mpmath.log(x)) == -mpmath.inf
        assert limit(lambda x: 1 / x) == limit(lambda x: x ** mpmath.mpf("-0.3")) == 0
        assert abs(limit(lambda x: 2 - 1 / x) - 2) < CLOSE
        assert limit(lambda x: mpmath.sin(mpmath.log10(x))) is None
