"""A probability against what was observed: w p - y without the cancellation at p = 1."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from symloss.declare.roles import RoleSymbol
from symloss.heads.functions import finished
from symloss.heads.row_binders import LargestPlace

Complement = Callable[[sp.Expr], sp.Expr]

Split = Callable[[sp.Expr, sp.Expr, sp.Expr, sp.Expr], sp.Expr]
"""w p + r of w, r, p and 1 - p."""


def shared_out(weight: sp.Expr, rest: sp.Expr, p: sp.Expr, other: sp.Expr) -> sp.Expr:
    """(w + r) p + r (1 - p). With w = 1 and r = -y this is (1 - y) p - y (1 - p): terms of one sign for y in [0, 1],
    and each exact where y is 0 or 1."""
    return (weight + rest) * p + rest * other


def from_the_nearer_end(weight: sp.Expr, rest: sp.Expr, p: sp.Expr, other: sp.Expr) -> sp.Expr:
    """w p + r for p <= 1/2, (w + r) - w (1 - p) beyond: for w = 1 a difference of what is known best, and nothing else
    is rounded. It pays where both p and 1 - p are at hand: ``other`` is 1 - p where p > 1/2."""
    low, high = finished(weight * p + rest), finished(finished(weight + rest) - weight * other)
    return sp.Piecewise((low, p <= sp.S.Half), (high, True))


def against_target(
    e: sp.Expr, kind: type[sp.Expr], complement: Complement, split: Split = shared_out
) -> sp.Expr | None:
    """w p + r without the cancellation at p = 1, for a probability p and w and r free of predictions."""
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
    return (e - weight * p - rest) + _against(weight, rest, p, complement(p), split)


def _against(weight: sp.Expr, rest: sp.Expr, p: sp.Expr, other: sp.Expr, split: Split) -> sp.Expr:
    observed = -rest / weight
    if observed == 1:
        return rest * other
    if isinstance(observed, sp.KroneckerDelta):
        return weight * sp.Piecewise((-other, sp.Eq(*observed.args)), (p, True))
    return split(weight, rest, p, other)


def depends_on_prediction(e: sp.Basic) -> bool:
    """Whether a prediction, or the direction of a derivative, occurs other than in the place of the largest entry."""
    known = e.xreplace(dict.fromkeys(e.atoms(LargestPlace), sp.S.Zero))
    return any(s.role in ("prediction", "vector") for s in known.atoms(RoleSymbol))
