"""A logistic function less a threshold: right to the last digits where it is next to that, and only parameters are
thresholds."""

from __future__ import annotations

import math

import mpmath
import pytest
import sympy as sp

import symloss as sl
from symloss.elementary.table import callables
from symloss.heads.functions import logaddexp
from symloss.heads.shares import sigmoid_less
from symloss.stabilise.stabilise import stable_form

f = sl.prediction("f")
margin = sl.parameter("margin", default=0.05, domain=sl.Interval(0, 1, closed="left"))
p = 1 / (1 + sp.exp(-f))
LOSS = sl.Loss("above_a_threshold", sp.Max(0, p - margin) - sp.log(1 - p + margin), link="logit")

# Next to logit(0.05), whose nearest float64 is -2.9444389791664403: p and the margin agree in 50 bits.
NEAR = (-2.9444389791664403, -2.94443897916644, -2.9444389791664123, -2.94, -2.5, 0.0, 40.0)


@pytest.mark.parametrize("x", NEAR)
def test_what_is_above_a_threshold_keeps_its_digits(x: float) -> None:
    with mpmath.workprec(300):
        above = 1 / (1 + mpmath.exp(-mpmath.mpf(x))) - mpmath.mpf(0.05)
        want = max(above, 0) - mpmath.log1p(-above)
    got = LOSS.value(f=[x])[0]
    assert abs(got - want) <= 4 * 2.0**-53 * abs(want)
    naive = max(1 / (1 + float(mpmath.exp(-x))) - 0.05, 0.0) - float(
        mpmath.log(1 - 1 / (1 + float(mpmath.exp(-x))) + 0.05)
    )
    assert x > -2.9 or abs(naive - want) > 1e3 * 2.0**-53 * abs(want) or x == -2.94


def test_both_rules_find_a_parameter_and_no_target() -> None:
    stable = stable_form(LOSS.pipeline.expression("value")[0])
    assert stable.has(sigmoid_less)
    assert stable.has(logaddexp)  # the other branch, where nothing cancels
    y = sl.target("y", domain=sl.Unit)
    soft = sl.Loss("soft", sl.softplus(f) - y * f, link="logit")
    assert not stable_form(soft.pipeline.expression("gradient", "f")[0]).has(sigmoid_less)


@pytest.mark.parametrize("x", [-1.8669527896995746, -0.7932702563519299, 0.9, -5.5, 3.0])
def test_apart_from_the_threshold_the_difference_is_rounded_once(x: float) -> None:
    """Its fourth power is in the asymmetric loss, whose slope was off by 8 ulp."""
    with mpmath.workprec(300):
        above = 1 / (1 + mpmath.exp(-mpmath.mpf(x))) - mpmath.mpf(0.05)
        got = callables()["sigmoid_less"](x, 0.05)
        assert abs(got - above) <= 0.6 * math.ulp(float(above))
