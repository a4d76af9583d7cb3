"""Regression losses of scikit-learn, SciPy, statsmodels, optax, Keras, PyTorch, XGBoost and LightGBM."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

import numpy as np

from . import Peer
from ._boosters import lightgbm_peer, of_residual, xgboost_peer, xgboost_slope

os.environ.setdefault("KERAS_BACKEND", "jax")  # the one that is installed beside optax
SINGLE = 1e-5  # JAX computes in float32, as Keras does with it


def torch_function(name: str, prediction: str = "f", **options: str) -> Peer:
    """A function of torch.nn.functional of prediction and target; ``options`` are names of our parameters."""

    def call(torch: Any, n: SimpleNamespace) -> Any:
        function, given = getattr(torch.nn.functional, name), _parameters(n, options)
        return function(torch.tensor(getattr(n, prediction)), torch.tensor(n.y), reduction="none", **given).numpy()

    return Peer("torch", call)


def scikit_learn(name: str, **options: str) -> Peer:
    """A loss of sklearn._loss."""

    def call(loss: Any, n: SimpleNamespace) -> Any:
        return getattr(loss, name)(**_parameters(n, options)).loss(np.array(n.y), np.array(n.f))

    return Peer("sklearn._loss.loss", call)


def scikit_learn_sgd(name: str, *options: str) -> Peer:
    """A loss of SGDClassifier and SGDRegressor."""

    def call(losses: Any, n: SimpleNamespace) -> Any:
        loss = getattr(losses, name)(*(getattr(n, option) for option in options))
        return np.array([loss.py_loss(f, y) for y, f in zip(n.y, n.f, strict=True)])

    return Peer("sklearn.linear_model._sgd_fast", call)


def scikit_learn_metric(name: str) -> Peer:
    """A metric of scikit-learn, of every sample alone."""

    def call(metrics: Any, n: SimpleNamespace) -> Any:
        return np.array([getattr(metrics, name)([y], [f]) for y, f in zip(n.y, n.f, strict=True)])

    return Peer("sklearn.metrics", call)


def optax_function(name: str, **options: str) -> Peer:
    """A function of optax of prediction and target."""

    def call(losses: Any, n: SimpleNamespace) -> Any:
        return getattr(losses, name)(np.float32(n.f), np.float32(n.y), **_parameters(n, options))

    return Peer("optax.losses", call, rtol=SINGLE)


def keras_loss(name: str, **options: str) -> Peer:
    """A loss class of Keras, of targets and predictions with a last axis of one."""

    def call(losses: Any, n: SimpleNamespace) -> Any:
        loss = getattr(losses, name)(reduction="none", **_parameters(n, options))
        return np.asarray(loss(n.y[:, None], n.f[:, None]))

    return Peer("keras.losses", call, rtol=SINGLE)


def _parameters(n: SimpleNamespace, options: dict[str, str]) -> dict[str, Any]:
    return {theirs: getattr(n, ours) for theirs, ours in options.items()}


def tukey(norms: Any, n: SimpleNamespace) -> Any:
    return norms.TukeyBiweight(c=n.c).rho(n.f - n.y)


PEERS = {
    "AbsoluteError": scikit_learn("AbsoluteError"),
    "EpsilonInsensitive": scikit_learn_sgd("EpsilonInsensitive", "eps"),
    "HalfSquaredError": scikit_learn("HalfSquaredError"),
    "Huber": keras_loss("Huber", delta="delta").at(delta=0.6),
    "HuberLoss": torch_function("huber_loss", delta="delta").at(delta=0.6),
    "L1Loss": torch_function("l1_loss"),
    "LogCosh": keras_loss("LogCosh"),
    "MSELoss": torch_function("mse_loss"),
    "MeanAbsoluteError": keras_loss("MeanAbsoluteError"),
    "MeanSquaredError": keras_loss("MeanSquaredError"),
    "PinballLoss": scikit_learn("PinballLoss", quantile="q").at(q=0.3),
    "SmoothL1Loss": torch_function("smooth_l1_loss", beta="delta").at(delta=0.6),
    "SquaredEpsilonInsensitive": scikit_learn_sgd("SquaredEpsilonInsensitive", "eps"),
    "TukeyBiweight": Peer("statsmodels.robust.norms", tukey).at(c=1.5),
    "huber_loss": optax_function("huber_loss", delta="delta").at(delta=0.6),
    "l2_loss": optax_function("l2_loss"),
    "log_cosh": optax_function("log_cosh"),
    "mean_absolute_error": scikit_learn_metric("mean_absolute_error"),
    "mean_squared_error": scikit_learn_metric("mean_squared_error"),
    "mean_squared_log_error": scikit_learn_metric("mean_squared_log_error"),
    "pseudo_huber": Peer("scipy.special", lambda special, n: special.pseudo_huber(n.delta, n.f - n.y)).at(delta=0.6),
    "reg:absoluteerror": xgboost_slope("reg:absoluteerror"),
    "reg:pseudohubererror": xgboost_peer("reg:pseudohubererror", huber_slope="delta").at(delta=0.6),
    "reg:quantileerror": xgboost_slope("reg:quantileerror", quantile_alpha="q").at(q=0.3),
    "reg:squarederror": xgboost_peer("reg:squarederror"),
    "reg:squaredlogerror": xgboost_peer("reg:squaredlogerror"),
    "regression": lightgbm_peer("regression", of_residual),
    "regression_l1": lightgbm_peer("regression_l1", of_residual),
}
