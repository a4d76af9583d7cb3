"""What one stabilising rule is, and what its examples are written in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

X, Y = sp.symbols("x y", real=True)
"""The symbols of examples."""


@dataclass(frozen=True)
class StableRule:
    """One rewrite.

    ``example`` is an instance of the pattern in x (and y), ``witnesses`` are points at
    which evaluating it as it stands loses its digits; ``narrow_witnesses`` are points where only float32 overflows.
    """

    name: str
    identity: str
    reason: str
    region: str
    source: str
    apply: Callable[[sp.Expr], sp.Expr | None]
    example: sp.Expr | None = None
    witnesses: tuple[dict[str, Any], ...] = field(default=())
    narrow_witnesses: tuple[dict[str, Any], ...] = field(default=())
    branching: bool = False
    """Whether the replaced form stays, in a branch of the new one."""

    def __call__(self, e: sp.Expr) -> sp.Expr | None:
        return self.apply(e)


def pairs(e: sp.Expr, kind: type) -> list[tuple[sp.Expr, sp.Expr, sp.Expr]]:
    """(coefficient, node, rest) for every term coefficient*node of a sum, ``node`` of that kind."""
    found = []
    for term in e.args:
        coefficient, node = term.as_coeff_Mul()
        if isinstance(node, kind):
            found.append((coefficient, node, e - term))
    return found
