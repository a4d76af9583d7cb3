"""What is left of a confident row: the terms that cancel as p goes to 1 are found and joined, in any derivative."""

from __future__ import annotations

import sympy as sp

from symloss.declare.roles import RoleSymbol
from symloss.heads.binders import Binder, LogSumExp, Softmax, SoftmaxGap, Total

from .row_joining import Joining
from .row_polynomial import RowPolynomial, Terms, outer, rows_of, terms_of
from .target import depends_on_prediction

_MOST_TERMS = 300  # of a polynomial; beyond it the joining takes too long
_MOST_DELTAS = 3  # each doubles the cases


def confident_row(e: sp.Expr) -> sp.Expr | None:
    """p - p**2 = p (1 - p), g[k] - sum p g as a contrast, sum p g h - (sum p g)(sum p h) as a covariance."""
    if not isinstance(e, (sp.Add, sp.Mul)) or not any(type(s) is Softmax for s in e.atoms(Softmax)):
        return None
    if len(outer(e, sp.KroneckerDelta)) > _MOST_DELTAS:
        return None
    joined, gained = _by_cases(e, frozenset())
    return joined if gained else None


def _by_cases(e: sp.Expr, apart: frozenset[frozenset[sp.Expr]]) -> tuple[sp.Expr, bool]:
    """The expression joined where its deltas are 1 and where they are 0, and whether anything was.

    ``apart`` are the pairs of indices that differ.
    """
    e = e.xreplace({d: sp.S.Zero for d in outer(e, sp.KroneckerDelta) if frozenset(d.args) in apart})
    deltas = outer(e, sp.KroneckerDelta)
    if not deltas:
        return _joined(e)
    keep, other = sorted(deltas[0].args, key=lambda a: (isinstance(a, sp.Idx), a not in _in_scopes(e), str(a)))
    same = {other: keep}
    known = frozenset(frozenset(same.get(x, x) for x in pair) for pair in apart)
    equal, gained = _by_cases(e.xreplace({deltas[0]: sp.S.One}).xreplace(same), known)
    unequal, gained_too = _by_cases(e, apart | {frozenset(deltas[0].args)})
    chosen = equal if equal == unequal else sp.Piecewise((equal, sp.Eq(keep, other)), (unequal, True))
    return chosen, gained or gained_too


def _in_scopes(e: sp.Expr) -> set[sp.Basic]:
    """What occurs inside of reductions: a place that does not is cheaper to replace."""
    return set().union(*(b.body.atoms(sp.Idx, RoleSymbol) for b in e.atoms(Binder)))


def _joined(e: sp.Expr) -> tuple[sp.Expr, bool]:
    rows = [row for row in rows_of(e) if depends_on_prediction(row.body)]
    if len(rows) != 1:
        return e, False
    softmaxes = [s for s in outer(e, Softmax) if type(s) is Softmax]
    places = tuple(dict.fromkeys(s.place for s in softmaxes if s.args[:2] == rows[0].args[:2]))
    with_gaps = _with_gaps(e, rows[0])
    for text in (with_gaps, e) if with_gaps is not None else (e,):
        polynomial = RowPolynomial(rows[0], places)
        terms = terms_of(polynomial.read(text))
        if text is with_gaps and _has_logsumexp(polynomial, terms):
            continue
        if len(terms) <= _MOST_TERMS:
            return Joining(polynomial).of(terms, e)
    return e, False


def _has_logsumexp(polynomial: RowPolynomial, terms: Terms) -> bool:
    symbols = {s for t in terms for s in t.atoms(sp.Dummy)}
    return any(isinstance(polynomial.meaning.get(s), LogSumExp) for s in symbols)


def _with_gaps(e: sp.Expr, row: Softmax) -> sp.Expr | None:
    """u[k] as logsumexp(u) - gap[k], where u is an element of an array up to a factor; None where it does not occur."""
    logs = [x for x in outer(e, LogSumExp) if x.args[:2] == row.args[:2]]
    element = next(iter(row.body.atoms(sp.Indexed) if row.body.has(sp.Indexed) else ()), None)
    if not logs or element is None or not element.has(row.bound) or (row.body / element).has(sp.Indexed):
        return None
    factor = row.body / element

    def replaced(x: sp.Expr) -> sp.Expr:
        if isinstance(x, sp.Indexed) and x.base == element.base:
            place = x.indices[element.indices.index(row.bound)]
            if element.xreplace({row.bound: place}) == x:
                return (logs[0] - SoftmaxGap(row.body, row.bound, place)) / factor
        if isinstance(x, Total):
            index, body = x.open()
            return Total(replaced(body), index)
        if isinstance(x, Binder) or not x.args or isinstance(x, sp.Indexed):
            return x
        return x.func(*(replaced(a) for a in x.args))

    return replaced(e)
