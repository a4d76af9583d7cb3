"""Losses of similarities and of embeddings."""

from __future__ import annotations

from typing import Any

from mpmath import exp, fsum, log, sqrt


def info_nce(n: Any) -> Any:
    rows = [[s / n.temperature for s in row] for row in n.s]
    return fsum(log(fsum(map(exp, row))) - row[i] for i, row in enumerate(rows)) / len(rows)


def distance(u: Any, v: Any) -> Any:
    return sqrt(fsum((x - y) ** 2 for x, y in zip(u, v, strict=True)))


def contrastive_pair(n: Any) -> Any:
    far = distance(n.a, n.b)
    return far**2 / 2 if n.y == 1 else max(0, n.margin - far) ** 2 / 2


def cosine_embedding(n: Any) -> Any:
    lengths = distance(n.a, [0] * len(n.a)) * distance(n.b, [0] * len(n.b))
    cosine = fsum(x * y for x, y in zip(n.a, n.b, strict=True)) / lengths if lengths else 0
    return 1 - cosine if n.y == 1 else max(0, cosine - n.margin)


def multi_positive_nce(n: Any) -> Any:
    if not any(n.t):
        return 0
    powers = [exp(s / n.temperature) for s in n.s]
    return log(fsum(powers)) - log(fsum(x for x, t in zip(powers, n.t, strict=True) if t))


def circle(n: Any) -> Any:
    def power(s: Any, partner: Any) -> Any:
        if partner:
            return exp(-n.scale * max(0, 1 + n.margin - s) * (s - (1 - n.margin)))
        return exp(n.scale * max(0, s + n.margin) * (s - n.margin))

    kinds = [fsum(power(s, kind) for s, t in zip(n.s, n.t, strict=True) if t == kind) for kind in (0, 1)]
    return log(1 + kinds[0] * kinds[1])


FORMULAS = {
    "circle": circle,
    "contrastive_pair": contrastive_pair,
    "cosine_embedding": cosine_embedding,
    "info_nce": info_nce,
    "multi_positive_nce": multi_positive_nce,
    "triplet": lambda n: max(0, distance(n.a, n.p) - distance(n.a, n.n) + n.margin),
}
