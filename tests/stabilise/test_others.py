"""Sums over the other entries: comparisons of entries with each other lose their own part exactly."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import sympy as sp

import symloss as sl
from symloss.audit.ulp import ulp_error
from symloss.heads.binders import Total
from symloss.heads.evaluate import agreed, evaluate
from symloss.stabilise.others import over_the_others

L = sl.axis("L")
i, j, m = L.indices("i j m")
w, z = sl.data("w", L), sl.prediction("z", L)
scale = sl.parameter("scale", default=0.3, domain=sl.Positive)

# The expected rank of every item, squared: what w leaves of it where no two items are close is far below 1/4.
PAIRS = sl.Loss("pairs", sp.Sum(w[i] * sp.Sum(sl.sigmoid((z[j] - z[i]) / scale), j) ** 2, i), inputs=(w, z))
ROW = {"w": [1.5, -0.75, 2.0], "z": [0.3, 17.2, -41.7]}
SIGMA = sl.sigmoid(z[j] - z[i])


@pytest.mark.parametrize("kind", ["gradient", "hessian", "hessian_matrix"])
def test_saturated_comparisons_keep_their_digits(kind: str) -> None:
    by = ("z",) * (2 if kind == "hessian_matrix" else 1)
    expression, indices = PAIRS.pipeline.expression(kind, *by)
    got = np.asarray(getattr(PAIRS, kind)(ROW["w"], ROW["z"], scale=0.3))
    for place, value in np.ndenumerate(got):
        where = {**ROW, "scale": 0.3, "L": 3, **{index.name: n for index, n in zip(indices, place, strict=True)}}
        exact = agreed(partial(evaluate, expression, where), 60)
        assert ulp_error(float(value), exact) <= 6.0, (place, value, exact)


def test_a_product_with_a_vector_keeps_its_digits() -> None:
    vector = np.array([0.5, -1.0, 2.0])
    product = PAIRS.hvp(ROW["w"], ROW["z"], vector_z=vector, scale=0.3)
    matrix = PAIRS.hessian_matrix(ROW["w"], ROW["z"], scale=0.3)
    np.testing.assert_allclose(product, matrix @ vector, rtol=1e-12)


def test_the_entry_itself_drops_out() -> None:
    """w[i] sum_j s(z[j] - z[i]) - sum_j w[j] s(z[i] - z[j]) has w[i] s(0) twice."""
    before = w[i] * Total(SIGMA, j) - Total(w[j] * sl.sigmoid(z[i] - z[j]), j)
    after = over_the_others(before)
    assert after is not None
    assert len(after.atoms(Total)) == 1
    assert after.has(sp.Piecewise)


@pytest.mark.parametrize("e", [Total(SIGMA, j) + sp.Rational(3, 2), 2 * Total(SIGMA, j), w[i] * Total(z[j], j)])
def test_what_does_not_cancel_stays(e: sp.Expr) -> None:
    assert over_the_others(e) is None


def test_weights_with_a_number_in_them_cancel() -> None:
    """(1 - w)/4, which SymPy multiplies out, is 1/4 of the same weight as 1 - w: items far apart have no slope."""
    precision = sl.get("smooth_average_precision")
    gradient = precision.gradient([1, 0, 1, 1], [-3.5, 696.5, -3.5, -3.5], temperature=0.01)
    assert gradient[1] == 0.0
    # The others are tied: what is left of them is below an ulp of the terms, a quarter by temperature.
    assert np.all(np.abs(gradient) < 2.0**-53 * 0.25 / 0.01)
