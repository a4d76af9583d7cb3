"""Margin losses of PyTorch, scikit-learn, optax and Keras."""

from __future__ import annotations

from .regression import keras_loss, optax_function, scikit_learn_sgd, torch_function

PEERS = {
    "Hinge": keras_loss("Hinge"),
    "ModifiedHuber": scikit_learn_sgd("ModifiedHuber"),
    "SoftMarginLoss": torch_function("soft_margin_loss"),
    "SquaredHinge": keras_loss("SquaredHinge"),
    "hinge_loss": optax_function("hinge_loss"),
    "perceptron_loss": optax_function("perceptron_loss"),
}
