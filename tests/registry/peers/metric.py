"""Metrics of scikit-learn, row by row, and of Keras; zero_one of the margin among them."""

from __future__ import annotations

import os
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from . import Peer

# Keras asks for its backend when it is imported.
os.environ.setdefault("KERAS_BACKEND", "jax")


def scikit_learn(name: str, decide: Callable[[Any], Any] = lambda f: f, **options: Any) -> Peer:
    """A function of sklearn.metrics of target and score, or of target and class."""

    def call(metrics: Any, n: SimpleNamespace) -> Any:
        rows = zip(n.y, n.f, strict=True)
        return np.array([getattr(metrics, name)(y, decide(f), **options) for y, f in rows])

    return Peer("sklearn.metrics", call)


def positive(f: Any) -> Any:
    return f > 0


def keras_accuracy(keras: Any, n: SimpleNamespace) -> Any:
    return np.asarray(keras.metrics.sparse_categorical_accuracy(n.c, n.z), np.float64)


def zero_one_loss(metrics: Any, n: SimpleNamespace) -> Any:
    """Of classes, which are the signs of the scores, sample by sample."""
    return np.array([metrics.zero_one_loss([y], [np.sign(f)]) for y, f in zip(n.y, n.f, strict=True)])


PEERS = {
    "zero_one_loss": Peer("sklearn.metrics", zero_one_loss),
    "precision_score": scikit_learn("precision_score", positive, zero_division=0),
    "recall_score": scikit_learn("recall_score", positive, zero_division=0),
    "f1_score": scikit_learn("f1_score", positive, zero_division=0),
    "roc_auc_score": scikit_learn("roc_auc_score"),
    "average_precision_score": scikit_learn("average_precision_score"),
    "root_mean_squared_error": scikit_learn("root_mean_squared_error"),
    "r2_score": scikit_learn("r2_score"),
    "sparse_categorical_accuracy": Peer("keras", keras_accuracy),
}
