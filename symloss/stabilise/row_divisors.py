"""What is the same for all entries of a row, being made of sums along it: a divisor, or what targets are less than.

It is computed once for the row, so that what rounding takes from it costs nothing there. An entry meets it once.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING

import sympy as sp

from symloss.heads.binders import Total, free_indices
from symloss.heads.functions import sigmoid

from .arithmetic import is_repeated_divisor, term_order
from .graph import Loop, Node, Select
from .in_parts import in_parts, product_of_parts, sum_of_parts
from .logistic_pairs import without_slope
from .rows import Parts
from .small_slopes import scales, term_in_parts
from .target import depends_on_prediction

if TYPE_CHECKING:
    from .translate import Translation

Places = Mapping[sp.Idx, Loop]


def is_of_row_and_targets(e: sp.Add) -> bool:
    """Whether it is a sum of targets of an entry, and of multiples of what is the same for the row, with sums in it."""
    if not e.has(Total):
        return False
    plain = e.xreplace({total: sp.Dummy() for total in e.atoms(Total)})
    return bool(free_indices(plain)) and not depends_on_prediction(plain)


def with_slope_in_front(e: sp.Add) -> sp.Expr | None:
    """s(u) s(-u) times a sum, where all terms have that factor and what is left is of targets and of the row."""
    found = _without_slope(e) if e.has(Total) else None
    if found is None or not isinstance(found[1], sp.Add) or not is_of_row_and_targets(found[1]):
        return None
    return sigmoid(found[0]) * sigmoid(-found[0]) * found[1]


def _without_slope(e: sp.Add) -> tuple[sp.Expr, sp.Expr] | None:
    """The u and the rest; the factor may be that of a sum within a term."""
    us, rests = set(), []
    for term in e.args:
        u, n, factors = without_slope(list(sp.Mul.make_args(term)))
        rest = sp.Mul(*factors)
        for inner in factors if u is None else ():
            found = _without_slope(inner) if isinstance(inner, sp.Add) else None
            if found is not None:
                u, n, rest = found[0], 1, term / inner * found[1]
        us.add(u if n == 1 else None)
        rests.append(rest)
    return None if len(us) != 1 or None in us else (us.pop(), sp.Add(*rests))


def next_to_the_row(t: Translation, e: sp.Add, places: Places, up: Node | None = None) -> Node:
    """The sum and what rounding took from its terms: what is the same for the row is known in two parts."""
    *first, last = (
        _entry_in_parts(t, x, places) if up is None else term_in_parts(t, x, places, up, _entry_in_parts)
        for x in sorted(e.args, key=term_order)
    )
    before = functools.reduce(functools.partial(sum_of_parts, t), first)
    total = t.call("add", before[0], last[0])
    errors = [error for error in (before[1], last[1]) if error is not None]
    return t.call("plus_error", total, functools.reduce(lambda x, y: t.call("add", x, y), errors)) if errors else total


def _entry_in_parts(t: Translation, e: sp.Expr, places: Places) -> Parts:
    """As `in_parts`, but in a product what has sums is formed first: that is done once for the row."""
    if not isinstance(e, sp.Mul) or not e.has(Total):
        return in_parts(t, e, places)
    same = sp.Mul(*(f for f in e.args if f.has(Total)))
    whole = _finite(t, in_parts(t, same, places))
    return product_of_parts(t, in_parts(t, e / same, places), whole) if e != same else whole


def _finite(t: Translation, parts: Parts) -> Parts:
    """The parts with no error where that is not finite."""
    value, error = parts
    if error is None:
        return parts
    finite = t.call("lt", t.call("abs", error), t.number(float("inf")))
    return value, t.make(Select, finite, error, t.number(0.0))


def over_the_row(
    t: Translation, above: list[sp.Expr], below: list[sp.Expr], number: tuple[float, float], places: Places
) -> Node | None:
    """The product over a divisor that has sums and is the same for a whole row; None elsewhere."""
    p, q = number
    divisor = sp.Mul(*below)
    if q != 1.0 or not divisor.has(Total) or any(map(is_repeated_divisor, below)) or any(f.has(sp.exp) for f in above):
        return None
    found = _times_the_row(t, above, divisor, places) or _divided(t, above, divisor, places)
    return found if found is None or p == 1.0 else t.call("mul", t.number(p), found)


def _times_the_row(t: Translation, above: list[sp.Expr], divisor: sp.Expr, places: Places) -> Node | None:
    """Where some factors above have sums and are the same as well: their quotient in two parts, times the others."""
    nodes = [t.node(f, places) for f in above]
    widest = frozenset[Loop]().union(*(node.free for node in nodes))
    same = [f for f, node in zip(above, nodes, strict=True) if f.has(Total) and node.free < widest]
    others = [f for f in above if f not in same]
    if not same or not others:
        return None
    value, error = _finite(t, in_parts(t, sp.Mul(*same) / divisor, places))
    product = t.product(others, places, 1.0)
    if error is None or not value.free < product.free:
        return None
    return t.silenced(others, t.call("times_parts", product, value, error), places)


def _divided(t: Translation, above: list[sp.Expr], divisor: sp.Expr, places: Places) -> Node | None:
    """The quotient less what rounding took from the divisor."""
    value, error = in_parts(t, divisor, places)
    up, down = scales(t, above, places) or (None, None)
    top = t.product(above, places, 1.0) if up is None else next_to_the_row(t, above[0], places, up)
    top = t.silenced(above, top, places)
    if error is None or not value.free < top.free:
        return None
    quotient = t.call("less_share", t.call("div", top, value), t.call("quotient_or_zero", error, value))
    return quotient if down is None else t.call("mul", quotient, down)
