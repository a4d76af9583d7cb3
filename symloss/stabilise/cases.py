"""Derivatives with Kronecker deltas, case by case: what cancels does so only on the diagonal, or only off it."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from symloss.declare.roles import RoleSymbol
from symloss.heads.binders import Binder

from .row_polynomial import outer

Apart = frozenset[frozenset[sp.Expr]]
"""Pairs of indices that differ."""

Join = Callable[[sp.Expr, Apart], tuple[sp.Expr, bool]]
"""A better form of an expression without deltas, and whether it is any better."""

_MOST_DELTAS = 3  # each doubles the cases


def by_cases(e: sp.Expr, join: Join) -> sp.Expr | None:
    """The expression joined where its deltas are 1 and where they are 0; None where nothing was gained."""
    if len(outer(e, sp.KroneckerDelta)) > _MOST_DELTAS:
        return None
    joined, gained = _by_cases(e, frozenset(), join)
    return joined if gained else None


def _by_cases(e: sp.Expr, apart: Apart, join: Join) -> tuple[sp.Expr, bool]:
    e = e.xreplace({d: sp.S.Zero for d in outer(e, sp.KroneckerDelta) if frozenset(d.args) in apart})
    deltas = outer(e, sp.KroneckerDelta)
    if not deltas:
        return join(e, apart)
    keep, other = sorted(deltas[0].args, key=lambda a: (isinstance(a, sp.Idx), a not in _in_scopes(e), str(a)))
    same = {other: keep}
    known = frozenset(frozenset(same.get(x, x) for x in pair) for pair in apart)
    equal, gained = _by_cases(e.xreplace({deltas[0]: sp.S.One}).xreplace(same), known, join)
    unequal, gained_too = _by_cases(e, apart | {frozenset(deltas[0].args)}, join)
    chosen = equal if equal == unequal else sp.Piecewise((equal, sp.Eq(keep, other)), (unequal, True))
    return chosen, gained or gained_too


def _in_scopes(e: sp.Expr) -> set[sp.Basic]:
    """What occurs inside of reductions: a place that does not is cheaper to replace."""
    return set().union(*(b.body.atoms(sp.Idx, RoleSymbol) for b in e.atoms(Binder)))
