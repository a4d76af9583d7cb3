"""Overlap of a row of pixels with a mask."""

from __future__ import annotations

from typing import Any

from mpmath import exp, fsum


def dice(n: Any) -> Any:
    p = [1 / (1 + exp(-z)) for z in n.z]
    overlap = fsum(a * b for a, b in zip(p, n.t, strict=True))
    return 1 - (2 * overlap + n.smooth) / (fsum(p) + fsum(n.t) + n.smooth)


FORMULAS = {"dice": dice}
