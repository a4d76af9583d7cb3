"""Functions of u and of -u side by side, which share one exponential e = exp(-|u|) and one quotient 1/(1 + e).

    a s(u) + b s(-u)               = (a + b e)/(1 + e) for u > 0, with a and b exchanged elsewhere
    a softplus(u) + b softplus(-u) = (a + b) log(1 + e) + |u| (a if u > 0 else b)
    s(u) s(-u)                     = e/(1 + e)**2

They hold for all a and b, and no term on the right is larger than the largest on the left, so that where the terms on
the left have one sign nothing cancels, and where they have two no more digits are lost.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from symloss.declare.roles import RoleSymbol
from symloss.heads.functions import sigmoid, softplus

from .target import depends_on_prediction


@dataclass(frozen=True)
class Pair:
    """a kind(u) + b kind(-u), and the terms of a sum that it stands for."""

    kind: type[sp.Expr]
    u: sp.Expr
    a: sp.Expr
    b: sp.Expr
    terms: tuple[sp.Expr, sp.Expr]


def pair_in(e: sp.Add) -> Pair | None:
    """The first pair among the terms of a sum, its factors a and b free of predictions."""
    for kind in (softplus, sigmoid):
        found = [_weighted(term, kind) for term in e.args]
        known = {node.args[0]: (weight, term) for weight, node, term in filter(None, found)}
        for u, (a, term) in known.items():
            if not u.could_extract_minus_sign() and -u in known:
                b, other = known[-u]
                if sp.expand(a + b) != 0:
                    return Pair(kind, u, a, b, (term, other))
    return None


def _weighted(term: sp.Expr, kind: type[sp.Expr]) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
    nodes = [f for f in sp.Mul.make_args(term) if type(f) is kind]
    if len(nodes) != 1 or depends_on_prediction(term / nodes[0]):
        return None
    return term / nodes[0], nodes[0], term


def without_slope(factors: list[sp.Expr]) -> tuple[sp.Expr | None, int, list[sp.Expr]]:
    """The u and n of a product s(u)**n s(-u)**n among the factors, and the other factors."""
    powers = dict(f.as_base_exp() for f in factors if isinstance(f.as_base_exp()[0], sigmoid))
    for p, n in powers.items():
        u, other = p.args[0], sigmoid(-p.args[0])
        if not u.could_extract_minus_sign() and n in (1, 2) and powers.get(other) == n:
            return u, int(n), [f for f in factors if f not in (p**n, other**n)]
    return None, 0, factors


def with_count(
    factors: list[sp.Expr], slope: sp.Expr | None
) -> tuple[str, sp.Expr, list[sp.Expr], list[sp.Expr]] | None:
    """What a count multiplies that may underflow: the slope s(u) s(-u), or the one s(u) there is; the function of the
    two, u, the counts, and the other factors."""
    counts = [f for f in factors if _is_count(f)]
    logistic = [f for f in factors if isinstance(f, sigmoid)]
    if not counts or (slope is None and len(logistic) != 1):
        return None
    used = [*counts, *(logistic if slope is None else [])]
    head, u = ("sigmoid_slope_times", slope) if slope is not None else ("sigmoid_times", logistic[0].args[0])
    return head, u, counts, [f for f in factors if f not in used]


def _is_count(e: sp.Expr) -> bool:
    """Whether it is made of parameters and targets without an upper bound, and never negative."""
    targets = [s for s in e.atoms(RoleSymbol) if s.role == "target"]
    known = bool(targets) and not depends_on_prediction(e) and bool(e.is_nonnegative)
    return known and any(s.domain.high == float("inf") for s in targets)
