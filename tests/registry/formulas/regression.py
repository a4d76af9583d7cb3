"""Regression losses, r = f - y."""

from __future__ import annotations

from typing import Any

from mpmath import cosh, log


def huber(n: Any) -> Any:
    r = abs(n.f - n.y)
    return r**2 / 2 if r <= n.delta else n.delta * r - n.delta**2 / 2


def quantile(n: Any) -> Any:
    return n.q * (n.y - n.f) if n.y > n.f else (1 - n.q) * (n.f - n.y)


FORMULAS = {
    "absolute_error": lambda n: abs(n.f - n.y),
    "huber": huber,
    "log_cosh": lambda n: log(cosh(n.f - n.y)),
    "quantile": quantile,
    "squared_error": lambda n: (n.f - n.y) ** 2 / 2,
}
