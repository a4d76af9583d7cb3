"""Losses of the margin y*f, with y = -1 or 1."""

from __future__ import annotations

from mpmath import mpf

FORMULAS = {
    "hinge": lambda n: max(0, 1 - n.y * n.f),
    "squared_hinge": lambda n: max(0, 1 - n.y * n.f) ** 2,
    "zero_one": lambda n: mpf(n.f <= 0 if n.y > 0 else n.f >= 0),
}
