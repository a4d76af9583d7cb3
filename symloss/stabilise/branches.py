"""What a yes or a no decides: two formulas that mirror each other become one formula of a chosen argument.

A loss of a target y in {0, 1} is y*A(f) + (1 - y)*B(f), and B is A at -f with other weights: of every pair of
logarithms and powers one is computed for nothing, since its weight is 0. With u = f where y is 1 and -f where it is 0,
the loss is the sum of (a or b) times A's terms at u.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from symloss.declare.domains import Binary
from symloss.declare.roles import RoleSymbol

from .target import depends_on_prediction

_U = sp.Symbol("u", real=True)
_ARITHMETIC = (sp.Piecewise, sp.Max, sp.Min, sp.Abs, sp.KroneckerDelta)


def one_branch(e: sp.Basic) -> sp.Expr | None:
    """The sum as one formula of an argument that a binary target chooses, if that needs fewer functions."""
    if not isinstance(e, sp.Add):
        return None
    for y in _observed(e):
        halves = _halves(e, y)
        if halves is not None:
            for f in _predicted(e):
                joined = _joined(*halves, y, f)
                if joined is not None and _functions(joined) < _functions(e):
                    return joined
    return None


def _observed(e: sp.Expr) -> Iterator[sp.Expr]:
    """The targets and data in {0, 1}."""
    return (a for a, symbol in _elements(e) if symbol.domain == Binary and not depends_on_prediction(a))


def _predicted(e: sp.Expr) -> Iterator[sp.Expr]:
    return (a for a, symbol in _elements(e) if symbol.role == "prediction")


def _elements(e: sp.Expr) -> list[tuple[sp.Expr, RoleSymbol]]:
    """Numbers and elements of arrays that a user declared, in a fixed order."""
    entries = {a: a.base.label for a in e.atoms(sp.Indexed)}
    found = {**{s: s for s in e.atoms(RoleSymbol) if s not in entries.values()}, **entries}
    return sorted(
        ((a, s) for a, s in found.items() if isinstance(s, RoleSymbol)), key=lambda p: sp.default_sort_key(p[0])
    )


def _halves(e: sp.Add, y: sp.Expr) -> tuple[sp.Expr, sp.Expr] | None:
    """What is left where y is 1 and where it is 0, if every term is gone in one of the two."""
    ones, zeros = ([term.xreplace({y: value}) for term in e.args] for value in (sp.S.One, sp.S.Zero))
    apart = all(one == 0 or zero == 0 for one, zero in zip(ones, zeros, strict=True))
    return (sp.Add(*ones), sp.Add(*zeros)) if apart and any(ones) and any(zeros) else None


def _joined(a: sp.Expr, b: sp.Expr, y: sp.Expr, f: sp.Expr) -> sp.Expr | None:
    """The terms at u = f or u = -f, each with the weight that it has in its half."""
    here, there = _terms(a.xreplace({f: _U})), _terms(b.xreplace({f: -_U}))
    if here.keys() != there.keys():
        return None
    yes = sp.Ne(y, 0)
    u = sp.Piecewise((f, yes), (-f, True))
    return sp.Add(*(_chosen(here[t], there[t], yes) * t.xreplace({_U: u}) for t in here))


def _terms(e: sp.Expr) -> dict[sp.Expr, sp.Expr]:
    """The terms of a sum without their factors that are free of u, and these factors."""
    found: dict[sp.Expr, sp.Expr] = {}
    for term in sp.Add.make_args(e):
        factor, rest = term.as_independent(_U, as_Add=False)
        found[rest] = found.get(rest, sp.S.Zero) + factor
    return found


def _chosen(a: sp.Expr, b: sp.Expr, yes: sp.Basic) -> sp.Expr:
    return a if a == b else sp.Piecewise((a, yes), (b, True))


def _functions(e: sp.Expr) -> int:
    """How many different functions have to be computed."""
    return len({f for f in e.atoms(sp.Function, sp.Pow) if not isinstance(f, _ARITHMETIC) and _is_function(f)})


def _is_function(e: sp.Expr) -> bool:
    return not (isinstance(e, sp.Pow) and e.exp.is_Integer)
