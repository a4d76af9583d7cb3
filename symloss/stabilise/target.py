"""A probability against what was observed: p - y without the cancellation at p = 1."""

from __future__ import annotations

import sympy as sp


def is_target_like(e: sp.Expr) -> bool:
    """A target, a delta, or a blend of them: what a softmax is compared with entry by entry."""
    return bool(e.is_number or isinstance(e, (sp.Indexed, sp.Symbol, sp.KroneckerDelta, sp.Add, sp.Mul)))


def split(y: sp.Expr, p: sp.Expr, complement: sp.Expr) -> sp.Expr:
    """p - y as (1 - y) p - y (1 - p)."""
    if y in (0, 1):
        return p if y == 0 else -complement
    if isinstance(y, sp.KroneckerDelta):
        return sp.Piecewise((-complement, sp.Eq(*y.args)), (p, True))
    return sp.Add(sp.Mul(1 - y, p, evaluate=False), -sp.Mul(y, complement, evaluate=False), evaluate=False)
