"""Sums over softmaxes of other rows each: an item that leads every draw, and one that none of the others reaches."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

import symloss as sl
from symloss.audit.ulp import ulp_error
from symloss.heads.binders import SoftmaxComplement
from symloss.heads.evaluate import agreed, evaluate
from symloss.stabilise.stabilise import stable_form
from symloss.stabilise.sums_of_rows import row_by_row, without_its_own_row

LISTMLE = sl.get("listmle")
ROWS = {
    "first and far ahead": ([3.0, 1.0, 2.0], [40.0, 0.5, -1.0]),
    "last and far behind": ([3.0, 1.0, 2.0], [1.0, -40.0, 0.5]),
    "in the middle": ([1.0, 2.0, 3.0], [-0.5, 30.0, 0.25]),
}


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("kind", ["gradient", "hessian"])
def test_every_digit(kind: str, rows: str) -> None:
    rel, z = ROWS[rows]
    expression, indices = LISTMLE.pipeline.expression(kind, "z")
    for place, got in enumerate(np.ravel(getattr(LISTMLE, kind)(rel, z))):
        numbers = {"L": 3, "rel": rel, "z": z, **{i.name: place for i in indices}}
        assert ulp_error(float(got), agreed(partial(evaluate, expression, numbers), start=400)) <= 4


@pytest.mark.parametrize(("kind", "rule"), [("gradient", without_its_own_row), ("hessian", row_by_row)])
def test_the_rule_that_does_it(kind: str, rule: object) -> None:
    expression = LISTMLE.pipeline.expression(kind, "z")[0]
    assert rule(expression).has(SoftmaxComplement)  # type: ignore[operator]
    assert stable_form(expression).has(SoftmaxComplement)


def test_one_row_for_all_entries_is_left_to_the_rule_of_one_row() -> None:
    K = sl.axis("K")
    k = K.indices("k")
    t, z = sl.target("t", K, domain=sl.Simplex(K)), sl.prediction("z", K)
    expression = sl.Loss("ce", -sl.dot(t[k], sl.log_softmax(z)[k], k)).pipeline.expression("hessian", "z")[0]
    assert row_by_row(expression) is None
    assert without_its_own_row(expression) is None
