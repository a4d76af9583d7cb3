"""What one lifting rule is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp


@dataclass(frozen=True)
class LiftingRule:
    """One identity: ``apply`` gives the right-hand side, or None where it does not match."""

    name: str
    identity: str
    apply: Callable[[sp.Expr], sp.Expr | None]

    def __call__(self, e: sp.Expr) -> sp.Expr | None:
        return self.apply(e)
