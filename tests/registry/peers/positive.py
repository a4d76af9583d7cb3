"""Gamma and Tweedie losses of scikit-learn, XGBoost, LightGBM."""

from __future__ import annotations

from . import Peer
from ._rounds import SINGLE, lightgbm_derivatives, xgboost_derivatives
from .regression import scikit_learn

BOTH = "gradient_and_hessian"

PEERS = {
    "HalfGammaLoss": scikit_learn("HalfGammaLoss"),
    "HalfTweedieLoss": scikit_learn("HalfTweedieLoss", power="power"),
    "gamma": Peer("lightgbm", lambda m, n: lightgbm_derivatives(m, "gamma", n.f, n.y), BOTH, SINGLE),
    "tweedie": Peer(
        "lightgbm",
        lambda m, n: lightgbm_derivatives(m, "tweedie", n.f, n.y, tweedie_variance_power=n.power),
        BOTH,
        SINGLE,
    ),
    "reg:gamma": Peer("xgboost", lambda m, n: xgboost_derivatives(m, "reg:gamma", n.f, {"label": n.y}), BOTH, SINGLE),
    "reg:tweedie": Peer(
        "xgboost",
        lambda m, n: xgboost_derivatives(m, "reg:tweedie", n.f, {"label": n.y}, tweedie_variance_power=n.power),
        BOTH,
        SINGLE,
    ),
}
