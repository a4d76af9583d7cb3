"""Likelihoods of counts."""

from __future__ import annotations

from mpmath import exp

FORMULAS = {
    "poisson": lambda n: exp(n.f) - n.y * n.f,
}
