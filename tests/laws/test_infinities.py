"""At an infinite prediction a result is the limit, where there is one: value, gradient, Hessian (acceptance figure A2).

The limit is read off exact values at 1e4, 1e8, 1e16 and 1e32 of the expression in heads, derivatives by
differences. Infinite entries of a row are masks, which other laws hold to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp

import symloss as sl
from symloss.declare.points import axis_lengths
from symloss.declare.roles import role_symbol
from symloss.heads.evaluate import evaluate
from tests.laws.catalogue import LOSSES
from tests.laws.sampling import LENGTH, draw, has_rows

BITS = 1600
STEP = mpmath.mpf(2) ** -300
STEPS = (4, 8, 16, 32)
CLOSE = mpmath.mpf(10) ** -12
"""What is left at 1e32 of a power that decays as slowly as x**(-2/5)."""

Sample = dict[str, float]

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
    "logistic density": r + 2 * sp.log(1 + sp.exp(-r)),
    "squared hinge": sp.Max(0, 1 - sign * f) ** 2,
    "expectile": sp.Abs(sp.Rational(1, 4) - sp.Heaviside(-r, half)) * r**2,
    "swish": f * p,
    "generalised cross-entropy": (1 - p ** sp.Rational(7, 10)) / sp.Rational(7, 10),
}

WAITING: dict[str, str] = {
    "Welsch": "the Hessian (1 - u**2)*exp(-u**2/2) where the square is infinite",
    "inverse Gaussian": "common power of exponentials",
}


def cases() -> Iterator[Any]:
    for name in LOSSES:
        if not has_rows(sl.get(name)):
            yield pytest.param(sl.get(name), id=name)
    for title, expression in TYPED.items():
        marks = [pytest.mark.xfail(reason=WAITING[title], strict=True)] if title in WAITING else []
        yield pytest.param(sl.Loss("typed", expression), id=title, marks=marks)


def limit(at: Callable[[Any], Any]) -> Any:
    """What the values tend to; ``None`` where they do not tell."""
    values = [at(mpmath.mpf(10) ** n) for n in STEPS]
    if max(map(abs, values[-2:])) < mpmath.mpf(10) ** -12:
        return mpmath.mpf(0)
    before, last = (b - a for a, b in zip(values[-3:], values[-2:], strict=False))
    if abs(last) <= mpmath.mpf(10) ** -14 * abs(values[-1]) or abs(last) <= abs(before) / 1000:
        return values[-1]
    return mpmath.sign(last) * mpmath.inf if last * before > 0 and abs(last) >= abs(before) else None


def exact(loss: sl.Loss, sample: Sample, order: tuple[str, ...]) -> Any:
    """The value, or a derivative by differences, of the expression in heads."""

    def value(**moved: Any) -> Any:
        return evaluate(loss.declaration.expression, {**lengths, **sample, **moved})

    lengths = axis_lengths(loss.declaration.axes, LENGTH)

    with mpmath.workprec(BITS):
        if not order:
            return value()
        (name, *second) = order
        up, here, down = (value(**{name: sample[name] + s * STEP}) for s in (1, 0, -1))
        return (up - 2 * here + down) / STEP**2 if second else (up - down) / (2 * STEP)


def results(loss: sl.Loss, sample: Sample) -> Iterator[tuple[tuple[str, ...], float]]:
    arguments = {name: np.float64(x) for name, x in sample.items()}
    yield (), float(loss.value(**arguments))
    for name in loss.outline.predictions:
        yield (name,), float(loss.gradient(**arguments, wrt=name))
        yield (name, name), float(loss.hessian(**arguments, wrt=name))


def is_limit(got: float, wanted: Any) -> bool:
    if mpmath.isinf(wanted) or wanted == 0:
        return bool(got == wanted)
    return bool(np.isfinite(got) and abs(mpmath.mpf(got) - wanted) <= CLOSE * abs(wanted))


@pytest.mark.parametrize("loss", [*cases()])
def test_an_infinite_prediction_gives_the_limit(loss: sl.Loss) -> None:
    batch = draw(loss, 2)
    found = []
    for symbol in map(role_symbol, loss.declaration.predictions):
        ends = [s for s, end in ((1, symbol.domain.high), (-1, -symbol.domain.low)) if end == float("inf")]
        for sample in (batch.sample(n) for n in range(batch.length)):
            for end in ends:
                for order, got in results(loss, {**sample, symbol.name: end * np.inf}):
                    moved = sample.copy()
                    wanted = limit(lambda x: exact(loss, {**moved, symbol.name: end * x}, order))  # noqa: B023
                    if wanted is not None and not is_limit(got, wanted):
                        found.append((symbol.name, end, sample, order, got, mpmath.nstr(wanted, 8)))
    assert found == []


def test_what_the_values_tend_to() -> None:
    with mpmath.workprec(BITS):
        assert limit(lambda x: x**2) == mpmath.inf
        assert limit(lambda x: -mpmath.log(x)) == -mpmath.inf
        assert limit(lambda x: 1 / x) == 0
        assert abs(limit(lambda x: 2 - 1 / x) - 2) < CLOSE
        assert limit(lambda x: mpmath.sin(mpmath.log10(x))) is None
