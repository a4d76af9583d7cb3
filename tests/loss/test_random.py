"""Random expressions from the table of heads, compiled and compared with the oracle in three orders.

Several expressions go into one loss as a weighted sum, since compiling is what takes time; the
weight, a parameter, singles each of them out at the call.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp

import symloss as sl
from symloss.audit.oracle import Oracle

Make = Callable[[sp.Expr, sp.Expr], sp.Expr]

y, f = sl.target("y"), sl.prediction("f")
K = sl.axis("K")
i, j, k = K.indices("i j k")
z, t = sl.prediction("z", K), sl.target("t", K)

UNARY: tuple[Make, ...] = (
    lambda a, b: sp.tanh(a),
    lambda a, b: sl.softplus(a),
    lambda a, b: sl.sigmoid(a),
    lambda a, b: sl.logcosh(a),
    lambda a, b: sp.exp(-(a**2) / 4),
    lambda a, b: sp.log(1 + a**2),
    lambda a, b: sp.sqrt(1 + a**2),
    lambda a, b: sp.atan(a),
    lambda a, b: sp.sin(a) + b,
    lambda a, b: sl.norm_cdf(a),
    lambda a, b: sp.asinh(a * b),
    lambda a, b: a * b,
    lambda a, b: a - b / 2,
    lambda a, b: a / (1 + b**2),
    lambda a, b: sp.erf(a) * b,
    lambda a, b: sp.cosh(a / 2),
    lambda a, b: sp.Piecewise((a**2, b > 0), (sp.exp(a) * b**2, True)),
    lambda a, b: sp.Max(a, b) ** 3,
)


def scalar(numbers: random.Random, depth: int, leaves: tuple[sp.Expr, ...]) -> sp.Expr:
    """A random composition that uses a leaf at every end."""
    if depth == 0:
        return numbers.choice(leaves) * sp.Rational(numbers.randrange(1, 5), 2)
    make = numbers.choice(UNARY)
    return make(scalar(numbers, depth - 1, leaves), scalar(numbers, numbers.randrange(depth), leaves))


def row(numbers: random.Random, depth: int) -> sp.Expr:
    """A random reduction of a random expression in the entries of a row."""
    inner = scalar(numbers, depth, (z[k], z[k] - t[k]))
    kind = numbers.randrange(5)
    if kind == 0:
        return sp.Sum(inner, k)
    if kind == 1:
        return sl.logsumexp(inner, k)
    if kind == 2:
        return sp.log(1 + sp.Sum(inner**2, k))
    if kind == 3:
        return sp.Sum(sl.softmax(z)[k] * inner, k)
    return sp.Sum(inner * sp.Sum(sp.tanh(z[j] - z[k]), j), k)


def blended(parts: list[sp.Expr], inputs: tuple[Any, ...]) -> sl.Loss:
    weights = [sl.parameter(f"w{n}", default=0.0) for n in range(len(parts))]
    return sl.Loss("blended", sp.Add(*(w * p for w, p in zip(weights, parts, strict=True))), inputs=inputs)


def agree(loss: sl.Loss, parts: list[sp.Expr], inputs: tuple[Any, ...], arrays: dict[str, Any], by: str) -> None:
    for n, part in enumerate(parts):
        oracle = Oracle(sl.Loss("part", part, inputs=inputs))
        chosen = {f"w{n}": 1.0}
        value, gradient = loss.value_and_gradient(**arrays, **chosen)
        same, hessian = loss.gradient_and_hessian(**arrays, **chosen)
        assert np.array_equal(gradient, same)
        for s in range(len(value)):
            sample = {name: a[s].tolist() for name, a in arrays.items()}
            close(part, "value", value[s], oracle.value(sample), sample)
            for place, g, h in zip(oracle.places(sample, by), np.ravel(gradient[s]), np.ravel(hessian[s]), strict=True):
                close(part, "gradient", g, oracle.slope(sample, by, place), sample)
                close(part, "hessian", h, oracle.curvature(sample, (by, place), (by, place)), sample)


def close(part: sp.Expr, kind: str, got: float, exact: Any, sample: dict[str, Any]) -> None:
    """A random composition may cancel as it likes: what is checked is that the mathematics is right, to half the digits
    of the result and of 1, the size of its parts."""
    error = abs(mpmath.mpf(float(got)) - exact)
    assert error <= mpmath.mpf(2) ** -38 * (1 + abs(exact)), (
        f"{kind} of {part}: got {got!r}, exact {mpmath.nstr(exact, 20)} at {sample}"
    )


@pytest.mark.parametrize("seed", range(3))
def test_scalar_expressions(seed: int) -> None:
    numbers = random.Random(seed)
    parts = [f * y / 8 + scalar(numbers, 2 + seed % 2, (f, y, f - y, f * y)) for _ in range(4)]
    arrays = {"y": np.array([0.5, -1.25, 2.0]), "f": np.array([-0.75, 0.3, 1.1])}
    agree(blended(parts, (y, f)), parts, (y, f), arrays, "f")


@pytest.mark.parametrize("seed", [0, 2])
def test_row_expressions(seed: int) -> None:
    numbers = random.Random(100 + seed)
    parts = [sp.Sum(z[k] * t[k], k) / 8 + row(numbers, 1 + seed % 2) for _ in range(2)]
    arrays = {
        "t": np.array([[0.5, -1.25, 2.0], [1.0, 0.25, 0.0]]),
        "z": np.array([[-0.75, 0.3, 1.1], [0.2, 1.9, -0.6]]),
    }
    agree(blended(parts, (t, z)), parts, (t, z), arrays, "z")


def test_another_expression_is_told_apart() -> None:
    oracle = Oracle(sl.Loss("part", sp.tanh(f) * y, inputs=(y, f)))
    sample = {"y": 0.5, "f": 0.25}
    with pytest.raises(AssertionError):
        close(f, "value", 0.5 * np.tanh(0.25) * (1 + 1e-9), oracle.value(sample), sample)
