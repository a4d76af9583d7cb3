"""Simplification: identities to a fixed point, then the cheaper of a few equal forms."""

from __future__ import annotations

import sympy as sp

from symloss.heads.functions import sigmoid
from symloss.heads.rewrite import rewrite

from .cost import cost
from .rules import IDENTITIES, complement_of_logistic

_LARGEST_TO_EXPAND = 400  # expanding is for short forms; long ones would only grow


def simplify(expression: sp.Expr) -> sp.Expr:
    """An equal expression that is no more costly than the given one."""
    shorter = rewrite(expression, IDENTITIES)
    candidates = [shorter]
    if cost(shorter) <= _LARGEST_TO_EXPAND:
        candidates += [_factored(shorter), _expanded(shorter)]
    return min(candidates, key=cost)


def _expanded(e: sp.Expr) -> sp.Expr:
    """Multiplied out, with one sign in every logistic function; this is how p - y appears."""
    uniform = rewrite(e, (complement_of_logistic,)) if e.has(sigmoid) else e
    return rewrite(sp.expand_mul(uniform), IDENTITIES)


def _factored(e: sp.Expr) -> sp.Expr:
    """With common factors of the terms taken out."""
    if not isinstance(e, sp.Add):
        return e
    return sp.factor_terms(e)
