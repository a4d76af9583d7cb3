"""Random expressions from the table of heads, compiled and compared with the oracle in three orders.

Several expressions go into one loss as a weighted sum, since compiling is what takes time; the
weight, a parameter, singles each of them out at the call.
"""

from __future__ import annotations

import random
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp

import symloss as sl
from symloss.audit.oracle import Oracle
from symloss.testing.drawn_losses import composed, f, k, reduced, t, y, z


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
    parts = [f * y / 8 + composed(numbers.randrange, 2 + seed % 2, (f, y, f - y, f * y)) for _ in range(4)]
    arrays = {"y": np.array([0.5, -1.25, 2.0]), "f": np.array([-0.75, 0.3, 1.1])}
    agree(blended(parts, (y, f)), parts, (y, f), arrays, "f")


@pytest.mark.parametrize("seed", [0, 2])
def test_row_expressions(seed: int) -> None:
    numbers = random.Random(100 + seed)
    parts = [sp.Sum(z[k] * t[k], k) / 8 + reduced(numbers.randrange, 1 + seed % 2) for _ in range(2)]
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
