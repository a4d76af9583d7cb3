"""Losses of a row of logits z."""

from __future__ import annotations

from typing import Any

from mpmath import exp, fsum, log


def softmax(z: Any) -> list[Any]:
    total = fsum(map(exp, z))
    return [exp(entry) / total for entry in z]


def softmax_cross_entropy(n: Any) -> Any:
    total = log(fsum(map(exp, n.z)))
    return fsum(t * (total - z) for t, z in zip(n.t, n.z, strict=True))


FORMULAS = {
    "softmax_cross_entropy": softmax_cross_entropy,
    "softmax_squared_error": lambda n: fsum((p - t) ** 2 for p, t in zip(softmax(n.z), n.t, strict=True)) / 2,
    "sparse_softmax_cross_entropy": lambda n: log(fsum(map(exp, n.z))) - n.z[int(n.c)],
}
