"""Losses of embeddings of PyTorch."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from . import Peer


def cosine_embedding(torch: Any, n: SimpleNamespace) -> Any:
    function, (a, b, y) = torch.nn.functional.cosine_embedding_loss, map(torch.tensor, (n.a, n.b, n.y))
    return function(a, b, y, margin=n.margin, reduction="none").numpy()


PEERS = {
    # It adds 1e-12 to the squared lengths.
    "CosineEmbeddingLoss": Peer("torch", cosine_embedding, rtol=1e-10),
}
