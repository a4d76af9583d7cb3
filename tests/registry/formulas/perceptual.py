"""Losses of feature maps, with axes channel and place."""

from __future__ import annotations

from typing import Any

from mpmath import fsum, sqrt


def pixels(maps: Any) -> list[Any]:
    """The row of channels at every place."""
    return list(zip(*maps, strict=True))


def perceptual(n: Any) -> Any:
    differences = [a - b for u, v in zip(pixels(n.z), pixels(n.y), strict=True) for a, b in zip(u, v, strict=True)]
    return fsum(d**2 for d in differences) / len(differences)


def scaled(row: Any) -> list[Any]:
    length = sqrt(fsum(x**2 for x in row))
    return [x / length for x in row] if length else row


def lpips(n: Any) -> Any:
    pairs = list(zip(pixels(n.z), pixels(n.y), strict=True))
    weighted = [w * (a - b) ** 2 for u, v in pairs for w, a, b in zip(n.weights, scaled(u), scaled(v), strict=True)]
    return fsum(weighted) / len(pairs)


FORMULAS = {"lpips": lpips, "perceptual": perceptual}
