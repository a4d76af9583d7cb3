"""From SymPy to the graph, for what only stable forms of rows have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy as sp

from symloss.declare.roles import RoleSymbol
from symloss.heads.binders import Binder, Softmax, free_indices, fresh_index
from symloss.heads.row_binders import Direction, LargestPlace, Norm, SoftmaxContrast, SoftmaxCovariance

from .arithmetic import as_doubles, coefficient_and_factors, fraction
from .exponents import is_computed, rounding_error, with_rounding_error
from .graph import Loop, Node, Select
from .rows import RowStatistics, Scale
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
    return loop, t.rows.statistics(nodes[0], loop, _scale(t, scale, places)), nodes


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
    """The sum of p (top - g) over the others at the largest entry; elsewhere that and the distance from the largest.

    Where no entry has more than half of the weight, values that are themselves about as large as the probabilities are
    taken as they are: g less the mean of g. Their distance from one of them may be far larger.
    """
    loop, row, (entry, value) = opened(t, e, places)
    place, top, here = (t.node(x, places) for x in (e.place, e.top, e.at(e.place).args[1]))
    plain = e.own == 0 and _is_of_probabilities(e.values[0])
    sure = t.call("lt", row.others, t.number(1.0))
    origin = t.make(Select, sure, top, t.number(0.0)) if plain else top
    others = t.rows.others(row, entry, loop, t.call("sub", origin, value), _can_be_infinite(e.values[0]))
    distance = t.call("sub", here, top)
    if e.own != 0:
        distance = t.call("add", distance, _own_distance(t, e, row, place, places))
    shifted = t.rows.at_largest(row, place, others, t.call("add", distance, others))
    if not plain:
        return shifted
    less_the_mean = t.call("add", here, t.call("sub", others, t.rows.part_of_whole(row, top)))
    return t.make(Select, sure, shifted, less_the_mean)


def _is_of_probabilities(g: sp.Expr) -> bool:
    """Whether it is made of the probabilities, and as small as the target where they are 0: without a common offset."""
    if not any(type(s) is Softmax for s in g.atoms(Softmax)):
        return False
    low = g.replace(lambda x: isinstance(x, sp.Piecewise), lambda x: x.args[0][0])
    return not depends_on_prediction(low.replace(lambda x: type(x) is Softmax, lambda x: sp.S.Zero))


def _own_distance(t: Translation, e: SoftmaxContrast, row: RowStatistics, place: Node, places: Places) -> Node:
    """own (1 + p[largest] - p[k]): what ``top`` has of it, and the difference of the two complements."""
    entry = entry_of(t, unscaled(e).at(e.place), places)
    one, largest = t.number(1.0), t.rows.softmax(row, row.largest, row.place)
    factor = t.call("sub", t.call("add", one, largest), t.rows.softmax(row, entry, place))
    return t.call("mul", t.node(e.own, places), factor)


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
)
