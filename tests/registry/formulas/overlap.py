"""Overlap of a row of pixels with a mask."""

from __future__ import annotations

from typing import Any

from mpmath import exp, fsum


def dice(n: Any) -> Any:
    p = [1 / (1 + exp(-z)) for z in n.z]
    overlap = fsum(a * b for a, b in zip(p, n.t, strict=True))
    return 1 - (2 * overlap + n.smooth) / (fsum(p) + fsum(n.t) + n.smooth)


def tversky(t: Any, z: Any, a: Any, b: Any) -> Any:
    """One minus the index, as the quotient of what is wrong by the whole: no difference of numbers near 1."""
    pairs = [(1 / (1 + exp(-x)), y) for x, y in zip(z, t, strict=True)]
    hits = fsum(p * y for p, y in pairs)
    wrong = a * fsum(p * (1 - y) for p, y in pairs) + b * fsum((1 - p) * y for p, y in pairs)
    return wrong / (hits + wrong)


FORMULAS = {
    "dice": dice,
    "focal_tversky": lambda n: tversky(n.t, n.z, n.a, n.b) ** (1 / n.gamma),
    "jaccard": lambda n: tversky(n.t, n.z, 1, 1),
    "tversky": lambda n: tversky(n.t, n.z, n.a, n.b),
}
