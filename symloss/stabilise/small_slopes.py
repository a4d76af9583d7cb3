"""Sums over pairs whose slopes s(u) s(-u) underflow where what the sums are divided by brings them back.

A slope at |u| = 735 is a subnormal number of ten bits. Where the sum's divisor is 1e-4 the quotient is a larger number
with no more bits. A sum all of whose slopes are that small is taken times 2^64, which comes off at the end.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING

import sympy as sp

from symloss.heads.binders import Total

from .exponents import with_rounding_error
from .graph import Loop, Node, Reduce, Select
from .in_parts import is_of_slopes, opened
from .logistic_pairs import without_slope
from .rows import Parts

if TYPE_CHECKING:
    from collections.abc import Callable

    from .translate import Translation

    Places = Mapping[sp.Idx, Loop]

_FAR = 624.0  # a slope there is below 2^-900: its square is 0, and 2^64 times it meets any number without overflow
_UP = 2.0**64


def scales(t: Translation, above: list[sp.Expr], places: Places) -> tuple[Node, Node] | None:
    """What the sum above a line is multiplied by, and what takes it off; None where it has no sums of slopes."""
    totals = [s for s in _factors(above) if isinstance(s, Total) and is_of_slopes(s)]
    closest = [_closest(t, total, places) for total in totals]
    known = [node for node in closest if node is not None]
    if not known or len(known) < len(closest) or len(above) != 1:
        return None
    far = t.call("gt", functools.reduce(lambda x, y: t.call("minimum", x, y), known), t.number(_FAR))
    one = t.number(1.0)
    return t.make(Select, far, t.number(_UP), one), t.make(Select, far, t.number(1.0 / _UP), one)


def _factors(above: list[sp.Expr]) -> list[sp.Expr]:
    """Those of the terms of a sum, with sums that stand in them as powers."""
    terms = above[0].args if len(above) == 1 and isinstance(above[0], sp.Add) else ()
    return [f.as_base_exp()[0] for term in terms for f in sp.Mul.make_args(term)]


def _closest(t: Translation, total: Total, places: Places) -> Node | None:
    """The smallest |u| of all slopes but those that the sum leaves out."""
    loop, inner, left_out, branch = opened(t, total, places)
    u, power, _ = without_slope(list(sp.Mul.make_args(branch)))
    if power != 1 or (left_out is not None and (len(total.body.args) != 2 or total.body.args[0][0] != 0)):
        return None
    nearness = t.call("neg", t.call("abs", with_rounding_error(t, u, inner)[0]))
    if left_out is not None:
        nearness = t.make(Select, t.node(left_out, inner), t.number(-float("inf")), nearness)
    return t.call("neg", t.make(Reduce, "max", loop, nearness))


def term_in_parts(
    t: Translation, e: sp.Expr, places: Places, up: Node, plain: Callable[[Translation, sp.Expr, Places], Parts]
) -> Parts:
    """The term times the scale, which meets the slopes of its one sum; else it meets what underflows itself."""
    slopes = [f for f in sp.Mul.make_args(e) if isinstance(f, Total) and is_of_slopes(f)]
    if len(slopes) == 1 and not any(map(is_of_slopes, (e / slopes[0]).atoms(Total))):
        t.slope_scale = up
        parts = plain(t, e, places)
        t.slope_scale = None
        return parts
    value, error = plain(t, e, places)
    return t.call("mul", up, value), None if error is None else t.call("mul", up, error)
