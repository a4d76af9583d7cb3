"""Losses of the margin y*f, with y = -1 or 1."""

from __future__ import annotations

FORMULAS = {
    "hinge": lambda n: max(0, 1 - n.y * n.f),
    "squared_hinge": lambda n: max(0, 1 - n.y * n.f) ** 2,
}
