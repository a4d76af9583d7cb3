"""A yes or no chooses the argument of one formula, where two that mirror each other would be computed."""

from __future__ import annotations

import mpmath
import pytest
import sympy as sp

import symloss as sl
from symloss.audit.accuracy import measure
from symloss.heads.evaluate import evaluate
from symloss.stabilise.branches import one_branch
from symloss.stabilise.stabilise import stable_form

y, f = sl.target("y", domain=sl.Binary), sl.prediction("f")
a, g = sl.parameter("a", domain=sl.Unit), sl.parameter("g", domain=sl.NonNegative)
P = sl.axis("P")
k = P.indices("k")
t, z = sl.target("t", P, domain=sl.Binary), sl.prediction("z", P)

FOCAL = a * y * sl.sigmoid(-f) ** g * sl.softplus(-f) + (1 - a) * (1 - y) * sl.sigmoid(f) ** g * sl.softplus(f)
CASES = {
    "focal": FOCAL,
    "its slope": sp.expand_power_exp(sl.Loss("focal_again", FOCAL).gradient_expression),
    "a temperature": y * sl.softplus(-f / a) + 3 * (1 - y) * sl.softplus(f / a),
}


@pytest.mark.parametrize("title", CASES)
@pytest.mark.parametrize("observed", [0, 1])
@pytest.mark.parametrize("at", [-40.0, -1.5, 0.0, 0.25, 700.0])
def test_one_branch_is_the_sum(title: str, observed: int, at: float) -> None:
    before, after = CASES[title], one_branch(CASES[title])
    assert after is not None
    with mpmath.workprec(3000):
        u, v = (evaluate(e, {"y": observed, "f": at, "a": 0.3, "g": 1.7}) for e in (before, after))
    assert abs(u - v) <= mpmath.mpf(2) ** -2000 * abs(u)


def test_half_of_the_functions_are_left() -> None:
    assert len(FOCAL.atoms(sl.softplus)) == 2
    assert len(stable_form(FOCAL).atoms(sl.softplus)) == 1


def test_entries_of_a_row_choose_each_for_itself() -> None:
    terms = t[k] * sl.softplus(-z[k]) ** 2 + (1 - t[k]) * sl.softplus(z[k]) ** 2
    loss = sl.Loss("rows_of_bits", sp.Sum(terms, k))
    assert len(stable_form(loss.expression).atoms(sl.softplus)) == 1
    assert loss.value([[1, 0]], [[2.0, 2.0]]) == pytest.approx(
        0.12692801104297263**2 + 2.1269280110429727**2, rel=1e-15
    )
    assert all(cell.passes for cell in measure(loss, count=60, orders=("gradient",)))


@pytest.mark.parametrize(
    "kept",
    [
        FOCAL.xreplace({y: sl.target("y", domain=sl.Unit)}),  # any number in [0, 1] needs both
        y * sl.softplus(-f) + (1 - y) * sl.softplus(f) ** 2,  # not a mirror image
        y * sl.softplus(-f) + (1 - y) * sl.softplus(f) + f,  # a term of neither
        y * sl.softplus(-f) + (1 - y) * sl.softplus(-f) * a,  # one function as it is
    ],
)
def test_what_stays_as_it_is(kept: sp.Expr) -> None:
    assert one_branch(kept) is None
