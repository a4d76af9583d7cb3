"""A probability against what was observed: w p - y without the cancellation at p = 1."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from symloss.declare.roles import RoleSymbol
from symloss.heads.row_binders import LargestPlace

Complement = Callable[[sp.Expr], sp.Expr]


def against_target(e: sp.Expr, kind: type[sp.Expr], complement: Complement) -> sp.Expr | None:
    """w p + r as (w + r) p + r (1 - p), for a probability p and w and r free of predictions.

    With w = 1 and r = -y this is (1 - y) p - y (1 - p): terms of one sign for y in [0, 1], and
    each exact where y is 0 or 1.
    """
    if not isinstance(e, sp.Add):
        return None
    known = [term for term in e.args if not term.has(kind) and not depends_on_prediction(term)]
    probabilities = [(term / p, p) for term in e.args for p in sp.Mul.make_args(term) if type(p) is kind]
    probabilities = [(weight, p) for weight, p in probabilities if not depends_on_prediction(weight)]
    if len(probabilities) != 1 or not known:
        return None
    ((weight, p),), rest = probabilities, sp.Add(*known)
    if weight.is_nonnegative and rest.is_nonnegative:
        return None
    return (e - weight * p - rest) + _split(weight, rest, p, complement(p))


def _split(weight: sp.Expr, rest: sp.Expr, p: sp.Expr, other: sp.Expr) -> sp.Expr:
    observed = -rest / weight
    if observed == 1:
        return rest * other
    if isinstance(observed, sp.KroneckerDelta):
        return weight * sp.Piecewise((-other, sp.Eq(*observed.args)), (p, True))
    return (weight + rest) * p + rest * other


def depends_on_prediction(e: sp.Basic) -> bool:
    """Whether a prediction, or the direction of a derivative, occurs other than in the place of the largest entry."""
    known = e.xreplace(dict.fromkeys(e.atoms(LargestPlace), sp.S.Zero))
    return any(s.role in ("prediction", "vector") for s in known.atoms(RoleSymbol))
