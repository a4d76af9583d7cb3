"""PyTorch as it is: every operation a kernel of its own, derivatives by autograd."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from benchmarks.contender import Contender
from benchmarks.peers.torch_text import loss_of, numbers, targets_and_predictions, version
from benchmarks.rows import Array, Row

NAME = "PyTorch"
SUMMED = True
EXACT = True
SPINS = True

__all__ = ["EXACT", "NAME", "SPINS", "SUMMED", "contender", "version"]


def contender(row: Row, inputs: Sequence[Array], threads: int) -> Contender:
    """Forward and backward; twice where second derivatives are asked for."""
    targets, predictions = targets_and_predictions(row, inputs, threads)
    for prediction in predictions:
        prediction.requires_grad_()
    loss = loss_of(row)
    run = TASKS[row.task]
    return Contender(lambda: run(loss, predictions, targets), numbers)


def _value_and_gradient(loss: Callable[..., Any], predictions: Any, targets: Any) -> list[Any]:
    value = loss(*predictions, *targets)
    return [value, *torch.autograd.grad(value, predictions)]


def _gradient_and_hessian(loss: Callable[..., Any], predictions: Any, targets: Any) -> list[Any]:
    # Samples do not depend on each other, so that the gradient of a sum of slopes is the diagonal.
    (gradient,) = torch.autograd.grad(loss(*predictions, *targets), predictions, create_graph=True)
    return [gradient, *torch.autograd.grad(gradient.sum(), predictions)]


def _gradient_and_matrix(loss: Callable[..., Any], predictions: Any, targets: Any) -> list[Any]:
    first = torch.autograd.grad(loss(*predictions, *targets), predictions, create_graph=True)
    upper: list[Any] = []
    for place, slope in enumerate(first):
        upper += torch.autograd.grad(slope.sum(), predictions[place:], retain_graph=True)
    return [*first, *upper]


TASKS = {
    "value and gradient": _value_and_gradient,
    "gradient and Hessian": _gradient_and_hessian,
    "gradient and Hessian matrix": _gradient_and_matrix,
}
