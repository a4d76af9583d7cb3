"""Losses of a list of scores z and relevances."""

from __future__ import annotations

from typing import Any

from mpmath import exp, fsum, log


def approx_ndcg(n: Any) -> Any:
    places = range(len(n.z))
    if max(n.rel) == 0:
        return 0
    ranks = [1 + fsum(1 / (1 + exp((n.z[i] - n.z[j]) / n.temperature)) for j in places if j != i) for i in places]
    gained = fsum((2**r - 1) / log(1 + rank, 2) for r, rank in zip(n.rel, ranks, strict=True))
    best = fsum((2**r - 1) / log(2 + i, 2) for i, r in enumerate(sorted(n.rel, reverse=True)))
    return 1 - gained / best


FORMULAS = {"approx_ndcg": approx_ndcg}
