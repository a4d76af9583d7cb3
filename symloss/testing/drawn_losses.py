"""Random well-formed losses, to test the engine itself: compositions of heads in one number, a row, two axes.

>>> import random
>>> print(composed(random.Random(3).randrange, 2, (f, f - y)))
log(Max(f/2, 3*f/2)**6 + 1)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import sympy as sp
from hypothesis import strategies as st

from symloss.declare.axes import axis
from symloss.declare.functions import logsumexp, softmax
from symloss.declare.roles import prediction, target
from symloss.heads.functions import logcosh, norm_cdf, sigmoid, softplus
from symloss.loss import Loss

Choose = Callable[[int], int]
"""A number below the given one: ``random.Random(seed).randrange``, or a draw of Hypothesis."""

Make = Callable[[sp.Expr, sp.Expr], sp.Expr]
Kind = Literal["scalar", "row", "two-axis"]

y, f = target("y"), prediction("f")
A, K = axis("A"), axis("K")
i, j, k = K.indices("i j k")
a, b = A.indices("a b")
t, z = target("t", K), prediction("z", K)
u, x = target("u", A, K), prediction("x", A, K)

PARTS: tuple[Make, ...] = (
    lambda a, b: a * b,
    lambda a, b: a - b / 2,
    lambda a, b: sp.tanh(a),
    lambda a, b: softplus(a),
    lambda a, b: sigmoid(a),
    lambda a, b: logcosh(a),
    lambda a, b: sp.exp(-(a**2) / 4),
    lambda a, b: sp.log(1 + a**2),
    lambda a, b: sp.sqrt(1 + a**2),
    lambda a, b: sp.atan(a),
    lambda a, b: sp.sin(a) + b,
    lambda a, b: norm_cdf(a),
    lambda a, b: sp.asinh(a * b),
    lambda a, b: a / (1 + b**2),
    lambda a, b: sp.erf(a) * b,
    lambda a, b: sp.cosh(a / 2),
    lambda a, b: sp.Piecewise((a**2, b > 0), (sp.exp(a) * b**2, True)),
    lambda a, b: sp.Max(a, b) ** 3,
)
"""Ways to make one expression of two; the simplest come first, since drawn numbers shrink to 0."""


def composed(choose: Choose, depth: int, leaves: tuple[sp.Expr, ...]) -> sp.Expr:
    """A random composition that uses a leaf at every end."""
    if depth == 0:
        leaf = leaves[choose(len(leaves))]
        return leaf * sp.Rational(1 + choose(4), 2)
    make = PARTS[choose(len(PARTS))]
    return make(composed(choose, depth - 1, leaves), composed(choose, choose(depth), leaves))


def reduced(choose: Choose, depth: int) -> sp.Expr:
    """A random reduction of a random expression in the entries of a row."""
    inner = composed(choose, depth, (z[k], z[k] - t[k]))
    return (
        lambda: sp.Sum(inner, k),
        lambda: logsumexp(inner, k),
        lambda: sp.log(1 + sp.Sum(inner**2, k)),
        lambda: sp.Sum(softmax(z)[k] * inner, k),
        lambda: sp.Sum(inner * sp.Sum(sp.tanh(z[j] - z[k]), j), k),
    )[choose(5)]()


def reduced_twice(choose: Choose, depth: int) -> sp.Expr:
    """A random reduction over both axes of a matrix."""
    inner = composed(choose, depth, (x[a, k], x[a, k] - u[a, k]))
    return (
        lambda: sp.Sum(inner, k, a),
        lambda: sp.Sum(logsumexp(inner, k), a),
        lambda: logsumexp(sp.Sum(inner, k), a),
        lambda: sp.Sum(logsumexp(inner, a), k),
    )[choose(4)]()


def drawn_loss(choose: Choose, kind: Kind, depth: int) -> Loss:
    """A random loss; a term in prediction and target keeps both in it."""
    if kind == "scalar":
        expression = f * y / 8 + composed(choose, depth, (f, y, f - y, f * y))
        return Loss("drawn", expression, inputs=(y, f))
    if kind == "row":
        return Loss("drawn", sp.Sum(z[k] * t[k], k) / 8 + reduced(choose, depth), inputs=(t, z))
    return Loss("drawn", sp.Sum(x[a, k] * u[a, k], k, a) / 8 + reduced_twice(choose, depth), inputs=(u, x))


@st.composite
def _expressions(draw: st.DrawFn, kind: Kind | None, depth: int) -> Loss:
    chosen: Any = kind or draw(st.sampled_from(["scalar", "row", "two-axis"]))
    return drawn_loss(lambda below: draw(st.integers(0, below - 1)), chosen, draw(st.integers(1, depth)))


def expressions(kind: Kind | None = None, *, depth: int = 2) -> st.SearchStrategy[Loss]:
    """Random losses of that kind, "scalar", "row" or "two-axis", or of any; ``depth`` is the largest nesting."""
    return _expressions(kind, depth)
