"""Train a linear classifier of handwritten digits with a loss of one's own.

The loss is softmax cross-entropy with a temperature and label smoothing, declared in a few lines. symloss derives its
gradient and its Hessian-vector product, makes them stable and compiles them; SciPy does the rest.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.optimize import minimize

import symloss as sl

DATA = Path(__file__).parent / "data" / "optdigits.csv.gz"
HELD_OUT = 450
PENALTY = 1e-4
SETTINGS = {"temperature": 0.5, "smoothing": 0.05}

Array = NDArray[np.float64]


# The loss: a class c out of K, one logit per class.
K = sl.axis("K")
j, k = K.indices("j k")
c = sl.label("c", K)
z = sl.prediction("z", K)
temperature = sl.parameter("temperature", default=1.0, domain=sl.Positive)
smoothing = sl.parameter("smoothing", default=0.1, domain=sl.Unit)


def log_probability(index: sp.Expr) -> sp.Expr:
    """The logarithm of the softmax of z/temperature."""
    return z[index] / temperature - sl.logsumexp(z[j] / temperature, j)


smooth_cross_entropy = sl.register(
    sl.Loss(
        "smooth_cross_entropy",
        -(1 - smoothing) * log_probability(c) - smoothing / K.size * sp.Sum(log_probability(k), k),
        link="softmax",
        doc="Softmax cross-entropy with a temperature, towards targets mixed with the uniform distribution.",
    )
)


class LinearClassifier:
    """Mean loss of the logits X @ W plus a penalty, as a function of the flat W; the derivatives SciPy asks for."""

    def __init__(self, loss: sl.Loss, images: Array, digits: NDArray[np.int64]) -> None:
        self.loss, self.images, self.digits = loss, images, digits
        self.shape = (images.shape[1], 10)

    def value_and_gradient(self, flat: Array) -> tuple[float, Array]:
        weights = flat.reshape(self.shape)
        value, slope = self.loss.value_and_gradient(self.digits, self.images @ weights, **SETTINGS)
        gradient = self.images.T @ slope / len(self.digits) + PENALTY * weights
        return float(value.mean()) + PENALTY / 2 * float(flat @ flat), gradient.ravel()

    def hessian_product(self, flat: Array, direction: Array) -> Array:
        weights, moved = flat.reshape(self.shape), direction.reshape(self.shape)
        product = self.loss.hvp(self.digits, self.images @ weights, self.images @ moved, **SETTINGS)
        result: Array = (self.images.T @ product / len(self.digits) + PENALTY * moved).ravel()
        return result


def read_digits() -> tuple[Array, NDArray[np.int64]]:
    """Images with values in [0, 1] and a constant column, and their digits, in an order of their own."""
    table = np.loadtxt(DATA, delimiter=",")
    table = np.random.default_rng(0).permutation(table)
    images = np.column_stack([table[:, :-1] / 16, np.ones(len(table))])
    return images, table[:, -1].astype(np.int64)


def main() -> None:
    loss = sl.get("smooth_cross_entropy")
    print(loss, loss.derivation(), sep="\n\n", end="\n\n")

    images, digits = read_digits()
    model = LinearClassifier(loss, images[HELD_OUT:], digits[HELD_OUT:])
    weights = np.zeros(model.shape).ravel()

    start = time.perf_counter()
    model.value_and_gradient(weights)
    model.hessian_product(weights, weights)
    print(f"kernels ready        {time.perf_counter() - start:6.2f} s (compiled, or loaded from the cache)")

    for method, options in {"L-BFGS-B": {"maxiter": 200}, "Newton-CG": {"maxiter": 50, "xtol": 1e-8}}.items():
        start = time.perf_counter()
        product = {"hessp": model.hessian_product} if method == "Newton-CG" else {}
        found = minimize(model.value_and_gradient, weights, jac=True, method=method, options=options, **product)
        weights = found.x
        steepest = np.abs(model.value_and_gradient(weights)[1]).max()
        print(
            f"{method:<20} {time.perf_counter() - start:6.2f} s, {found.nit:3d} iterations: "
            f"objective {found.fun:.9f}, largest slope {steepest:.1e}"
        )

    guessed = (images[:HELD_OUT] @ weights.reshape(model.shape)).argmax(axis=1)
    accuracy = float((guessed == digits[:HELD_OUT]).mean())
    print(f"held-out accuracy    {accuracy:.1%} of {HELD_OUT} images")


if __name__ == "__main__":
    main()
