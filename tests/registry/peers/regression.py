"""Regression losses of scikit-learn, optax, PyTorch."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from . import Peer


def torch_function(name: str, **options: Any) -> Peer:
    """A function of torch.nn.functional of prediction and target."""

    def call(torch: Any, n: SimpleNamespace) -> Any:
        function = getattr(torch.nn.functional, name)
        return function(torch.tensor(n.f), torch.tensor(n.y), reduction="none", **options).numpy()

    return Peer("torch", call)


def scikit_learn(name: str, **options: Any) -> Peer:
    """A loss of sklearn._loss."""

    def call(loss: Any, n: SimpleNamespace) -> Any:
        return getattr(loss, name)(**options).loss(np.array(n.y), np.array(n.f))

    return Peer("sklearn._loss.loss", call)


PEERS = {
    "AbsoluteError": scikit_learn("AbsoluteError"),
    "HalfSquaredError": scikit_learn("HalfSquaredError"),
    "L1Loss": torch_function("l1_loss"),
    "MSELoss": torch_function("mse_loss"),
    "HuberLoss": torch_function("huber_loss"),
}
