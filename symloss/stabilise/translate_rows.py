"""From SymPy to the graph, for what only stable forms of rows have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy as sp

from symloss.declare.roles import RoleSymbol
from symloss.heads.binders import Binder, LogSumExp, Softmax, free_indices, fresh_index
from symloss.heads.row_binders import Direction, LargestPlace, Norm, SoftmaxContrast, SoftmaxCovariance, TotalOfOthers

from .arithmetic import as_doubles, coefficient_and_factors, fraction
from .exponents import is_computed, rounding_error, with_rounding_error
from .graph import Loop, Node, Position, Reduce, Select
from .rows import Parts, RowStatistics, Scale
from .silence import can_be_infinite
from .target import depends_on_prediction

if TYPE_CHECKING:
    from .translate import Translation

    Places = Mapping[sp.Idx, Loop]


_LARGEST = -1  # the number of a loop that there is none of: one place instead


def opened(t: Translation, e: Binder, places: Places) -> tuple[Loop, RowStatistics, list[Node]]:
    """The loop of the row, the statistics of u, and u without its scale and the other values at that loop."""
    row_free = free_indices(e.body) - {e.bound}
    taken = {places[i] for i in row_free}
    axis = e.bound.label.axis.name
    loop = next(Loop(axis, n) for n in range(len(taken) + 1) if Loop(axis, n) not in taken)
    index, body = e.open()
    u, *values = body.args if isinstance(body, sp.Tuple) else (body,)
    u, scale = _without_scale(u, index)
    inner = {**{i: places[i] for i in row_free}, index: loop}
    nodes = [entry_of(t, u, inner), *(t.node(part, inner) for part in values)]
    if nodes[0] in t.rows.errors:
        _note_error_of_largest(t, u, index, nodes[0], loop, places)
    in_parts = row_of_binder(e) in t.in_parts
    return loop, t.rows.statistics(nodes[0], loop, _scale(t, scale, places), in_parts), nodes


def row_of_binder(e: Binder) -> tuple[sp.Basic, ...]:
    """The row that a binder is about: the same for all that are about the same."""
    u = e.body.args[0] if isinstance(e.body, sp.Tuple) else e.body
    found: tuple[sp.Basic, ...] = LogSumExp(u, e.bound).args
    return found


def contrasted(e: sp.Expr) -> frozenset[tuple[sp.Basic, ...]]:
    """The rows of whose values an expression has contrasts, which may be far smaller than those."""
    return frozenset(map(row_of_binder, e.atoms(SoftmaxContrast)))


def entry_of(t: Translation, u: sp.Expr, places: Places) -> Node:
    """An entry of a row; what rounding took from one that is computed goes to the row's functions."""
    value, error = _with_error(t, u, places)
    if error is not None:
        finite = t.call("lt", t.call("abs", value), t.number(float("inf")))
        t.rows.errors.setdefault(value, t.make(Select, finite, error, t.number(0.0)))
    return value


def _with_error(t: Translation, u: sp.Expr, places: Places) -> tuple[Node, Node | None]:
    return with_rounding_error(t, u, places) if is_computed(u) else (t.node(u, places), rounding_error(t, u, places))


def _note_error_of_largest(t: Translation, u: sp.Expr, index: sp.Idx, entry: Node, loop: Loop, places: Places) -> None:
    """What rounding took from the largest entry is what it took from the entry at the place of that."""
    raw, largest, place = t.rows.largest(entry, loop)
    # An index of its own that stands for the place: `LargestPlace` inside a Piecewise would be folded by SymPy.
    top = fresh_index(index)
    there = {**places, top: Loop(loop.axis, _LARGEST)}
    t.known[t.key(top, there)] = place
    _, of_largest = _with_error(t, u.xreplace({index: top}), there)
    assert of_largest is not None
    finite = t.call("lt", t.call("abs", raw), t.number(float("inf")))
    t.rows.errors.setdefault(largest, t.make(Select, finite, of_largest, t.number(0.0)))


@dataclass(frozen=True)
class Unscaled:
    """The entries of a row without their common factor."""

    body: sp.Expr
    bound: sp.Idx

    def at(self, place: sp.Expr) -> sp.Expr:
        return self.body.xreplace({self.bound: place})


def unscaled(e: Binder) -> Unscaled:
    """u of the binder without the positive factors that all its entries have."""
    u = e.body.args[0] if isinstance(e.body, sp.Tuple) else e.body
    return Unscaled(_without_scale(u, e.bound)[0], e.bound)


def _without_scale(u: sp.Expr, index: sp.Idx) -> tuple[sp.Expr, sp.Expr]:
    """(v, s) with u = s*v for a positive s that is the same for all entries."""
    if not isinstance(u, sp.Mul):
        return u, sp.S.One
    number = abs(u.as_coeff_Mul(rational=True)[0])
    scale = number * sp.Mul(*(f for f in u.args if not f.is_Rational and not f.has(index) and f.is_positive))
    return u / scale, scale


def _scale(t: Translation, scale: sp.Expr, places: Places) -> Scale:
    number, factors = coefficient_and_factors(scale) if isinstance(scale, sp.Mul) else _one_factor(scale)
    above, below = fraction(factors)
    p, q = as_doubles(number)
    top, bottom = t.product(above, places, p), t.product(below, places, q)
    return Scale(None if not above and p == 1.0 else top, None if not below and q == 1.0 else bottom)


def _one_factor(scale: sp.Expr) -> tuple[sp.Rational, list[sp.Expr]]:
    return (scale, []) if scale.is_Rational else (sp.S.One, [scale])


def _norm(t: Translation, e: Norm, places: Places) -> Node:
    loop, value = t.inside(e, places)
    return t.rows.norm(value, loop)


def _direction(t: Translation, e: Direction, places: Places) -> Node:
    loop, value = t.inside(e, places)
    return t.rows.direction(t.node(e.at(e.place), places), value, loop)


def _largest_place(t: Translation, e: LargestPlace, places: Places) -> Node:
    return opened(t, e, places)[1].place


def _contrast(t: Translation, e: SoftmaxContrast, places: Places) -> Node:
    value, error = _contrast_in_parts(t, e, places)
    return t.call("add", value, error)


def contrast_error(t: Translation, e: SoftmaxContrast, places: Places) -> Node:
    """What rounding took from a contrast."""
    return t.call("sum_error", *_contrast_in_parts(t, e, places))


def _contrast_in_parts(t: Translation, e: SoftmaxContrast, places: Places) -> tuple[Node, Node]:
    """The sum of p (top - g) over the others at the largest entry; elsewhere that and the distance from the largest.

    Where no entry has more than half of the weight, values that are themselves about as large as the probabilities are
    taken as they are: g less the mean of g. Their distance from one of them may be far larger. What rounding takes from
    the values and their differences is carried along: the contrast may be far smaller than they are.
    """
    loop, row, (entry, value) = opened(t, e, places)
    place, (own_value,) = t.node(e.place, places), e.values
    index = fresh_index(e.bound)
    of_value = rounding_error(t, own_value.xreplace({e.bound: index}), {**places, index: loop})
    top = t.node(e.top, places), rounding_error(t, e.top, places)
    here_too = e.at(e.place).args[1]
    here = t.node(here_too, places), rounding_error(t, here_too, places)
    plain = e.own == 0 and _is_of_probabilities(own_value)
    sure, zero = t.call("lt", row.others, t.number(1.0)), t.number(0.0)
    origin: Parts = top
    if plain:
        origin = t.make(Select, sure, top[0], zero), t.make(Select, sure, top[1] or zero, zero)
    far, lost = _difference(t, origin, (value, of_value))
    others, of_others = t.rows.others_in_parts(row, entry, loop, (far, lost), _can_be_infinite(own_value))
    distance, lost = _difference(t, here, top)
    if e.own != 0:
        more, lost_more = _own_distance(t, e, row, place, places)
        lost = t.call("add", t.call("add", lost, lost_more), t.call("sum_error", distance, more))
        distance = t.call("add", distance, more)
    apart = _sum(t, (distance, lost), (others, of_others))
    shifted = tuple(t.rows.at_largest(row, place, *x) for x in zip((others, of_others), apart, strict=True))
    if not plain:
        return shifted[0], shifted[1]
    mean = _difference(t, t.rows.part_in_parts(row, top), (others, of_others))
    value, error = (t.make(Select, sure, *x) for x in zip(shifted, _difference(t, here, mean), strict=True))
    return value, error


def _sum(t: Translation, a: tuple[Node, Node], b: tuple[Node, Node]) -> tuple[Node, Node]:
    """a + b, and what rounding took from it and before from both."""
    lost = t.call("add", t.call("sum_error", a[0], b[0]), t.call("add", a[1], b[1]))
    return t.call("add", a[0], b[0]), lost


def _difference(t: Translation, a: Parts, b: Parts) -> tuple[Node, Node]:
    """a - b, and what rounding took from it and before from both."""
    error = t.call("difference_error", a[0], b[0])
    error = error if a[1] is None else t.call("add", error, a[1])
    return t.call("sub", a[0], b[0]), error if b[1] is None else t.call("sub", error, b[1])


def _is_of_probabilities(g: sp.Expr) -> bool:
    """Whether it is made of the probabilities, and as small as the target where they are 0: without a common offset."""
    if not any(type(s) is Softmax for s in g.atoms(Softmax)):
        return False
    low = g.replace(lambda x: isinstance(x, sp.Piecewise), lambda x: x.args[0][0])
    return not depends_on_prediction(low.replace(lambda x: type(x) is Softmax, lambda x: sp.S.Zero))


def _own_distance(
    t: Translation, e: SoftmaxContrast, row: RowStatistics, place: Node, places: Places
) -> tuple[Node, Node]:
    """own (1 + p[largest] - p[k]): what ``top`` has of it, and the difference of the two complements."""
    entry = entry_of(t, unscaled(e).at(e.place), places)
    one, largest, own = t.number(1.0), t.rows.softmax(row, row.largest, row.place), t.node(e.own, places)
    whole = t.call("add", one, largest)
    of_whole = t.call("add", t.call("sum_error", one, largest), t.rows.softmax_error(row, row.largest, row.place))
    probability = t.rows.softmax(row, entry, place), t.rows.softmax_error(row, entry, place)
    factor, lost = _difference(t, (whole, of_whole), probability)
    lost = t.call("add", t.call("product_error", own, factor), t.call("mul", own, lost))
    return t.call("mul", own, factor), lost


def _total_of_others(t: Translation, e: TotalOfOthers, places: Places) -> Node:
    """The sum without the largest entry's part; elsewhere that, the largest entry's and less the own part."""
    loop, row, (_, value) = opened(t, e, places)
    zero, place = t.number(0.0), t.node(e.place, places)
    largest = t.call("eq", t.make(Position, loop), row.place)
    others = t.make(Reduce, "sum", loop, t.make(Select, largest, zero, value))
    if place is row.place:
        return others
    top = t.make(Reduce, "sum", loop, t.make(Select, largest, value, zero))
    own = t.node(e.at(e.place).args[1], places)
    return t.rows.at_largest(row, place, others, t.call("add", t.call("sub", others, own), top))


def _covariance(t: Translation, e: SoftmaxCovariance, places: Places) -> Node:
    """The sum over the others of p d d', less the product of the sums of p d and p d': d = g - top, d' = h - top'."""
    loop, row, (entry, *values) = opened(t, e, places)
    silent = any(_can_be_infinite(g) for g in e.values)
    far = [t.call("sub", g, t.node(top, places)) for g, top in zip(values, e.tops, strict=True)]
    means = [t.rows.others(row, entry, loop, d, silent) for d in far]
    both = t.rows.others(row, entry, loop, t.call("mul", *far), silent)
    return t.call("sub", both, t.call("mul", *means))


def _can_be_infinite(g: sp.Expr) -> bool:
    """Whether a value may be infinite at an entry of no weight: a masked logit, the logarithm of a target of 0."""
    return g.has(sp.log) or (can_be_infinite(g) and any(s.role == "prediction" for s in g.atoms(RoleSymbol)))


RULES: tuple[tuple[Any, Callable[[Any, Any, Any], Node]], ...] = (
    (Norm, _norm),
    (Direction, _direction),
    (LargestPlace, _largest_place),
    (SoftmaxContrast, _contrast),
    (SoftmaxCovariance, _covariance),
    (TotalOfOthers, _total_of_others),
)
