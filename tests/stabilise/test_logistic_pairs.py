"""Functions of u and -u side by side: one exponential, and the digits of both, whatever the signs of their factors."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy as sp

import symloss as sl
from symloss.audit.accuracy import measure
from symloss.audit.ulp import ulp_error
from symloss.heads.functions import sigmoid, softplus
from symloss.stabilise.logistic_pairs import pair_in, without_slope

f = sl.prediction("f")
LOSSES = {
    "positive factors": (sl.data("a", domain=sl.Positive), sl.data("b", domain=sl.Positive)),
    "factors of any sign": (sl.data("a"), sl.data("b")),
}


@pytest.mark.parametrize("name", LOSSES)
def test_pairs_keep_their_digits(name: str) -> None:
    a, b = LOSSES[name]
    loss = sl.Loss("pair", a * softplus(f) + b * softplus(-f), inputs=[a, b, f])
    assert pair_in(loss.expression) is not None
    # A factor of 1e9 times a Hessian below the normal numbers shows what these cannot hold; so no Hessian here.
    for cell in measure(loss, orders=["value", "gradient"], count=60, dtypes=["float64"]):
        assert cell.passes, cell


def test_what_is_taken_from_a_pair_is_taken_before_its_tail_is_added() -> None:
    """Taken at the end it costs half an ulp of the larger sum: 2.7 ulp at these points instead of 2.2."""
    loss = sl.Loss("pair_less", 2 * softplus(f) + 3 * softplus(-f) - sp.log(4), inputs=[f])
    x = np.random.default_rng(0).uniform(-3.0, 3.0, 4000)
    with mpmath.workprec(120):
        for got, at in zip(loss.value(x, reduction="none").tolist(), map(mpmath.mpf, x.tolist()), strict=True):
            want = 2 * mpmath.log1p(mpmath.exp(at)) + 3 * mpmath.log1p(mpmath.exp(-at)) - 2 * mpmath.log(2)
            assert ulp_error(got, want) <= 2.25


def test_a_pair_is_found_with_its_factors() -> None:
    a, b = LOSSES["positive factors"]
    pair = pair_in(3 + a * sigmoid(2 * f) + b * sigmoid(-2 * f))
    assert pair is not None
    assert (pair.kind, pair.u, pair.a, pair.b) == (sigmoid, 2 * f, a, b)
    assert pair_in(a * sigmoid(f) + b * softplus(-f)) is None
    assert pair_in(a * sigmoid(f) - a * sigmoid(-f)) is None, "a difference has a rule of its own"
    assert without_slope([a, sigmoid(f), sigmoid(-f)]) == (f, 1, [a])
    assert without_slope([sigmoid(f), sp.Pow(sigmoid(-f), 2)])[0] is None


@pytest.mark.parametrize("x", [-1.2681818181818159, -1.2, -0.9, -1.0])
def test_a_slope_next_to_its_zero_has_the_digits_of_its_exponential(x: float) -> None:
    """0.75 s(f) - 0.25 s(-f), whose zero is at -log(3): the rounding of e^f alone made 4.4 ulp."""
    got = sl.get("binary_cross_entropy_with_logits").gradient(0.25, x)
    with mpmath.workprec(120):
        exact = 1 / (1 + mpmath.exp(-mpmath.mpf(x))) - mpmath.mpf("0.25")
    assert ulp_error(float(got), exact) <= 2.2
