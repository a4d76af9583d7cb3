"""Losses of a logit or a probability of PyTorch, scikit-learn, optax, XGBoost and LightGBM."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from . import Peer
from ._boosters import lightgbm_peer, of_logit, xgboost_peer
from .regression import SINGLE, optax_function, scikit_learn, torch_function


def poly_loss(losses: Any, n: SimpleNamespace) -> Any:
    """optax has it for a row of classes: here two, with logits 0 and f."""
    logits, labels = np.stack([np.zeros_like(n.f), n.f], -1), np.stack([1 - n.y, n.y], -1)
    return losses.poly_loss_cross_entropy(np.float32(logits), np.float32(labels), epsilon=n.epsilon)


def weighted(torch: Any, n: SimpleNamespace) -> Any:
    function, weight = torch.nn.functional.binary_cross_entropy_with_logits, torch.tensor(n.w_pos)
    return function(torch.tensor(n.f), torch.tensor(n.y), pos_weight=weight, reduction="none").numpy()


def multilabel(torch: Any, n: SimpleNamespace) -> Any:
    function = torch.nn.functional.multilabel_soft_margin_loss
    return function(torch.tensor(n.z), torch.tensor(n.t), reduction="none").numpy() * n.z.shape[-1]


PEERS = {
    "BCELoss": torch_function("binary_cross_entropy", "p"),
    "BCEWithLogitsLoss": torch_function("binary_cross_entropy_with_logits"),
    "HalfBinomialLoss": scikit_learn("HalfBinomialLoss"),
    "binary:logistic": xgboost_peer("binary:logistic"),
    "binary:logitraw": xgboost_peer("binary:logitraw", "hessian"),
    "multilabel_cross_entropy": Peer("torch", multilabel),
    "poly1": Peer("optax.losses", poly_loss, rtol=SINGLE).at(epsilon=2.5),
    "reg:logistic": xgboost_peer("reg:logistic"),
    "sigmoid_binary_cross_entropy": optax_function("sigmoid_binary_cross_entropy"),
    "sigmoid_focal_loss": optax_function("sigmoid_focal_loss", alpha="alpha", gamma="gamma").at(alpha=0.3, gamma=1.5),
    "weighted_binary_cross_entropy_with_logits": Peer("torch", weighted).at(w_pos=3.0),
    "xentropy": lightgbm_peer("xentropy", of_logit),
}
