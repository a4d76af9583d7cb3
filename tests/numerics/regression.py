"""Losses of a residual, norms and angles between vectors."""

from __future__ import annotations

import sympy as sp

import symloss as sl
from tests.numerics.running import Spelling

x, y = sl.prediction("x"), sl.target("y")
r = sl.prediction("r")
d = sl.parameter("d", domain=sl.Positive)
shape, scale = sl.parameter("a"), sl.parameter("c", domain=sl.Positive)
variance = sl.prediction("v", domain=sl.Positive)
rate, count = sl.prediction("r", domain=sl.NonNegative), sl.target("y", domain=sl.NonNegative)
log_rate, counted = sl.prediction("x"), sl.target("y", domain=sl.Counts)

D = sl.axis("D")
i = D.indices("i")
v, factor = sl.prediction("x", D), sl.prediction("a")
anchor, positive, negative = sl.prediction("a", D), sl.data("p", D), sl.data("n", D)
margin = sl.parameter("m", domain=sl.NonNegative)
left, right = sl.prediction("a", D), sl.target("b", D)

_LOG_COSH = (
    Spelling("as typed", sp.log(sp.cosh(x))),
    Spelling("named", sl.logcosh(x)),
    Spelling("exponentials", sp.log((sp.exp(x) + sp.exp(-x)) / 2)),
    Spelling("softplus", x + sl.softplus(-2 * x) - sp.log(2)),
)
_COSINE = (
    Spelling(
        "as typed",
        sp.Sum(left[i] * right[i], i) / sp.sqrt(sp.Sum(left[i] ** 2, i) * sp.Sum(right[i] ** 2, i)),
    ),
    Spelling("named", sl.dot(left, right, i) / (sl.norm(left, i) * sl.norm(right, i))),
)
_QUOTIENT = (x / scale) ** 2
_POISSON = -(counted * log_rate - sp.exp(log_rate) - sp.log(sp.gamma(counted + 1)))
_HUGE, _SMALL = ({"a": [v] * n, "b": [v] * n} for v, n in (("1e20", 64), ("1e-12", 8)))


def _distance(a: sp.IndexedBase, b: sp.IndexedBase) -> sp.Expr:
    return sp.sqrt(sp.Sum((a[i] - b[i]) ** 2, i))


SPELLINGS: dict[str, tuple[Spelling, ...]] = {
    "tm-logcosh-100": _LOG_COSH,
    "mlj-logcosh-712": _LOG_COSH,
    "optax-logcosh-grad": _LOG_COSH,
    "scipy-pseudohuber": (Spelling("as typed", d**2 * (sp.sqrt(1 + (r / d) ** 2) - 1)),),
    "barron-a0": (
        Spelling("as typed", sp.Abs(shape - 2) / shape * ((_QUOTIENT / sp.Abs(shape - 2) + 1) ** (shape / 2) - 1)),
        Spelling("its limit", sp.log(_QUOTIENT / 2 + 1)),
    ),
    "gaussnll-smallvar": (
        Spelling("as typed", (sp.log(variance) + (x - y) ** 2 / variance) / 2, by=("v",)),
        Spelling("its exponential", (sp.log(variance) + (x - y) ** 2 * variance ** (-1)) / 2, by=("v",)),
    ),
    "poisson-y0-rate0": (
        Spelling("as typed", rate - count * sp.log(rate)),
        Spelling("named", rate - sl.xlogy(count, rate)),
    ),
    "poisson-underflow": (
        Spelling("as typed", _POISSON),
        Spelling("log of exp", -(counted * sp.log(sp.exp(log_rate)) - sp.exp(log_rate) - sp.loggamma(counted + 1))),
    ),
    "norm-hess0": (Spelling("as typed", sp.sqrt(sp.Sum(v[i] ** 2, i))), Spelling("named", sl.norm(v, i))),
    "jax-norm-grad-homog": (
        Spelling("as typed", sp.sqrt(sp.Sum((factor * v[i]) ** 2, i)), by=("a",)),
        Spelling("named", sl.norm(factor * v[i], i), by=("a",)),
    ),
    "triplet-identical": (
        Spelling("as typed", sp.Max(0, _distance(anchor, positive) - _distance(anchor, negative) + margin)),
        Spelling(
            "named",
            sp.Max(0, sl.norm(anchor[i] - positive[i], i) - sl.norm(anchor[i] - negative[i], i) + margin),
        ),
    ),
    "cos-overflow": tuple(Spelling(s.label, s.expression, inputs=_HUGE) for s in _COSINE),
    "cos-small": tuple(Spelling(s.label, s.expression, inputs=_SMALL) for s in _COSINE),
    "mae-tie": (Spelling("as typed", sp.Abs(x)), Spelling("root", sp.sqrt(x**2))),
}
