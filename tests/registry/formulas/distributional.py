"""Likelihoods with several predictions."""

from __future__ import annotations

from mpmath import exp

FORMULAS = {
    "normal": lambda n: n.s + ((n.y - n.mu) / exp(n.s)) ** 2 / 2,
}
