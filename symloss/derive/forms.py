"""A derivative as a form that is linear in Kronecker deltas.

The derivative of any expression by ``z[i]`` is a sum of coefficients times products of
deltas such as delta(k, i). Keeping the deltas apart from their coefficients lets a sum
over ``k`` contract with certainty instead of by pattern.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import sympy as sp

from symloss.heads.binders import Total

Pair = tuple[sp.Expr, sp.Idx]
Deltas = tuple[Pair, ...]
Form = Mapping[Deltas, sp.Expr]
"""Coefficients by the deltas they multiply; the empty tuple for none."""

ZERO: Form = {}


def scalar(coefficient: sp.Expr) -> Form:
    """A form without deltas."""
    return {} if coefficient == 0 else {(): coefficient}


def combine(forms: Iterable[tuple[sp.Expr, Form]]) -> Form:
    """The sum of factor*form."""
    sums: dict[Deltas, list[sp.Expr]] = {}
    for factor, form in forms:
        for deltas, coefficient in form.items():
            sums.setdefault(deltas, []).append(factor * coefficient)
    added = {deltas: sp.Add(*terms) for deltas, terms in sums.items()}
    return {deltas: c for deltas, c in added.items() if c != 0}


def zip_forms(forms: list[Form], join: Callable[[list[sp.Expr]], sp.Expr]) -> Form:
    """Coefficient by coefficient, ``join`` of the forms (0 where one has none)."""
    keys = sorted({key for form in forms for key in form}, key=lambda key: tuple(map(str, key)))
    joined = {key: join([form.get(key, sp.S.Zero) for form in forms]) for key in keys}
    return {key: c for key, c in joined.items() if c != 0}


def contract(form: Form, index: sp.Idx) -> Form:
    """The sum over ``index``: a delta in the index is used up, the rest becomes a Total."""
    parts: list[tuple[sp.Expr, Form]] = []
    for deltas, coefficient in form.items():
        parts.append((sp.S.One, _contract_one(deltas, coefficient, index)))
    return combine(parts)


def _contract_one(deltas: Deltas, coefficient: sp.Expr, index: sp.Idx) -> Form:
    for position, (expression, free) in enumerate(deltas):
        solution = _solve(expression, index, free)
        if solution is None:
            continue
        replace = {index: solution}
        rest = [(e.xreplace(replace), f) for n, (e, f) in enumerate(deltas) if n != position]
        inside = _in_range(solution, index, free, expression)
        value = coefficient.xreplace(replace)
        return {tuple(rest): sp.Piecewise((value, inside), (0, True)) if inside != sp.true else value}
    dependent = [pair for pair in deltas if pair[0].has(index)]
    free_of = tuple(pair for pair in deltas if not pair[0].has(index))
    for expression, free in dependent:
        coefficient = coefficient * sp.KroneckerDelta(expression, free)
    return {free_of: Total(coefficient, index)}


def _solve(expression: sp.Expr, index: sp.Idx, free: sp.Idx) -> sp.Expr | None:
    """The value of ``index`` at which ``expression == free``, for ``index + n``."""
    offset = expression - index
    return None if offset.has(index) else free - offset


def _in_range(solution: sp.Expr, index: sp.Idx, free: sp.Idx, expression: sp.Expr) -> sp.Basic:
    """The condition that the solution lies on the axis of ``index``; True where it always does."""
    if expression == index and index.upper == free.upper:
        return sp.true
    return sp.And(sp.Ge(solution, index.lower), sp.Le(solution, index.upper))


def assemble(form: Form) -> sp.Expr:
    """The form as an ordinary expression with Kronecker deltas."""
    terms = []
    for deltas, coefficient in form.items():
        terms.append(coefficient * sp.Mul(*(sp.KroneckerDelta(e, free) for e, free in deltas)))
    return sp.Add(*terms)
