"""A softmax and a target against their mean: a sure row, an entry of no weight, and rows that agree."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import sympy as sp

import symloss as sl
from symloss.audit.ulp import ulp_error
from symloss.heads.evaluate import agreed, evaluate
from symloss.heads.shares import log_over_mean, mean_divergence
from symloss.stabilise.stabilise import stable_form

LOSS = sl.get("jensen_shannon")

ROWS = {
    "sure and right": ([1.0, 0.0, 0.0], [40.0, 0.0, -1.0]),
    "as sure as can be": ([1.0, 0.0, 0.0], [700.0, 0.0, -1.0]),
    "sure and wrong": ([0.0, 1.0, 0.0], [40.0, 0.0, -1.0]),
    "an entry that underflows, of target 0": ([1.0, 0.0, 0.0], [0.3, -900.0, 0.1]),
    "an entry that underflows, of target 1/4": ([0.75, 0.25, 0.0], [0.3, -900.0, 0.1]),
    "plain": ([0.5, 0.25, 0.25], [1.5, 0.3, -1.0]),
}
KINDS = {"value": mean_divergence, "gradient": log_over_mean, "hessian": log_over_mean}


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_digit(kind: str, rows: str) -> None:
    t, z = ROWS[rows]
    expression, indices = LOSS.pipeline.expression(kind, *(() if kind == "value" else ("z",)))
    for place, got in enumerate(np.ravel(getattr(LOSS, kind)(t, z))):
        numbers = {"K": 3, "t": t, "z": z, **{index.name: place for index in indices}}
        exact = agreed(partial(evaluate, expression, numbers), start=3000)
        assert ulp_error(float(got), exact) <= (4 if kind == "value" else 16)


@pytest.mark.parametrize("kind", KINDS)
def test_no_logarithm_of_the_row_is_left(kind: str) -> None:
    stable = stable_form(LOSS.pipeline.expression(kind, *(() if kind == "value" else ("z",)))[0])
    assert stable.has(KINDS[kind])
    assert "log(softmax" not in sl.format(stable)


def test_a_logarithm_of_a_mean_that_does_not_cancel_stays() -> None:
    """-log((p + t)/2) alone is no difference; log(p) may be infinite where it is not."""
    K = sl.axis("K")
    k = K.indices("k")
    t, z = sl.target("t", K, domain=sl.Simplex(K)), sl.prediction("z", K)
    loss = sl.Loss("log_of_mean", -sp.Sum(t[k] * sp.log((sl.softmax(z)[k] + t[k]) / 2), k))
    assert not stable_form(loss.pipeline.expression("gradient", "z")[0]).has(log_over_mean)
    assert np.isfinite(loss.value([1.0, 0.0], [-2000.0, 2000.0]))
