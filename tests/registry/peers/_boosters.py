"""Gradients and Hessians of the boosters' objectives, which have no function for them: out of one round of training.

A tree with one leaf for every sample, without regularisation, moves each prediction by -g/h, and
says h of each leaf. Objectives that set their leaves afterwards, to a quantile of the residuals, do
not show g there; all of those have h = 1.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from . import Peer
from ._rounds import xgboost_derivatives

SINGLE = 1e-5  # boosters compute in float32


def xgboost_peer(objective: str, kind: str = "gradient", link: str = "", **options: Any) -> Peer:
    """An objective of XGBoost; ``link`` names the one that it applies to base_score."""

    def call(xgboost: Any, n: SimpleNamespace) -> Any:
        parameters = {name: getattr(n, value) for name, value in options.items()}
        gradient, hessian = xgboost_derivatives(xgboost, objective, n.f, {"label": n.y}, **parameters)
        return gradient if kind == "gradient" else hessian

    return Peer("xgboost", call, kind, SINGLE)


def xgboost_slope(objective: str, **options: Any) -> Peer:
    """An objective of XGBoost that sets its leaves afterwards: by a linear booster, which does not."""

    def call(xgboost: Any, n: SimpleNamespace) -> Any:
        parameters = {name: getattr(n, value) for name, value in options.items()}
        linear = {"objective": objective, "booster": "gblinear", "eta": 1.0, "lambda": 0.0, "verbosity": 0}
        slopes = []
        for y, f in zip(n.y, n.f, strict=True):
            data = xgboost.DMatrix(np.zeros((1, 1)), [y], base_margin=[f])
            booster = xgboost.train(linear | {"updater": "coord_descent"} | parameters, data, 1)
            slopes.append(f - booster.predict(data, output_margin=True)[0])
        return np.array(slopes)

    return Peer("xgboost", call, "gradient", SINGLE)


def lightgbm_peer(objective: str, mirror: Mirror, **options: Any) -> Peer:
    """The gradient of an objective of LightGBM, from the gain of the one split between a sample and its mirror image.

    Of two samples with slopes g and -g and the same h, the gain is 2 g**2/h. That is there also for
    objectives that set their leaves afterwards.
    """

    def call(lightgbm: Any, n: SimpleNamespace) -> Any:
        parameters = {name: getattr(n, value) for name, value in options.items()}
        return np.array([_from_gain(lightgbm, objective, mirror, *s, parameters) for s in zip(n.y, n.f, strict=True)])

    return Peer("lightgbm", call, "gradient", SINGLE)


Mirror = Callable[[float, float], tuple[float, float]]
"""(y, f) of the sample whose slope is minus that of (y, f)."""


def of_residual(y: float, f: float) -> tuple[float, float]:
    return y, 2 * y - f


def of_logit(y: float, f: float) -> tuple[float, float]:
    return 1 - y, -f


def _from_gain(lightgbm: Any, objective: str, mirror: Mirror, y: float, f: float, parameters: dict[str, Any]) -> float:
    smallest = {"min_data_in_leaf": 1, "min_data_in_bin": 1, "min_sum_hessian_in_leaf": 0.0, "num_leaves": 2}
    exact = {"lambda_l2": 0.0, "learning_rate": 1.0, "boost_from_average": False, "verbosity": -1, "num_threads": 1}
    other_y, other_f = mirror(y, f)
    data = lightgbm.Dataset(np.array([[0.0], [1.0]]), [y, other_y], init_score=[f, other_f], params=smallest)
    booster = lightgbm.train({"objective": objective} | smallest | exact | parameters, data, 1)
    root = booster.dump_model()["tree_info"][0]["tree_structure"]
    first = root["left_child"]
    return -float(np.sign(first["leaf_value"]) * np.sqrt(root["split_gain"] * first["leaf_weight"] / 2))
