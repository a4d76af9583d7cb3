"""Sums over softmaxes of other rows each: what cancels does so row by row, or in the row that is an entry's own."""

from __future__ import annotations

import sympy as sp

from symloss.heads.binders import Softmax, SoftmaxComplement, Total, free_indices, fresh_index

from .confident import confident_row


def row_by_row(e: sp.Expr) -> sp.Expr | None:
    """sum_l A[l] p[l] - sum_l A[l] p[l]**2 = sum_l A[l] p[l] (1 - p[l]), where p[l] is of the l-th row."""
    if not isinstance(e, sp.Add):
        return None
    found = [(term, *term.as_coeff_Mul()) for term in e.args]
    totals = [(term, c, total) for term, c, total in found if isinstance(total, Total) and _is_of_rows(total)]
    for axis in dict.fromkeys(total.bound.label.axis for _, _, total in totals):
        alike = [part for part in totals if part[2].bound.label.axis == axis]
        index = fresh_index(alike[0][2].bound)
        joined = confident_row(sp.Add(*(c * total.at(index) for _, c, total in alike))) if len(alike) > 1 else None
        if joined is not None:
            return sp.Add(e, *(-term for term, _, _ in alike)) + Total(joined, index)
    return None


def without_its_own_row(e: sp.Expr) -> sp.Expr | None:
    """sum_l A[l] p[l] - 1 where A[i] p[i] is p itself: its 1 - p, and the sum over the other rows."""
    if not isinstance(e, sp.Add) or e.as_coeff_Add()[0] != -1:
        return None
    for total in (a for a in e.args if isinstance(a, Total) and _is_of_rows(a)):
        for place in sorted(free_indices(e), key=str):
            own = total.at(place) if place.label.axis == total.bound.label.axis else None
            if type(own) is Softmax and own.place == place:
                index, body = total.open()
                others = Total(sp.Piecewise((sp.S.Zero, sp.Eq(index, place)), (body, True)), index)
                return (e + 1 - total) + others - SoftmaxComplement(own.body, own.bound, own.place)
    return None


def _is_of_rows(total: Total) -> bool:
    """Whether its entries have a softmax of a row each."""
    return any(type(s) is Softmax and s.body.has(total.bound) for s in total.body.atoms(Softmax))
