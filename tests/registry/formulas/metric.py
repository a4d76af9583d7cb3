"""Metrics of a whole data set: targets y (or relevances rel) and scores f (or z).

Accuracy is of one row of scores, and zero_one, which stands in the family of the margin, of one number.
"""

from __future__ import annotations

from typing import Any

import mpmath
from mpmath import exp, floor, fsum, log, mpf, sqrt


def accuracy(n: Any) -> Any:
    return mpf(max(range(len(n.z)), key=lambda k: (n.z[k], -k)) == n.c)


def counts(n: Any) -> tuple[Any, Any, Any]:
    """Positives found, predicted and there."""
    chosen = [f > n.threshold for f in n.f]
    return fsum(y for y, c in zip(n.y, chosen, strict=True) if c), mpf(sum(chosen)), fsum(n.y)


def ratio(a: Any, b: Any) -> Any:
    return a / b if b else mpf(0)


def precision(n: Any) -> Any:
    found, predicted, _ = counts(n)
    return ratio(found, predicted)


def recall(n: Any) -> Any:
    found, _, there = counts(n)
    return ratio(found, there)


def f1(n: Any) -> Any:
    p, r = precision(n), recall(n)
    return ratio(2 * p * r, p + r)


def auc(n: Any) -> Any:
    """The area by the trapezoidal rule, threshold by threshold."""
    positives, negatives = fsum(n.y), len(n.y) - fsum(n.y)
    if not positives or not negatives:
        return mpmath.nan
    area, hits, alarms = mpf(0), mpf(0), mpf(0)
    for threshold in sorted(set(n.f), reverse=True):
        new_hits = fsum(y for y, f in zip(n.y, n.f, strict=True) if f == threshold)
        new_alarms = fsum(1 - y for y, f in zip(n.y, n.f, strict=True) if f == threshold)
        area += new_alarms * (hits + new_hits / 2)
        hits, alarms = hits + new_hits, alarms + new_alarms
    return area / (positives * negatives)


def average_precision(n: Any) -> Any:
    """Precision at every threshold, weighted by what recall gains there."""
    positives = fsum(n.y)
    area, before = mpf(0), mpf(0)
    for threshold in sorted(set(n.f), reverse=True):
        above = [y for y, f in zip(n.y, n.f, strict=True) if f >= threshold]
        area += (fsum(above) - before) * fsum(above) / len(above)
        before = fsum(above)
    return ratio(area, positives)


def gains(n: Any, key: Any) -> Any:
    """The sum of discounted gains in descending order of the key, the mean over all orders of what is level."""
    total, place = mpf(0), 0
    for value in sorted(set(key), reverse=True):
        run = [(r if n.linear else 2**r - 1) for r, k in zip(n.rel, key, strict=True) if k == value]
        for position in range(place, place + len(run)):
            total += fsum(run) / len(run) / log(position + 2, 2) if position < n.top else 0
        place += len(run)
    return total


def ndcg(n: Any) -> Any:
    return gains(n, n.z) / gains(n, n.rel) if max(n.rel) > 0 else mpf(0)


def rmse(n: Any) -> Any:
    return sqrt(fsum((y - f) ** 2 for y, f in zip(n.y, n.f, strict=True)) / len(n.y))


def r2(n: Any) -> Any:
    mean = fsum(n.y) / len(n.y)
    left = fsum((y - f) ** 2 for y, f in zip(n.y, n.f, strict=True))
    spread = fsum((y - mean) ** 2 for y in n.y)
    if min(n.y) == max(n.y):
        return mpf(left == 0)
    return 1 - left / spread


def expected_calibration_error(n: Any) -> Any:
    bins: dict[Any, list[tuple[Any, Any]]] = {}
    for y, f in zip(n.y, n.f, strict=True):
        p = 1 / (1 + exp(-f))
        bins.setdefault(min(floor(p * n.n_bins), n.n_bins - 1), []).append((p, y))
    gap = [abs(fsum(p for p, _ in inside) - fsum(y for _, y in inside)) for inside in bins.values()]
    return fsum(gap) / len(n.y)


def zero_one(n: Any) -> Any:
    return mpf(n.f <= 0 if n.y > 0 else n.f >= 0)


FORMULAS = {
    "zero_one": zero_one,
    "accuracy": accuracy,
    "precision": precision,
    "recall": recall,
    "f1": f1,
    "auc": auc,
    "average_precision": average_precision,
    "ndcg": ndcg,
    "rmse": rmse,
    "r2": r2,
    "expected_calibration_error": expected_calibration_error,
}
