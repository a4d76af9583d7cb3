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


def logistic(x: Any) -> Any:
    return 1 / (1 + exp(-x))


def descending(entries: Any) -> list[int]:
    """The items from the first to the last; equal ones keep their order."""
    return sorted(range(len(entries)), key=lambda n: -entries[n])


def ranknet(n: Any) -> Any:
    items = list(zip(n.rel, n.z, strict=True))
    return fsum(-log(logistic(z - u)) for r, z in items for q, u in items if r > q)


def listnet(n: Any) -> Any:
    first, total = fsum(map(exp, n.rel)), log(fsum(map(exp, n.z)))
    return fsum(exp(r) / first * (total - z) for r, z in zip(n.rel, n.z, strict=True))


def listmle(n: Any) -> Any:
    z = [n.z[item] for item in descending(n.rel)]
    return fsum(log(fsum(map(exp, z[place:]))) - z[place] for place in range(len(z)))


def lambda_ndcg(n: Any) -> Any:
    if max(n.rel) == 0:
        return 0
    discounts = [1 / log(place + 2, 2) for place in range(len(n.z))]
    given = dict(zip(descending(n.s), discounts, strict=True))
    best = fsum((2**r - 1) * d for r, d in zip(sorted(n.rel, reverse=True), discounts, strict=True))
    items = list(enumerate(zip(n.rel, n.z, strict=True)))
    return fsum(
        abs(2**r - 2**q) * abs(given[a] - given[b]) / best * log(1 + exp(u - z))
        for a, (r, z) in items
        for b, (q, u) in items
        if r > q
    )


def smooth_average_precision(n: Any) -> Any:
    relevant = [a for a, r in enumerate(n.rel) if r]
    if not relevant:
        return 0

    def rank(item: int, among: Any) -> Any:
        return 1 + fsum(logistic((n.z[other] - n.z[item]) / n.temperature) for other in among if other != item)

    return 1 - fsum(rank(a, relevant) / rank(a, range(len(n.z))) for a in relevant) / len(relevant)


def soft_auc(n: Any) -> Any:
    ups, downs = ([z for r, z in zip(n.rel, n.z, strict=True) if bool(r) == kind] for kind in (True, False))
    pairs = [logistic(down - up) for up in ups for down in downs]
    return fsum(pairs) / len(pairs) if pairs else 0


FORMULAS = {
    "approx_ndcg": approx_ndcg,
    "lambda_ndcg": lambda_ndcg,
    "listmle": listmle,
    "listnet": listnet,
    "ranknet": ranknet,
    "smooth_average_precision": smooth_average_precision,
    "soft_auc": soft_auc,
}
