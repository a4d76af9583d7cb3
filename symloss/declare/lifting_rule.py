"""What one lifting rule is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

X, Y = sp.symbols("x y", real=True)
P, Q = sp.symbols("p q", positive=True)
"""The symbols of examples."""


@dataclass(frozen=True)
class LiftingRule:
    """One identity: ``apply`` gives the right-hand side, or None where it does not match.

    ``example`` is an instance as it is typed; where plain floats lose it, ``witnesses`` are
    points of that region. A rule without them is about form: what it makes is differentiated.
    """

    name: str
    identity: str
    apply: Callable[[sp.Expr], sp.Expr | None]
    reason: str = ""
    region: str = ""
    source: str = ""
    example: sp.Expr | None = None
    witnesses: tuple[dict[str, Any], ...] = field(default=())

    def __call__(self, e: sp.Expr) -> sp.Expr | None:
        return self.apply(e)
