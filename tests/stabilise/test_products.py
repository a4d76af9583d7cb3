"""Sums that are products of sums: a second derivative next to a zero of one of its factors."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
import sympy as sp

import symloss as sl
from symloss.audit.ulp import ulp_error
from symloss.heads.evaluate import agreed, evaluate
from symloss.stabilise.products import product_of_sums
from symloss.stabilise.stabilise import stable_form

P = sl.axis("P")
i = P.indices("i")
t, z = sl.target("t", P, domain=sl.Unit), sl.prediction("z", P)
x, y = sp.symbols("x y", real=True)

# Next to a zero of 2 t - (overlap)/(sum), at the entry given; multiplied out 265 and 71 ulp are lost.
ROWS: tuple[tuple[int, dict[str, Any]], ...] = (
    (
        2,
        {
            "t": [0.6232808562581028, 0.7037713892519748, 0.2650253659276789, 0.5],
            "z": [0.07630181577930228, 0.3558243385729148, -1e-09, -0.5719746457275108],
            "smooth": 0.5,
        },
    ),
    (
        0,
        {
            "t": [0.2027916728416251, 0.3242084416683426, 0.0, 0.47112577310627857],
            "z": [-0.003470985178429843, 0.004255285491330609, 0.001255890096252039, -0.00043227194942916796],
            "smooth": 1.0,
        },
    ),
)


@pytest.mark.parametrize(("place", "row"), ROWS)
def test_a_curvature_keeps_its_digits_next_to_a_zero_of_one_factor(place: int, row: dict[str, Any]) -> None:
    loss = sl.get("dice")
    expression, (index,) = loss.pipeline.expression("hessian", "z")
    got = float(loss.hessian([row["t"]], [row["z"]], smooth=row["smooth"])[0][place])
    exact = agreed(partial(evaluate, expression, {**row, "P": 4, index.name: place}), 60)
    assert ulp_error(got, exact) <= 32.0, (got, exact)


def test_the_factors_stand_apart() -> None:
    expression, _ = sl.get("dice").pipeline.expression("hessian", "z")
    assert isinstance(expression, sp.Add)
    factors = sp.Mul.make_args(stable_form(expression))
    assert sum(isinstance(f, sp.Add) for f in factors) == 2


@pytest.mark.parametrize(
    "e",
    [
        x * sp.tanh(y) + x,  # one sum: nothing that cancels beside another
        x**2 - y**2,  # without functions: the rule of common factors
        x * sp.tanh(y) + y * sp.tanh(x) + x * y + sp.tanh(x) * sp.tanh(y) + 1,  # no product
    ],
)
def test_what_is_no_product_of_sums_stays(e: sp.Expr) -> None:
    assert product_of_sums(e) is None


def test_sums_inside_of_terms_are_multiplied_out() -> None:
    """(x p t + y p q) (p + y) with the first factor inside of a term."""
    p, q = sl.sigmoid(z[i]), sl.sigmoid(-z[i])
    e = (x * p * t[i] + y * p * q) * p + x * y * p * t[i] + y**2 * p * q
    product = product_of_sums(e)
    assert isinstance(product, sp.Mul)
    assert sp.expand(product - e) == 0


def test_complements_and_residuals_stay_whole() -> None:
    """2 (1 - p) g p r + (1 - p)**2 r of a softmax, and of a residual: multiplied out, its digits were lost."""
    row = sl.softmax(z)
    terms = [(1 - row[i]) * x * row[i] * y, (1 - row[i]) ** 2 * y]
    assert product_of_sums(sp.Add(*terms)) is None
    share = sl.sigmoid(y)
    assert product_of_sums(share * (x - t[i]) ** 2 + share**2 * (x - t[i]) * y) is None


@pytest.mark.parametrize("name", ["tversky", "jaccard", "focal_tversky"])
def test_the_hessian_of_an_overlap_is_a_product(name: str) -> None:
    """t - c hits/whole is one of its factors, whose zero is then the product's."""
    stable = stable_form(sl.get(name).pipeline.expression("hessian", "z")[0])
    assert isinstance(stable, sp.Mul)
    assert sum(isinstance(f, sp.Add) for f in stable.args) == 2


def test_what_a_share_leaves() -> None:
    """A mask that is predicted right and surely has a Tversky loss of 1e-17, not 0: 1 - x/(x + y) is y/(x + y)."""
    loss, row = sl.get("tversky"), {"t": [1.0, 0.0, 1.0], "z": [40.0, -41.0, 42.0]}
    expression, _ = loss.pipeline.expression("value")
    exact = agreed(partial(evaluate, expression, {**row, "a": 0.3, "b": 0.7, "P": 3}), 200)
    assert ulp_error(float(loss.value(row["t"], row["z"])), exact) <= 4
