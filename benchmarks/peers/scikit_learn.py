"""scikit-learn's compiled losses, the ones its gradient boosting and linear models call (``sklearn._loss``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import sklearn
import sklearn._loss.loss as compiled

from benchmarks.contender import Cannot, Contender
from benchmarks.rows import Array, Row

NAME = "scikit-learn"
SUMMED = False
EXACT = True
SPINS = True

LOSSES: dict[str, Callable[[], Any]] = {
    "binary_cross_entropy": compiled.HalfBinomialLoss,
    "squared_error": compiled.HalfSquaredError,
    "huber": lambda: compiled.HuberLoss(delta=1.0),
    "quantile": compiled.PinballLoss,
    "poisson": compiled.HalfPoissonLoss,
    "gamma": compiled.HalfGammaLoss,
    "tweedie": compiled.HalfTweedieLoss,
    "softmax_labels": compiled.HalfMultinomialLoss,
}


def version() -> str:
    return f"scikit-learn {sklearn.__version__}"


def contender(row: Row, inputs: Sequence[Array], threads: int) -> Contender:
    """Value and gradient into arrays made beforehand."""
    if row.text not in LOSSES or row.task != "value and gradient":
        raise Cannot("scikit-learn has no such loss")
    loss = LOSSES[row.text]()
    y, z = inputs
    # A label is a floating point number here.
    y = np.ascontiguousarray(y, dtype=z.dtype)
    value, gradient = np.empty(row.shape[0], z.dtype), np.empty_like(z)
    return Contender(lambda: loss.loss_gradient(y, z, loss_out=value, gradient_out=gradient, n_threads=threads), tuple)
