"""Gradients and Hessians of the boosters' built-in objectives, read off one round of training.

A tree whose leaves hold one sample each has -gradient/(Hessian + lambda) as its leaves' values and
the Hessians as their weights. A sample a round: boosters do not split where there is no gain.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

SINGLE = 3e-6
"""Both compute in float32 and print a few digits more."""


def xgboost_derivatives(
    xgboost: Any, objective: str, f: Any, labels: Mapping[str, Any], **options: float | str
) -> tuple[Any, Any]:
    """(gradient, Hessian) of an XGBoost objective at margins ``f``; ``labels`` go to the DMatrix."""
    settings: dict[str, Any] = {"objective": objective, "eta": 1.0, "lambda": 0.0, "max_depth": 1, "base_score": 0.5}
    settings |= {"min_child_weight": 0.0, "max_delta_step": 0.0, "verbosity": 0, "nthread": 1, **options}
    found = []
    for n, margin in enumerate(f):
        data = xgboost.DMatrix(np.zeros((1, 1)))
        for name, values in labels.items():
            data.set_info(**{name: np.array([values[n]])})
        data.set_info(base_margin=np.array([margin]))
        booster = xgboost.train(settings, data, num_boost_round=1)
        (tree,) = booster.get_dump(with_stats=True)
        value, weight = (float(re.search(f"{what}=([^,\\s]+)", tree)[1]) for what in ("leaf", "cover"))  # type: ignore[index]
        found.append((-value * weight, weight))
    gradient, hessian = np.array(found).T
    return gradient, hessian


def lightgbm_derivatives(lightgbm: Any, objective: str, f: Any, y: Any, **options: float) -> tuple[Any, Any]:
    """(gradient, Hessian) of a LightGBM objective at scores ``f``."""
    settings: dict[str, Any] = {"objective": objective, "learning_rate": 1.0, "num_leaves": 2, "verbosity": -1}
    settings |= {"min_data_in_leaf": 1, "min_sum_hessian_in_leaf": 0.0, "boost_from_average": False, "lambda_l2": 0.0}
    settings |= {"min_data_in_bin": 1, "num_threads": 1, "feature_pre_filter": False, **options}
    found = []
    for target, score in zip(y, f, strict=True):
        # Beside a sample with a slightly different gradient, or no leaf is split off.
        data = lightgbm.Dataset(np.array([[0.0], [1.0]]), [target, target], init_score=[score, score - 0.25])
        tree = lightgbm.train(settings, data, num_boost_round=1).dump_model()["tree_info"][0]["tree_structure"]
        leaf = tree["left_child"]
        found.append((-leaf["leaf_value"] * leaf["leaf_weight"], leaf["leaf_weight"]))
    gradient, hessian = np.array(found).T
    return gradient, hessian
