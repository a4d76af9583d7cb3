"""Losses of the margin y*f, with y = -1 or 1."""

from __future__ import annotations

from typing import Any

from mpmath import exp, log, mpf


def smooth_hinge(n: Any) -> Any:
    """The hinge's infimal convolution with (1 - m)**2/(2 gamma): the best point of its slope, from 0 to 1."""
    gap = 1 - n.y * n.f
    slope = min(max(gap / n.gamma, 0), 1)
    return slope * gap - n.gamma * slope**2 / 2


def modified_huber(n: Any) -> Any:
    m = n.y * n.f
    return max(0, 1 - m) ** 2 if m >= -1 else -4 * m


FORMULAS = {
    "exponential": lambda n: exp(-n.y * n.f),
    "hinge": lambda n: max(0, 1 - n.y * n.f),
    "logistic_margin": lambda n: log(1 + exp(-n.y * n.f)),
    "modified_huber": modified_huber,
    "perceptron": lambda n: max(0, -n.y * n.f),
    "savage": lambda n: (1 + exp(2 * n.y * n.f)) ** -2,
    "smooth_hinge": smooth_hinge,
    "squared_hinge": lambda n: max(0, 1 - n.y * n.f) ** 2,
    "zero_one": lambda n: mpf(n.f <= 0 if n.y > 0 else n.f >= 0),
}
