"""Losses of a row of logits z."""

from __future__ import annotations

from typing import Any

from mpmath import exp, fsum, log, mpf


def softmax(z: Any) -> list[Any]:
    total = fsum(map(exp, z))
    return [exp(entry) / total for entry in z]


def softmax_cross_entropy(n: Any) -> Any:
    total = log(fsum(map(exp, n.z)))
    return fsum(t * (total - z) for t, z in zip(n.t, n.z, strict=True))


def label_smoothing(n: Any) -> Any:
    smoothed = [n.epsilon / len(n.z) + (1 - n.epsilon) * (k == int(n.c)) for k in range(len(n.z))]
    return fsum(-t * log(p) for t, p in zip(smoothed, softmax(n.z), strict=True))


def softmax_focal(n: Any) -> Any:
    p = softmax(n.z)[int(n.c)]
    return -((1 - p) ** n.gamma) * log(p)


def one_vs_rest(n: Any) -> Any:
    return fsum(log(1 + exp(-z if k == int(n.c) else z)) for k, z in enumerate(n.z))


def ranked_probability_score(n: Any) -> Any:
    p = softmax(n.z)
    return fsum((fsum(p[: k + 1]) - (int(n.c) <= k)) ** 2 for k in range(len(p)))


def multiclass_hinge(n: Any) -> Any:
    rivals = [1 + z - n.z[int(n.c)] for k, z in enumerate(n.z) if k != int(n.c)]
    return max(0, *rivals)


def ordered(c: Any, at_most: list[Any]) -> Any:
    """Minus the logarithm of a class's probability, from the probabilities of classes up to each but the last."""
    cumulative = [0, *at_most, 1]
    return -log(cumulative[int(c) + 1] - cumulative[int(c)])


def proportional_odds(n: Any) -> Any:
    return ordered(n.c, [1 / (1 + exp(n.f - threshold)) for threshold in n.thresholds])


def ordinal_logistic(n: Any) -> Any:
    gaps = [log(1 + exp(z)) for z in n.z[1:]]
    return ordered(n.c, [1 / (1 + exp(-n.z[0] - fsum(gaps[:k]))) for k in range(len(n.z))])


def sparsemax(n: Any) -> Any:
    """By the definition: over every support that a projection may have, the largest of p.z - p.p/2."""
    z, best = sorted(n.z, reverse=True), None
    for size in range(1, len(z) + 1):
        shift = (fsum(z[:size]) - 1) / size
        p = [x - shift for x in z[:size]]
        if min(p) >= 0:
            value = fsum(q * x - q**2 / 2 for q, x in zip(p, z, strict=False))
            best = value if best is None else max(best, value)
    return best - n.z[int(n.c)] + mpf(1) / 2


FORMULAS = {
    "cross_entropy_probability": lambda n: fsum(-t * log(p) for t, p in zip(n.t, n.p, strict=True) if t),
    "generalised_cross_entropy": lambda n: (1 - softmax(n.z)[int(n.c)] ** n.q) / n.q,
    "label_smoothing": label_smoothing,
    "multiclass_hinge": multiclass_hinge,
    "ordinal_logistic": ordinal_logistic,
    "one_vs_rest_cross_entropy": one_vs_rest,
    "proportional_odds": proportional_odds,
    "ranked_probability_score": ranked_probability_score,
    "softmax_cross_entropy": softmax_cross_entropy,
    "softmax_focal": softmax_focal,
    "softmax_squared_error": lambda n: fsum((p - t) ** 2 for p, t in zip(softmax(n.z), n.t, strict=True)) / 2,
    "sparsemax": sparsemax,
    "sparse_cross_entropy_probability": lambda n: -log(n.p[int(n.c)]),
    "sparse_softmax_cross_entropy": lambda n: log(fsum(map(exp, n.z))) - n.z[int(n.c)],
}
