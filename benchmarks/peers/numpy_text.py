"""The losses as one writes them in NumPy: value and derivatives by hand, whole arrays at a time, one thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy
from scipy.special import expit

from benchmarks.contender import Cannot, Contender
from benchmarks.rows import Array, Row

NAME = "NumPy"
SUMMED = False
EXACT = True
SPINS = False


def version() -> str:
    return f"numpy {np.__version__}, scipy {scipy.__version__}"


def contender(row: Row, inputs: Sequence[Array], threads: int) -> Contender:
    """NumPy text has no argument for results; what it allocates is part of what it costs."""
    if row.text == "approx_ndcg":
        raise Cannot("whole arrays of pairs, several of 0.8 GB; nobody writes it so")
    text = LOSSES[row.text]
    return Contender(lambda: text(*inputs), tuple)


def _binary_cross_entropy(y: Array, z: Array) -> tuple[Any, ...]:
    return np.logaddexp(0, z) - y * z, expit(z) - y


def _squared_error(y: Array, z: Array) -> tuple[Any, ...]:
    r = z - y
    return 0.5 * r * r, r


def _huber(y: Array, z: Array) -> tuple[Any, ...]:
    r = z - y
    size = np.abs(r)
    return np.where(size <= 1, 0.5 * r * r, size - 0.5), np.clip(r, -1, 1)


def _quantile(y: Array, z: Array) -> tuple[Any, ...]:
    r = y - z
    return np.maximum(0.5 * r, -0.5 * r), np.where(r > 0, -0.5, np.where(r < 0, 0.5, 0.0)).astype(z.dtype)


def _poisson(y: Array, z: Array) -> tuple[Any, ...]:
    mean = np.exp(z)
    return mean - y * z, mean - y


def _gamma(y: Array, z: Array) -> tuple[Any, ...]:
    ratio = y * np.exp(-z)
    return z + ratio, 1 - ratio


def _tweedie(y: Array, z: Array) -> tuple[Any, ...]:
    power = 1.5
    a, b = np.exp((2 - power) * z), y * np.exp((1 - power) * z)
    return a / (2 - power) - b / (1 - power), a - b


def _focal(y: Array, z: Array) -> tuple[Any, ...]:
    # With q the probability of the true class and u = 2y - 1: the derivatives of -(1 - q)^2 log q by z.
    u = 2 * y - 1
    q = expit(u * z)
    missing, log_q = 1 - q, -np.logaddexp(0, -u * z)
    weight = (0.25 * y + 0.75 * (1 - y)) * missing**2
    bracket = 2 * q * log_q - missing
    return weight * u * bracket, weight * q * (missing * (2 * log_q + 3) - 2 * bracket)


def _softmax_labels(c: Array, z: Array) -> tuple[Any, ...]:
    rows = np.arange(len(z))
    shifted = z - z.max(axis=1, keepdims=True)
    weights = np.exp(shifted)
    total = weights.sum(axis=1, keepdims=True)
    gradient = weights / total
    gradient[rows, c] -= 1
    return np.log(total[:, 0]) - shifted[rows, c], gradient


def _softmax_dense(t: Array, z: Array) -> tuple[Any, ...]:
    shifted = z - z.max(axis=1, keepdims=True)
    weights = np.exp(shifted)
    total = weights.sum(axis=1, keepdims=True)
    return (t * (np.log(total) - shifted)).sum(axis=1), weights / total - t


def _dice(t: Array, z: Array) -> tuple[Any, ...]:
    p = expit(z)
    above = 2 * (p * t).sum(axis=-1, keepdims=True) + 1
    below = p.sum(axis=-1, keepdims=True) + t.sum(axis=-1, keepdims=True) + 1
    return 1 - (above / below)[:, 0], (above / below - 2 * t) / below * p * (1 - p)


def _info_nce(s: Array) -> tuple[Any, ...]:
    n, temperature = len(s), 0.1
    scaled = s / temperature
    shifted = scaled - scaled.max(axis=1, keepdims=True)
    weights = np.exp(shifted)
    total = weights.sum(axis=1, keepdims=True)
    gradient = weights / total
    gradient[np.arange(n), np.arange(n)] -= 1
    return np.mean(np.log(total[:, 0]) - np.diagonal(shifted)), gradient / (temperature * n)


def _normal(y: Array, mu: Array, s: Array) -> tuple[Any, ...]:
    precision = np.exp(-2 * s)
    r = mu - y
    a, b = r * precision, r * r * precision
    return a, 1 - b, precision, -2 * a, 2 * b


LOSSES: dict[str, Callable[..., tuple[Any, ...]]] = {
    "binary_cross_entropy": _binary_cross_entropy,
    "squared_error": _squared_error,
    "huber": _huber,
    "quantile": _quantile,
    "poisson": _poisson,
    "gamma": _gamma,
    "tweedie": _tweedie,
    "focal": _focal,
    "softmax_labels": _softmax_labels,
    "softmax_dense": _softmax_dense,
    "dice": _dice,
    "info_nce": _info_nce,
    "normal": _normal,
}
