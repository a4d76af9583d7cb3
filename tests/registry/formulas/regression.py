"""Regression losses, r = f - y."""

from __future__ import annotations

from typing import Any

from mpmath import cosh, exp, expm1, inf, log, sqrt


def huber(n: Any) -> Any:
    r = abs(n.f - n.y)
    return r**2 / 2 if r <= n.delta else n.delta * r - n.delta**2 / 2


def quantile(n: Any) -> Any:
    return n.q * (n.y - n.f) if n.y > n.f else (1 - n.q) * (n.f - n.y)


def barron(n: Any) -> Any:
    """Equation 8 of the paper, with its limits."""
    x = (n.f - n.y) / n.scale
    match n.alpha:
        case 0:
            return log(x**2 / 2 + 1)
        case 2:
            return x**2 / 2
        case _ if n.alpha == -inf:
            return 1 - exp(-(x**2) / 2)
        case _ if n.alpha == inf:
            return expm1(x**2 / 2)
    b = abs(n.alpha - 2)
    return b / n.alpha * ((x**2 / b + 1) ** (n.alpha / 2) - 1)


def expectile(n: Any) -> Any:
    return abs(n.q - (n.y < n.f)) * (n.y - n.f) ** 2


def tukey_biweight(n: Any) -> Any:
    """The integral of its influence function, r (1 - (r/c)**2)**2."""
    r = min(abs(n.f - n.y), n.c)
    return r**2 / 2 - r**4 / (2 * n.c**2) + r**6 / (6 * n.c**4)


def outside(n: Any) -> Any:
    return max(0, n.f - n.y - n.eps, n.y - n.f - n.eps)


FORMULAS = {
    "absolute_error": lambda n: abs(n.f - n.y),
    "barron": barron,
    "cauchy": lambda n: log((n.scale**2 + (n.f - n.y) ** 2) / n.scale),
    "epsilon_insensitive": outside,
    "expectile": expectile,
    "huber": huber,
    "log_cosh": lambda n: log(cosh(n.f - n.y)),
    "power_error": lambda n: abs(n.f - n.y) ** n.p,
    "pseudo_huber": lambda n: n.delta * (sqrt(n.delta**2 + (n.f - n.y) ** 2) - n.delta),
    "quantile": quantile,
    "smooth_quantile": lambda n: n.q * (n.y - n.f) + n.width * log(1 + exp((n.f - n.y) / n.width)),
    "squared_epsilon_insensitive": lambda n: outside(n) ** 2,
    "squared_error": lambda n: (n.f - n.y) ** 2 / 2,
    "squared_log_error": lambda n: log((1 + n.f) / (1 + n.y)) ** 2 / 2,
    "tukey_biweight": tukey_biweight,
}
