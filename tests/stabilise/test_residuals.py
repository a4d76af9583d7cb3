"""Residuals stay whole, a residual less a margin keeps what rounding took from it, and limits of quotients."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

import symloss as sl

y, f = sl.target("y"), sl.prediction("f")
eps = sl.parameter("eps", default=0.3, domain=sl.Positive)
r = f - y


def test_a_residual_is_not_multiplied_out() -> None:
    """The second derivative of Tukey's biweight is (1 - u) (1 - 5 u) with u = (r/eps)**2, far from 0 too."""
    inside = eps**2 / 6 * (1 - (1 - (r / eps) ** 2) ** 3)
    biweight = sl.Loss("biweight", sp.Piecewise((inside, sp.Abs(r) <= eps), (eps**2 / 6, True)))
    far = np.array([0.0, 1e3, 1e8, 1e9, -1e15])
    assert biweight.hessian(far, far + 1, eps=4.0).tolist() == [15 / 16 * 11 / 16] * 5


def test_a_residual_less_a_margin_is_rounded_once() -> None:
    tube = sl.Loss("tube", sp.Max(0, sp.Abs(r) - eps))
    numbers = np.random.default_rng(1)
    targets = numbers.normal(size=200)
    margin = 0.3
    predictions = targets + numbers.choice([-1, 1], 200) * margin * (1 + numbers.choice([0, 1e-16, -1e-16, 1e-9], 200))
    residuals = [abs(Fraction(a) - Fraction(b)) - Fraction(margin) for a, b in zip(predictions, targets, strict=True)]
    assert tube.value(targets, predictions).tolist() == [max(0.0, float(d)) for d in residuals]
    steps = [0.5 * ((d > 0) + (d >= 0)) for d in residuals]
    assert np.abs(tube.gradient(targets, predictions)).tolist() == steps


def test_a_sum_of_three_inputs_is_rounded_once() -> None:
    offset = sl.data("offset")
    loss = sl.Loss("offset_error", (f + offset - y) ** 2 / 2, inputs=(y, offset, f))
    assert loss.gradient([0.3], [0.1], [0.2]).tolist() == [float(Fraction(0.2) + Fraction(0.1) - Fraction(0.3))]
    assert loss.gradient([0.0], [np.inf], [1.0]).tolist() == [np.inf]


def test_a_logarithm_over_a_power_of_its_argument_vanishes() -> None:
    above = sl.Interval(-1, float("inf"), closed="neither")
    u, v = sl.target("u", domain=above), sl.prediction("v", domain=above)
    loss = sl.Loss("log_error", (sp.log(1 + v) - sp.log(1 + u)) ** 2 / 2)
    far = np.array([np.inf, 1e200, 1e160])
    logarithms = np.log(far[1:]) - np.log(2)
    assert loss.gradient(np.ones(3), far).tolist() == pytest.approx([0.0, *(logarithms / far[1:])], rel=1e-15, abs=0)
    wanted = [0.0, 0.0, (1 - logarithms[1]) / 1e160 / 1e160]
    assert loss.hessian(np.ones(3), far).tolist() == pytest.approx(wanted, rel=1e-6, abs=0)
