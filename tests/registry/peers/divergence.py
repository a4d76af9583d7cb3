"""Kullback-Leibler divergences of optax and PyTorch, which take log-probabilities."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from scipy.special import log_softmax

from . import Peer


def of_log_probabilities(torch: Any, n: SimpleNamespace) -> Any:
    log_p, t = torch.tensor(log_softmax(n.z, axis=-1)), torch.tensor(n.t)
    return torch.nn.functional.kl_div(log_p, t, reduction="none").sum(-1).numpy()


PEERS = {"kl_divergence": Peer("torch", of_log_probabilities)}
