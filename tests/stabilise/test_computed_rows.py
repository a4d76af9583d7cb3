"""Rows whose entries are computed, and exponents made of several rows: what rounding took comes back into them."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import sympy as sp

import symloss as sl
from symloss.audit.ulp import ulp_error
from symloss.heads.evaluate import agreed, evaluate

K = sl.axis("K")
k = K.indices("k")
z = sl.prediction("z", K)
c = sl.label("c", K)
t = sl.target("t", K, domain=sl.Binary)
m = sl.parameter("m", default=0.35)
s = sl.parameter("s", default=3.7, domain=sl.Positive)


def _with_margin() -> sl.Loss:
    shifted = s * (z[k] - m * sp.KroneckerDelta(k, c))
    return sl.Loss("with_margin", sl.logsumexp(shifted, k) - shifted.xreplace({k: c}))


def _of_two_rows() -> sl.Loss:
    """exp(logsumexp of some - logsumexp of the others), the others under a power of their logits."""
    some = sl.logsumexp(s * sp.Piecewise((z[k], sp.Eq(t[k], 1)), (-sp.oo, True)), k)
    others = sl.logsumexp(s * sp.Piecewise((z[k] * (z[k] - m), sp.Eq(t[k], 0)), (-sp.oo, True)), k)
    return sl.Loss("two_rows", sp.exp(some - others), inputs=(t, z))


ROWS = [[0.3, 61.7, -4.1], [17.25, -2.5, 0.1], [-0.4, 0.35, 0.2], [-1.3, 200.7, 201.1]]
LOSSES = {"margin": (_with_margin(), 1), "two rows": (_of_two_rows(), [1, 0, 1])}


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("kind", ["value", "gradient", "hessian"])
@pytest.mark.parametrize("name", LOSSES)
def test_exponents_cost_no_digits(name: str, kind: str, row: list[float]) -> None:
    loss, observed = LOSSES[name]
    expression, indices = loss.pipeline.expression(kind, *(() if kind == "value" else ("z",)))
    for place, got in enumerate(np.ravel(getattr(loss, kind)(observed, row))):
        numbers = {"K": 3, "z": row, "c": observed, "t": observed, "m": 0.35, "s": 3.7}
        exact = agreed(partial(evaluate, expression, numbers | {i.name: place for i in indices}), start=3000)
        if 1e-300 < abs(exact) < 1e300:
            assert ulp_error(float(got), exact) <= 8


def test_masked_rows_have_no_rounding_error() -> None:
    """Every entry of one of the rows is -inf: its exponent is -inf, and what rounding took from that is no NaN."""
    loss, _ = LOSSES["two rows"]
    assert loss.value([0, 0, 0], [0.3, 1.7, -4.1]) == 0.0
    assert loss.gradient([0, 0, 0], [0.3, 1.7, -4.1]).tolist() == [0.0, 0.0, 0.0]


def test_a_choice_does_not_hide_what_cancels() -> None:
    """p - p**2 inside of choices is p (1 - p), and 0 where a huge square multiplies it."""
    circle = sl.get("circle")
    assert circle.hessian([1, 0, 0, 1], [0.0, 1e300, 0.0, 0.0]).tolist()[1] == 512.0
    # There 4 (s - 1)**2 meets its multiple by p typed as (2 - 2 s)**2.
    assert circle.hessian([1, 0, 0, 1], [0.0, 0.5, 0.0, -1e300]).tolist()[3] == 512.0


@pytest.mark.parametrize("row", [[-36.7, 0.0, 0.0], [0.3, -41.25, 3.7], [-141.05, -23.9, -34.8], [-6.1, 2.3, -8.2]])
@pytest.mark.parametrize("kind", ["value", "gradient"])
@pytest.mark.parametrize("entry", [z[k], sp.log(1 + sp.exp(z[k]))], ids=str)
def test_a_sum_along_a_row_in_an_exponent_costs_no_digits(entry: sp.Expr, kind: str, row: list[float]) -> None:
    """log(1 + exp(-sum)): what rounding takes from the sum and from its entries goes into the exponent."""
    loss = sl.Loss("summed", sp.log(1 + sp.exp(-sp.Sum(entry, k))), inputs=(z,))
    expression, indices = loss.pipeline.expression(kind, *(() if kind == "value" else ("z",)))
    for place, got in enumerate(np.ravel(getattr(loss, kind)(row))):
        numbers = {"K": 3, "z": row} | {i.name: place for i in indices}
        assert ulp_error(float(got), agreed(partial(evaluate, expression, numbers), start=400)) <= 4
    assert getattr(loss, kind)([np.inf, 0.0, 0.0]).ravel()[0] == 0.0


def test_entries_that_cancel_in_an_exponent() -> None:
    """1e16 + 1 - 1e16 in an exponent is 1."""
    loss = sl.Loss("summed", sp.exp(sp.Sum(z[k], k)), inputs=(z,))
    assert loss.value([1e16, 1.0, -1e16]) == pytest.approx(np.e, rel=1e-15)


def test_a_sum_of_parameters_in_an_exponent() -> None:
    """It is formed once for all samples, without what rounding took from it."""
    w = sl.parameter("w", K)
    loss = sl.Loss("offset", sp.exp(z[c] - sp.Sum(w[k], k)), inputs=(c, z))
    assert loss.value(0, [0.5, 1.0, 2.0], w=[1.0, 2.0, 3.0]) == pytest.approx(np.exp(-5.5), rel=1e-15)
