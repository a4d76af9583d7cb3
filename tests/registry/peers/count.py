"""Poisson losses of scikit-learn, PyTorch, XGBoost, LightGBM."""

from __future__ import annotations

from . import Peer
from ._rounds import SINGLE, lightgbm_derivatives, xgboost_derivatives
from .regression import scikit_learn, torch_function

PEERS = {
    "HalfPoissonLoss": scikit_learn("HalfPoissonLoss"),
    "PoissonNLLLoss": torch_function("poisson_nll_loss"),
    "count:poisson": Peer(
        "xgboost",
        lambda m, n: xgboost_derivatives(m, "count:poisson", n.f, {"label": n.y}),
        "gradient_and_hessian",
        SINGLE,
    ),
    # Its Hessian is exp(poisson_max_delta_step) times ours, and that is never 0.
    "poisson": Peer("lightgbm", lambda m, n: lightgbm_derivatives(m, "poisson", n.f, n.y)[0], "gradient", SINGLE),
}
