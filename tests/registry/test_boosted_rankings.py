"""What the files of the ranking losses say of boosters: the same Newton steps with normalisation off, and only then.

A tree with one leaf for every item moves each score by -g/h.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symloss as sl

REL = np.array([2.0, 0.0, 1.0, 3.0])
Z = np.array([0.3, -0.8, 1.1, 0.2])
ITEMS = np.arange(4.0)[:, None]
XGBOOST_OFF = {"lambdarank_normalization": False, "lambdarank_score_normalization": False}
LIGHTGBM_OFF = {"lambdarank_norm": False}


def xgboost_steps(objective: str, **options: Any) -> Any:
    xgboost = pytest.importorskip("xgboost")
    data = xgboost.DMatrix(ITEMS, label=REL, base_margin=Z)
    data.set_group([4])
    tree = {"eta": 1.0, "lambda": 0.0, "min_child_weight": 0.0, "tree_method": "exact", "verbosity": 0}
    booster = xgboost.train({"objective": objective, **tree, **options}, data, 1)
    return booster.predict(data, output_margin=True) - Z


def lightgbm_steps(objective: str, **options: Any) -> Any:
    lightgbm = pytest.importorskip("lightgbm")
    smallest = {"min_data_in_leaf": 1, "min_data_in_bin": 1, "min_sum_hessian_in_leaf": 0.0, "num_leaves": 4}
    exact = {"lambda_l2": 0.0, "learning_rate": 1.0, "verbosity": -1, "num_threads": 1}
    data = lightgbm.Dataset(ITEMS, REL, group=[4], init_score=Z, params=smallest)
    return lightgbm.train({"objective": objective, **smallest, **exact, **options}, data, 1).predict(
        ITEMS, raw_score=True
    )


def ours(name: str) -> Any:
    arrays = (REL, Z, Z) if name == "lambda_ndcg" else (REL, Z)
    gradient, hessian = sl.get(name).gradient_and_hessian(*arrays)
    return -gradient / hessian


CASES = [
    ("ranknet", xgboost_steps, "rank:pairwise", XGBOOST_OFF, 0.5),
    ("lambda_ndcg", xgboost_steps, "rank:ndcg", XGBOOST_OFF, 0.5),
    ("lambda_ndcg", lightgbm_steps, "lambdarank", LIGHTGBM_OFF, 1.0),
]


@pytest.mark.parametrize(("name", "steps", "objective", "off", "factor"), CASES, ids=[c[2] for c in CASES])
def test_newton_steps(name: str, steps: Any, objective: str, off: dict[str, bool], factor: float) -> None:
    np.testing.assert_allclose(steps(objective, **off), factor * ours(name), rtol=1e-4, atol=0)
    assert not np.allclose(steps(objective), factor * ours(name), rtol=0.05, atol=0), "then it is an alias"
