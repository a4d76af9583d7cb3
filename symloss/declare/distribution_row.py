"""What one distribution is: a row of the table in `distributions`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

Formula = Callable[..., sp.Expr]
Pair = Callable[..., tuple[sp.Expr, sp.Expr]]


@dataclass(frozen=True)
class DistributionRow:
    """A univariate distribution in SymPy's parametrisation.

    ``parameters`` are SymPy's names in SymPy's order, each with what it must be
    ("real", "positive", "probability", "size"). All formulas take the parameters in
    that order, ``log_density`` and ``log_survival`` (log P(Y > y)) the value first.
    ``location_scale`` gives (m, s) such that (Y - m)/s has a distribution in which
    neither occurs; a scale family has m = 0. ``mean`` holds where it exists.
    """

    name: str
    parameters: tuple[tuple[str, str], ...]
    log_density: Formula
    support: Pair
    mean: Formula | None = None
    log_survival: Formula | None = None
    location_scale: Pair | None = None
    discrete: bool = False
    period: sp.Expr | None = None
    source: str = ""


def whole_line(*_: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """The real line."""
    return -sp.oo, sp.oo


def half_line(*_: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """From 0 up."""
    return sp.S.Zero, sp.oo


def unit_interval(*_: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """From 0 to 1."""
    return sp.S.Zero, sp.S.One


def from_one(*_: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """1, 2, 3, and so on."""
    return sp.S.One, sp.oo


def where(condition: sp.Basic, value: sp.Expr) -> sp.Expr:
    """``value`` where the condition holds, else infinity: a mean that may not exist."""
    return sp.Piecewise((value, condition), (sp.oo, True))
