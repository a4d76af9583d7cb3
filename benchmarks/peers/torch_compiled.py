"""``torch.compile`` around `torch.func`: forward and backward fused into one graph, in C++ by Inductor.

The quickest of the ways tried: a compiled loss with a call of ``backward`` takes twice as long (float64, 1e6 samples).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from benchmarks.contender import Contender
from benchmarks.peers.torch_text import loss_of, numbers, targets_and_predictions, version
from benchmarks.rows import Array, Row

NAME = "torch.compile"
SUMMED = True
EXACT = True
SPINS = True

__all__ = ["EXACT", "NAME", "SPINS", "SUMMED", "contender", "version"]


def contender(row: Row, inputs: Sequence[Array], threads: int) -> Contender:
    """The row's results as one compiled function."""
    targets, predictions = targets_and_predictions(row, inputs, threads)
    torch._dynamo.reset()
    compiled = torch.compile(TASKS[row.task](loss_of(row), len(predictions)), fullgraph=True, dynamic=False)

    def run() -> Any:
        with torch.no_grad():
            return compiled(*predictions, *targets)

    return Contender(run, numbers)


def _value_and_gradient(loss: Callable[..., Any], count: int) -> Callable[..., Any]:
    both = torch.func.grad_and_value(loss, argnums=tuple(range(count)))

    def results(*arguments: Any) -> Any:
        gradients, value = both(*arguments)
        return value, *gradients

    return results


def _gradient_and_hessian(loss: Callable[..., Any], count: int) -> Callable[..., Any]:
    first = torch.func.grad(loss)

    def sum_of_slopes(*arguments: Any) -> Any:
        gradient = first(*arguments)
        return gradient.sum(), gradient

    second = torch.func.grad(sum_of_slopes, has_aux=True)

    def results(*arguments: Any) -> Any:
        hessian, gradient = second(*arguments)
        return gradient, hessian

    return results


def _gradient_and_matrix(loss: Callable[..., Any], count: int) -> Callable[..., Any]:
    first = torch.func.grad(loss, argnums=tuple(range(count)))

    def results(*arguments: Any) -> Any:
        upper: list[Any] = []
        for place in range(count):
            by_all = torch.func.grad(lambda *a, place=place: first(*a)[place].sum(), argnums=tuple(range(count)))
            upper += by_all(*arguments)[place:]
        return *first(*arguments), *upper

    return results


TASKS = {
    "value and gradient": _value_and_gradient,
    "gradient and Hessian": _gradient_and_hessian,
    "gradient and Hessian matrix": _gradient_and_matrix,
}
