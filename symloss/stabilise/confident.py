"""What is left of a confident row: the terms that cancel as p goes to 1 are found and joined, in any derivative."""

from __future__ import annotations

import sympy as sp

from symloss.heads.binders import Binder, LogSumExp, Softmax, SoftmaxGap, Total, free_indices

from .cases import by_cases
from .row_joining import Joining
from .row_polynomial import RowPolynomial, Terms, outer, rows_of, terms_of
from .target import depends_on_prediction

_MOST_CONDITIONS = 4  # each doubles the cases
_MOST_TERMS = 300  # of a polynomial; beyond it the joining takes too long


def confident_row(e: sp.Expr) -> sp.Expr | None:
    """p - p**2 = p (1 - p), g[k] - sum p g as a contrast, sum p g h - (sum p g)(sum p h) as a covariance."""
    if not isinstance(e, (sp.Add, sp.Mul)) or not any(type(s) is Softmax for s in e.atoms(Softmax)):
        return None
    found = by_cases(e, lambda part, apart: _joined(part))
    return found if found is not None or not isinstance(e, sp.Add) else _by_conditions(e)


def _by_conditions(e: sp.Expr) -> sp.Expr | None:
    """The same for a sum whose terms have choices in them, for every choice on its own."""
    chosen = {
        c: None for x in outer(e, sp.Piecewise) for _, c in x.args if isinstance(c, sp.core.relational.Relational)
    }
    conditions = sorted(chosen, key=sp.default_sort_key)
    if not 0 < len(conditions) <= _MOST_CONDITIONS:
        return None
    joined, gained = _under(e, conditions)
    return joined if gained and not free_indices(joined) - free_indices(e) else None


def _under(e: sp.Expr, conditions: list[sp.Basic]) -> tuple[sp.Expr, bool]:
    open_conditions = [c for c in conditions if e.has(c)]
    if not open_conditions:
        return _joined(e)
    first, *rest = open_conditions
    excluded = {c: sp.false for c in rest if _excludes(first, c)}
    holds, gained = _under(e.xreplace({first: sp.true, **excluded}), rest)
    fails, gained_too = _under(e.xreplace({first: sp.false}), rest)
    return sp.Piecewise((holds, first), (fails, True)), gained or gained_too


def _excludes(a: sp.Basic, b: sp.Basic) -> bool:
    """Whether x = 0 and x = 1."""
    return isinstance(a, sp.Eq) and isinstance(b, sp.Eq) and a.lhs == b.lhs and (a.rhs - b.rhs).is_nonzero is True


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
            joined, gained = Joining(polynomial).of(terms, e)
            # SymPy folds a Piecewise out of what stands in a condition, and with it the scope of a row's own condition.
            return (e, False) if free_indices(joined) - free_indices(e) else (joined, gained)
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
