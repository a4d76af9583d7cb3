"""Barron's general loss as in its paper, for every shape: its limits at 0 and 2 are removable singularities."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp

import symloss as sl
from symloss.audit.ulp import ulp_error

y, f = sl.target("y"), sl.prediction("f")
a = sl.parameter("a", default=1.0)
c = sl.parameter("c", default=1.0, domain=sl.Positive)
PAPER = sp.Abs(a - 2) / a * ((((f - y) / c) ** 2 / sp.Abs(a - 2) + 1) ** (a / 2) - 1)
BARRON = sl.Loss("barron", PAPER)

SHAPES = (-6.0, -2.0, 0.0, 1e-12, 0.5, 1.0, 1.5, 2.0, 3.0)
RESIDUALS = np.array([0.0, 1e-150, 1e-9, 1e-3, 0.5, -3.0, 1e3, -1e8])


def exact(order: str, shape: float, at: float) -> Any:
    """In closed form, with u = (f/c)**2; mpmath takes 1/c**2 = 16/9 for c = 3/4."""
    with mpmath.workprec(1200):
        scale = mpmath.mpf(16) / 9
        u, s = scale * mpmath.mpf(at) ** 2, mpmath.mpf(shape)
        b = abs(s - 2)
        inner = u / b + 1 if b else mpmath.mpf(1)
        power = mpmath.power(inner, s / 2 - 1) if b else mpmath.mpf(1)
        if order == "value":
            return u / 2 if not b else b / 2 * mpmath.log(inner) if not s else b / s * (inner * power - 1)
        if order == "gradient":
            return scale * mpmath.mpf(at) * power
        return scale * power * (1 + (s - 2) * u / b / inner if b else 1)


@pytest.mark.parametrize("order", ["value", "gradient", "hessian"])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape(order: str, shape: float) -> None:
    got = getattr(BARRON, order)(np.zeros_like(RESIDUALS), RESIDUALS, a=shape, c=0.75)
    for number, at in zip(got.tolist(), RESIDUALS.tolist(), strict=True):
        # the gate of A4, and of A6 for the exponential of p log(1 + w), which 1 + w to a computed power p is
        gate = {"value": 5, "gradient": 6, "hessian": 8}[order]
        power = 0 if order == "value" else abs(shape - 2) / 2
        assert ulp_error(number, exact(order, shape, at)) <= gate + power * float(np.log1p(at**2)), at


def test_it_does_not_overflow_on_the_way() -> None:
    assert BARRON.value([0.0], [1e200], a=1.0).tolist() == pytest.approx([1e200], rel=1e-15)
    assert BARRON.gradient([0.0], [1e200], a=1.0).tolist() == pytest.approx([1.0], rel=1e-15)
    assert BARRON.gradient([0.0], [1e200], a=0.0).tolist() == pytest.approx([2e-200], rel=1e-13)


def test_the_slope_in_the_shape_at_zero() -> None:
    """At a = 0: b/4 log(1 + w)**2 - log(1 + w)/2 + w/(2 (1 + w)) with b = 2, w = r**2/2."""
    w, t = 4.5, float(np.log(5.5))
    want = t * t / 4 - t / 2 + w / 5.5 / 2
    assert BARRON.gradient([0.0], [3.0], wrt="a", a=0.0).tolist() == pytest.approx([want], rel=1e-14)


def test_box_cox_at_zero() -> None:
    x, rate = sl.prediction("x", domain=sl.Positive), sl.parameter("rate", default=0.0)
    loss = sl.Loss("box_cox", (x**rate - 1) / rate)
    assert loss.value([3.0], rate=0.0).tolist() == pytest.approx([np.log(3.0)], rel=1e-15)
    assert loss.value([3.0], rate=1e-13).tolist() == pytest.approx([np.log(3.0)], rel=1e-12)
    assert loss.gradient([3.0], wrt="rate", rate=0.0).tolist() == pytest.approx([np.log(3.0) ** 2 / 2], rel=1e-15)
