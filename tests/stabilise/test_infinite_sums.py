"""A sum of infinities of opposite sign is the larger one, and a number where none is infinite."""

from __future__ import annotations

import math

import pytest

import symloss as sl

LOSS = sl.get("multivariate_normal")


@pytest.mark.parametrize(("own", "sign"), [(720.0, 1.0), (401.0, 1.0), (400.0, -1.0), (360.0, -1.0)])
def test_the_larger_infinity_has_the_sign(own: float, sign: float) -> None:
    """At y - mu = -1 the slope by the second mean is exp(2 own) - 2 exp(800)."""
    slope = LOSS.gradient(wrt="mu", y=[[0.0, 0.0]], mu=[[1.0, 1.0]], cholesky=[[[800.0, 0.0], [-2.0, own]]])
    assert slope[0][1] == math.copysign(math.inf, sign)


def test_a_huge_row_elsewhere_takes_nothing_from_a_number() -> None:
    """The first row does not depend on the second one's own exponential."""
    slope = LOSS.gradient(wrt="mu", y=[[0.0, 0.0]], mu=[[1.0, 1.0]], cholesky=[[[0.5, 0.0], [0.25, 1e30]]])
    assert slope[0][0] == pytest.approx(math.exp(0.5) * (math.exp(0.5) + 0.25), rel=1e-15)


def test_a_nan_stays_one() -> None:
    slope = LOSS.gradient(wrt="mu", y=[[0.0, 0.0]], mu=[[math.nan, 1.0]], cholesky=[[[0.0, 0.0], [1.0, 0.0]]])
    assert all(map(math.isnan, slope[0]))
