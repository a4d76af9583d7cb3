"""Losses of a logit f and a target y in [0, 1]."""

from __future__ import annotations

from typing import Any

from mpmath import exp, log


def cross_entropy(y: Any, f: Any) -> Any:
    return log(1 + exp(f)) - y * f


def focal(n: Any) -> Any:
    sign, weight = (1, n.alpha) if n.y == 1 else (-1, 1 - n.alpha)
    right = 1 / (1 + exp(-sign * n.f))
    return weight * (1 / (1 + exp(sign * n.f))) ** n.gamma * -log(right)


FORMULAS = {
    "binary_cross_entropy_with_logits": lambda n: cross_entropy(n.y, n.f),
    "focal": focal,
}
