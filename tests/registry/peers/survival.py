"""Accelerated failure times of XGBoost."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from . import Peer
from ._rounds import SINGLE, xgboost_derivatives


def accelerated_failure_time(distribution: str) -> Peer:
    """An event at y has both bounds there, a censored time no upper one."""

    def call(xgboost: Any, n: SimpleNamespace) -> Any:
        labels = {"label_lower_bound": n.y, "label_upper_bound": np.where(n.d == 1, n.y, np.inf)}
        options = {"aft_loss_distribution": distribution, "aft_loss_distribution_scale": n.sigma}
        return xgboost_derivatives(xgboost, "survival:aft", n.f, labels, **options)

    return Peer("xgboost", call, "gradient_and_hessian", SINGLE)


# With "extreme" XGBoost clips what a Weibull often exceeds: tests/registry/test_differences.py.
PEERS = {
    "logistic_aft": accelerated_failure_time("logistic"),
    "survival:aft": accelerated_failure_time("normal"),
}
