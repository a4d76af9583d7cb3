"""The losses as one writes them in PyTorch, with its own functions where it has them: sums over all samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F

from benchmarks.rows import Array, Row

Tensor = Any


def _focal(y: Tensor, z: Tensor) -> Tensor:
    # torchvision's sigmoid_focal_loss
    p, cross_entropy = torch.sigmoid(z), F.binary_cross_entropy_with_logits(z, y, reduction="none")
    missing = 1 - (p * y + (1 - p) * (1 - y))
    return ((0.25 * y + 0.75 * (1 - y)) * missing**2 * cross_entropy).sum()


def _dice(t: Tensor, z: Tensor) -> Tensor:
    p = torch.sigmoid(z)
    return (1 - (2 * (p * t).sum(-1) + 1) / (p.sum(-1) + t.sum(-1) + 1)).sum()


def _info_nce(s: Tensor) -> Tensor:
    return F.cross_entropy(s / 0.1, torch.arange(len(s)))


def _approx_ndcg(relevance: Tensor, z: Tensor) -> Tensor:
    rank = 0.5 + torch.sigmoid((z[:, None, :] - z[:, :, None]) / 0.1).sum(-1)
    found = ((2**relevance - 1) / torch.log2(1 + rank)).sum(-1)
    place = torch.log2(torch.arange(2, 2 + z.shape[-1], dtype=z.dtype))
    ideal = ((2 ** relevance.sort(-1, descending=True).values - 1) / place).sum(-1)
    return torch.where(ideal > 0, 1 - found / ideal, 0.0).sum()


def _normal(y: Tensor, mu: Tensor, s: Tensor) -> Tensor:
    return (s + 0.5 * (y - mu) ** 2 * torch.exp(-2 * s)).sum()


LOSSES: dict[str, Callable[..., Tensor]] = {
    "binary_cross_entropy": lambda y, z: F.binary_cross_entropy_with_logits(z, y, reduction="sum"),
    "squared_error": lambda y, z: F.mse_loss(z, y, reduction="sum") / 2,
    "huber": lambda y, z: F.huber_loss(z, y, reduction="sum"),
    "quantile": lambda y, z: torch.maximum(0.5 * (y - z), -0.5 * (y - z)).sum(),
    "poisson": lambda y, z: F.poisson_nll_loss(z, y, reduction="sum"),
    "gamma": lambda y, z: (z + y * torch.exp(-z)).sum(),
    "tweedie": lambda y, z: (torch.exp(0.5 * z) / 0.5 + y * torch.exp(-0.5 * z) / 0.5).sum(),
    "focal": _focal,
    "softmax_labels": lambda c, z: F.cross_entropy(z, c, reduction="sum"),
    "softmax_dense": lambda t, z: F.cross_entropy(z, t, reduction="sum"),
    "dice": _dice,
    "info_nce": _info_nce,
    "approx_ndcg": _approx_ndcg,
    "normal": _normal,
}


def version() -> str:
    """PyTorch's own."""
    return f"torch {torch.__version__}"


def targets_and_predictions(row: Row, inputs: Sequence[Array], threads: int) -> tuple[list[Tensor], list[Tensor]]:
    """The inputs of a row as tensors, after PyTorch has been told how many threads to take."""
    torch.set_num_threads(threads)
    given = [torch.from_numpy(array) for array in inputs]  # sharing their memory
    return given[: -row.predictions], given[-row.predictions :]


def loss_of(row: Row) -> Callable[..., Tensor]:
    """The loss of a row, of its predictions first: what is differentiated."""
    text, count = LOSSES[row.text], row.predictions
    return lambda *arguments: text(*arguments[count:], *arguments[:count])


def numbers(made: Sequence[Tensor]) -> list[Array]:
    """Results as NumPy arrays."""
    return [result.detach().numpy() for result in made]
