"""Losses of a logit f and a target y in [0, 1]."""

from __future__ import annotations

from typing import Any

from mpmath import erfc, exp, expm1, fsum, log, sqrt


def cross_entropy(y: Any, f: Any) -> Any:
    return log(1 + exp(f)) - y * f


def focal(n: Any) -> Any:
    sign, weight = (1, n.alpha) if n.y == 1 else (-1, 1 - n.alpha)
    right = 1 / (1 + exp(-sign * n.f))
    return weight * (1 / (1 + exp(sign * n.f))) ** n.gamma * -log(right)


def bernoulli(y: Any, p: Any, not_p: Any) -> Any:
    """The likelihood of y from both probabilities; one of weight 0 may be 0."""
    return -(y * log(p) if y else 0) - ((1 - y) * log(not_p) if y != 1 else 0)


def asymmetric(n: Any) -> Any:
    p = 1 / (1 + exp(-n.f))
    if n.y == 1:
        return (1 / (1 + exp(n.f))) ** n.gamma_pos * log(1 + exp(-n.f))
    shifted = max(p - n.margin, 0)
    return -(shifted**n.gamma_neg) * log(1 / (1 + exp(n.f)) + n.margin) if shifted else 0


def poly1(n: Any) -> Any:
    wrong = n.y / (1 + exp(n.f)) + (1 - n.y) / (1 + exp(-n.f))
    return cross_entropy(n.y, n.f) + n.epsilon * wrong


FORMULAS = {
    "asymmetric": asymmetric,
    "binary_cross_entropy_with_logits": lambda n: cross_entropy(n.y, n.f),
    "binary_cross_entropy_probability": lambda n: bernoulli(n.y, n.p, 1 - n.p),
    "brier": lambda n: (1 / (1 + exp(-n.f)) - n.y) ** 2,
    "cloglog": lambda n: bernoulli(n.y, -expm1(-exp(n.f)), exp(-exp(n.f))),
    "focal": focal,
    "multilabel_cross_entropy": lambda n: fsum(cross_entropy(t, z) for t, z in zip(n.t, n.z, strict=True)),
    "poly1": poly1,
    "probit": lambda n: bernoulli(n.y, erfc(-n.f / sqrt(2)) / 2, erfc(n.f / sqrt(2)) / 2),
    "weighted_binary_cross_entropy_with_logits": lambda n: (
        n.w_pos * n.y * log(1 + exp(-n.f)) + (1 - n.y) * log(1 + exp(n.f))
    ),
}
