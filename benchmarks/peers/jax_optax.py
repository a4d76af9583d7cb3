"""JAX: ``jit(value_and_grad(loss))``, with optax's losses where it has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from benchmarks.contender import Contender
from benchmarks.rows import Array, Row

NAME = "JAX"
SUMMED = True
EXACT = True
SPINS = True

jax.config.update("jax_enable_x64", True)


def version() -> str:
    return f"jax {jax.__version__}, optax {optax.__version__}"


def contender(row: Row, inputs: Sequence[Array], threads: int) -> Contender:
    """The row's results as one compiled function; threads are set before the process starts."""
    count = row.predictions
    given = [jnp.asarray(array) for array in inputs]
    arguments = (*given[len(given) - count :], *given[: len(given) - count])
    compiled = jax.jit(TASKS[row.task](_predictions_first(LOSSES[row.text], count), count))
    return Contender(lambda: jax.block_until_ready(compiled(*arguments)), lambda made: [np.asarray(r) for r in made])


def _predictions_first(text: Callable[..., Any], count: int) -> Callable[..., Any]:
    return lambda *arguments: text(*arguments[count:], *arguments[:count])


def _value_and_gradient(loss: Callable[..., Any], count: int) -> Callable[..., Any]:
    both = jax.value_and_grad(loss, argnums=tuple(range(count)))

    def results(*arguments: Any) -> Any:
        value, gradients = both(*arguments)
        return value, *gradients

    return results


def _gradient_and_hessian(loss: Callable[..., Any], count: int) -> Callable[..., Any]:
    first = jax.grad(loss)

    def sum_of_slopes(*arguments: Any) -> Any:
        gradient = first(*arguments)
        return gradient.sum(), gradient

    second = jax.grad(sum_of_slopes, has_aux=True)

    def results(*arguments: Any) -> Any:
        hessian, gradient = second(*arguments)
        return gradient, hessian

    return results


def _gradient_and_matrix(loss: Callable[..., Any], count: int) -> Callable[..., Any]:
    places = tuple(range(count))
    first = jax.grad(loss, argnums=places)

    def results(*arguments: Any) -> Any:
        upper: list[Any] = []
        for place in places:
            by_all = jax.grad(lambda *a, place=place: first(*a)[place].sum(), argnums=places)
            upper += by_all(*arguments)[place:]
        return *first(*arguments), *upper

    return results


TASKS = {
    "value and gradient": _value_and_gradient,
    "gradient and Hessian": _gradient_and_hessian,
    "gradient and Hessian matrix": _gradient_and_matrix,
}


def _dice(t: Any, z: Any) -> Any:
    p = jax.nn.sigmoid(z)
    return (1 - (2 * (p * t).sum(-1) + 1) / (p.sum(-1) + t.sum(-1) + 1)).sum()


def _info_nce(s: Any) -> Any:
    return optax.softmax_cross_entropy_with_integer_labels(s / 0.1, jnp.arange(len(s))).mean()


def _approx_ndcg(relevance: Any, z: Any) -> Any:
    rank = 0.5 + jax.nn.sigmoid((z[:, None, :] - z[:, :, None]) / 0.1).sum(-1)
    found = ((2**relevance - 1) / jnp.log2(1 + rank)).sum(-1)
    place = jnp.log2(jnp.arange(2, 2 + z.shape[-1], dtype=z.dtype))
    ideal = ((2 ** -jnp.sort(-relevance, axis=-1) - 1) / place).sum(-1)
    return jnp.where(ideal > 0, 1 - found / ideal, 0.0).sum()


LOSSES: dict[str, Callable[..., Any]] = {
    "binary_cross_entropy": lambda y, z: optax.sigmoid_binary_cross_entropy(z, y).sum(),
    "squared_error": lambda y, z: optax.l2_loss(z, y).sum(),
    "huber": lambda y, z: optax.huber_loss(z, y).sum(),
    "quantile": lambda y, z: jnp.maximum(0.5 * (y - z), -0.5 * (y - z)).sum(),
    "poisson": lambda y, z: (jnp.exp(z) - y * z).sum(),
    "gamma": lambda y, z: (z + y * jnp.exp(-z)).sum(),
    "tweedie": lambda y, z: (jnp.exp(0.5 * z) / 0.5 + y * jnp.exp(-0.5 * z) / 0.5).sum(),
    "focal": lambda y, z: optax.sigmoid_focal_loss(z, y, alpha=0.25, gamma=2.0).sum(),
    "softmax_labels": lambda c, z: optax.softmax_cross_entropy_with_integer_labels(z, c).sum(),
    "softmax_dense": lambda t, z: optax.softmax_cross_entropy(z, t).sum(),
    "dice": _dice,
    "info_nce": _info_nce,
    "approx_ndcg": _approx_ndcg,
    "normal": lambda y, mu, s: (s + 0.5 * (y - mu) ** 2 * jnp.exp(-2 * s)).sum(),
}
