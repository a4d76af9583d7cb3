"""Divergences between a target and a prediction, or between a prediction and a prior."""

from __future__ import annotations

from typing import Any

from mpmath import exp, fsum, log


def divergence(a: Any, b: Any) -> Any:
    """Sum of a*log(a/b)."""
    return fsum(x * (log(x) - log(y)) for x, y in zip(a, b, strict=True) if x)


def softmax(z: Any) -> Any:
    total = fsum(map(exp, z))
    return [exp(entry) / total for entry in z]


def jensen_shannon(n: Any) -> Any:
    p = softmax(n.z)
    middle = [(a + b) / 2 for a, b in zip(n.t, p, strict=True)]
    return (divergence(n.t, middle) + divergence(p, middle)) / 2


def kl_normal(mu: Any, v: Any) -> Any:
    return (exp(v) + mu**2 - 1 - v) / 2


def latent(n: Any) -> Any:
    return fsum(kl_normal(mu, v) for mu, v in zip(n.mu, n.v, strict=True))


def elbo_bernoulli(n: Any) -> Any:
    return fsum(log(1 + exp(f)) - x * f for x, f in zip(n.x, n.f, strict=True)) + latent(n)


def elbo_normal(n: Any) -> Any:
    return fsum((x - f) ** 2 for x, f in zip(n.x, n.f, strict=True)) / 2 + latent(n)


def coin(p: Any) -> Any:
    return (p, 1 - p)


FORMULAS = {
    "elbo_bernoulli": elbo_bernoulli,
    "elbo_normal": elbo_normal,
    "jensen_shannon": jensen_shannon,
    "kl_bernoulli": lambda n: divergence(coin(n.t), coin(1 / (1 + exp(-n.f)))),
    "kl_divergence": lambda n: divergence(n.t, softmax(n.z)),
    "kl_normal": lambda n: kl_normal(n.mu, n.v),
    "reverse_kl": lambda n: divergence(softmax(n.z), n.t),
}
