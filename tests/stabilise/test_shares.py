"""Shares that add up to one: what is a sum of nonnegative parts is not multiplied out, and 0*log(0) is 0."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy as sp

import symloss as sl
from symloss.audit.ulp import ulp_error

share, y = sl.parameter("share", domain=sl.Unit), sl.target("y", domain=sl.Unit)
f = sl.prediction("f")
K = sl.axis("K")
k = K.indices("k")
t, z = sl.target("t", K, domain=sl.Simplex(K)), sl.prediction("z", K)


@pytest.mark.parametrize("small", [0.1, 1e-10, 1e-30])
def test_a_small_share_keeps_its_digits(small: float) -> None:
    """(1 - s) (1 - y) + s/2 is s/2 at y = 1; multiplied out it would be the rest of 1 - 1."""
    other = (1 - share) * (1 - y) + share / 2
    loss = sl.Loss("shares", ((1 - share) * y + share / 2) * sl.softplus(-f) + other * sl.softplus(f))
    with mpmath.workprec(3000):
        s, x = mpmath.mpf(small), mpmath.mpf(40)
        exact = (1 - s / 2) * mpmath.log1p(mpmath.exp(-x)) + s / 2 * mpmath.log1p(mpmath.exp(x))
    assert ulp_error(float(loss.value(1.0, 40.0, share=small)), exact) <= 4


def test_a_share_that_may_be_zero_times_its_logarithm() -> None:
    mixed = (1 - share) * t[k] + share / K.size
    loss = sl.Loss("entropy", sp.Sum(mixed * sp.log(mixed) - mixed * z[k], k))
    targets = [[1.0, 0.0], [0.5, 0.5]]
    assert loss.value(targets, np.zeros((2, 2)), share=0.0).tolist() == [0.0, -np.log(2)]
