"""A shape that is nearly all of its row, times its gap: what the others are, also where their share has underflowed."""

from __future__ import annotations

import math

import mpmath
import pytest

import symloss as sl

LOSS = sl.get("dirichlet")


@pytest.mark.parametrize("large", [50.0, 700.0, 800.0, 5000.0])
def test_the_slope_of_a_sure_share_is_what_the_other_shapes_are(large: float) -> None:
    """k (psi(k) - psi(k + o)) is -o for a huge k and o = 1 + exp(1/2)."""
    own = LOSS.gradient(t=[[1.0, 0.5, 0.25]], z=[[large, 0.0, 0.5]])[0][0]
    assert own == pytest.approx(-(1.0 + math.exp(0.5)), rel=4e-16)


def test_the_value_has_the_other_shapes_times_the_largest_logarithm() -> None:
    """log Gamma(k) - log Gamma(k + 1) is -log k, here 800; log Gamma(1) is 0 and log t is -log(2)."""
    value = LOSS.value(t=[[1.0, 0.5]], z=[[800.0, 0.0]])[0]
    assert value == pytest.approx(-800.0 + math.log(2.0), rel=4e-16)


def test_the_second_derivative_is_the_square_of_the_others_over_the_largest() -> None:
    """k psi(k) + k**2 psi'(k), less the same of k + 3 in shares: -3/k to first order, at k = exp(700)."""
    own = LOSS.hessian(t=[[1.0, 0.5, 0.25, 0.5]], z=[[700.0, 0.0, 0.0, 0.0]])[0][0]
    with mpmath.workprec(4000):
        k, whole = mpmath.exp(700), mpmath.exp(700) + 3
        want = k * (mpmath.log(k) - 1 / (2 * k)) + k**2 * (1 / k + 1 / (2 * k**2) + 1 / (6 * k**3)) - 1 / (12 * k)
        want -= k * (mpmath.log(whole) - 1 / (2 * whole) - 1 / (12 * whole**2))
        want -= k**2 * (1 / whole + 1 / (2 * whole**2) + 1 / (6 * whole**3))
    assert own == pytest.approx(float(want), rel=1e-14, abs=0.0)


def test_the_second_derivative_is_a_number_where_the_share_of_the_others_is_none() -> None:
    """-o**2/(2 k) for k = exp(900) and o = exp(100): of o/k nothing is left."""
    own = LOSS.hessian(t=[[1.0, 0.5]], z=[[900.0, 100.0]])[0][0]
    assert own == pytest.approx(-0.5 * math.exp(-700.0), rel=1e-13, abs=0.0)
