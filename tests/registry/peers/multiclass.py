"""Losses of a row of logits or probabilities of PyTorch, scikit-learn, optax, Keras, XGBoost and LightGBM."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

import numpy as np

from . import Peer
from .regression import SINGLE


def one_hot(n: SimpleNamespace, row: Any) -> Any:
    return np.eye(row.shape[-1])[n.c]


def torch_cross_entropy(torch: Any, n: SimpleNamespace) -> Any:
    smoothing = getattr(n, "epsilon", 0.0)
    function, classes = torch.nn.functional.cross_entropy, torch.tensor(n.c)
    return function(torch.tensor(n.z), classes, reduction="none", label_smoothing=smoothing).numpy()


def scikit_learn(losses: Any, n: SimpleNamespace) -> Any:
    return losses.HalfMultinomialLoss(n_classes=n.z.shape[-1]).loss(n.c.astype(float), n.z)


def optax_of_classes(name: str) -> Peer:
    def call(losses: Any, n: SimpleNamespace) -> Any:
        with importlib.import_module("jax").enable_x64(True):
            return np.asarray(getattr(losses, name)(n.z, n.c))

    return Peer("optax.losses", call)


def keras_of_logits(losses: Any, n: SimpleNamespace) -> Any:
    loss = losses.CategoricalFocalCrossentropy(gamma=n.gamma, from_logits=True, reduction="none")
    return np.asarray(loss(one_hot(n, n.z), n.z))


def keras_of_classes(losses: Any, n: SimpleNamespace) -> Any:
    return np.asarray(losses.SparseCategoricalCrossentropy(reduction="none")(n.c, n.p))


def keras_of_rows(losses: Any, n: SimpleNamespace) -> Any:
    return np.asarray(losses.CategoricalCrossentropy(reduction="none")(n.t, n.p))


def xgboost_gradient(objective: str) -> Peer:
    """From two rounds of training on one sample, whose trees are roots: -g/h without a penalty, -g/(h + 1) with one."""

    def call(xgboost: Any, n: SimpleNamespace) -> Any:
        return np.array([row(xgboost, z, c) for z, c in zip(n.z, n.c, strict=True)])

    def row(xgboost: Any, z: Any, c: int) -> Any:
        data = xgboost.DMatrix(np.zeros((1, 1)), [c], base_margin=z[None, :])
        plain, shrunk = (leaves(xgboost, data, len(z), penalty) for penalty in (0.0, 1.0))
        return plain * shrunk / (shrunk - plain)

    def leaves(xgboost: Any, data: Any, classes: int, penalty: float) -> Any:
        tree = {"eta": 1.0, "lambda": penalty, "min_child_weight": 0.0, "verbosity": 0}
        booster = xgboost.train({"objective": objective, "num_class": classes, **tree}, data, 1)
        return np.array([float(text.split("leaf=")[1].split(",")[0]) for text in booster.get_dump()])

    return Peer("xgboost", call, "gradient", 1e-4)


def lightgbm_gradient(objective: str) -> Peer:
    """From two rounds of training, as above. A tree of LightGBM needs two leaves, and weighs counts by Hessians.

    So the second sample has the same logits and another label: for one of the two classes g differs, and h is the same.
    """

    def call(lightgbm: Any, n: SimpleNamespace) -> Any:
        classes = range(n.z.shape[-1])
        return np.array([[entry(lightgbm, z, c, k) for k in classes] for z, c in zip(n.z, n.c, strict=True)])

    def entry(lightgbm: Any, z: Any, c: int, k: int) -> float:
        other = k if k != c else (c + 1) % len(z)
        plain, shrunk = (leaf(lightgbm, z, [c, other], k, penalty) for penalty in (0.0, 1.0))
        return plain * shrunk / (shrunk - plain)

    def leaf(lightgbm: Any, z: Any, labels: list[int], k: int, penalty: float) -> float:
        smallest = {"min_data_in_leaf": 1, "min_data_in_bin": 1, "min_sum_hessian_in_leaf": 0.0, "num_leaves": 2}
        exact = {"lambda_l2": penalty, "learning_rate": 1.0, "boost_from_average": False, "verbosity": -1}
        x, start = np.array([[0.0], [1.0]]), np.repeat(z, 2)  # class by class
        data = lightgbm.Dataset(x, labels, init_score=start, params=smallest)
        options = {"objective": objective, "num_class": len(z), "num_threads": 1, **smallest, **exact}
        return float(lightgbm.train(options, data, 1).predict(x, raw_score=True)[0, k])

    return Peer("lightgbm", call, "gradient", 1e-4)


PEERS = {
    "CategoricalCrossentropy": Peer("keras.losses", keras_of_rows, rtol=SINGLE),
    "CategoricalFocalCrossentropy": Peer("keras.losses", keras_of_logits, rtol=SINGLE),
    "CrossEntropyLoss": Peer("torch", torch_cross_entropy),
    "HalfMultinomialLoss": Peer("sklearn._loss.loss", scikit_learn),
    "SparseCategoricalCrossentropy": Peer("keras.losses", keras_of_classes, rtol=SINGLE),
    "label_smoothing": Peer("torch", torch_cross_entropy),
    "multi:softmax": xgboost_gradient("multi:softmax"),
    "multi:softprob": xgboost_gradient("multi:softprob"),
    "multiclass": lightgbm_gradient("multiclass"),
    "multiclass_hinge_loss": optax_of_classes("multiclass_hinge_loss"),
    "multiclass_sparsemax_loss": optax_of_classes("multiclass_sparsemax_loss"),
    "multiclassova": lightgbm_gradient("multiclassova"),
    "softmax_cross_entropy": Peer(
        "optax.losses", lambda losses, n: losses.softmax_cross_entropy(np.float32(n.z), np.float32(n.t)), rtol=SINGLE
    ),
    "softmax_cross_entropy_with_integer_labels": optax_of_classes("softmax_cross_entropy_with_integer_labels"),
}
