"""From SymPy to the graph, for what only stable forms of rows have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import sympy as sp

from symloss.declare.roles import RoleSymbol
from symloss.heads.binders import Binder, free_indices
from symloss.heads.row_binders import LargestPlace, SoftmaxContrast, SoftmaxCovariance

from .graph import Loop, Node
from .rows import RowStatistics
from .silence import can_be_infinite

if TYPE_CHECKING:
    from .translate import Translation

    Places = Mapping[sp.Idx, Loop]


def _opened(t: Translation, e: Binder, places: Places) -> tuple[Loop, RowStatistics, list[Node]]:
    """The loop of the row, the statistics of u, and u and the other values at that loop."""
    row_free = free_indices(e.body) - {e.bound}
    taken = {places[i] for i in row_free}
    axis = e.bound.label.axis.name
    loop = next(Loop(axis, n) for n in range(len(taken) + 1) if Loop(axis, n) not in taken)
    index, body = e.open()
    inner = {**{i: places[i] for i in row_free}, index: loop}
    nodes = [t.node(part, inner) for part in (body.args if isinstance(body, sp.Tuple) else (body,))]
    return loop, t.rows.statistics(nodes[0], loop), nodes


def _largest_place(t: Translation, e: LargestPlace, places: Places) -> Node:
    return _opened(t, e, places)[1].place


def _contrast(t: Translation, e: SoftmaxContrast, places: Places) -> Node:
    """The sum of p (top - g) over the others at the largest entry; elsewhere that and the distance from the largest."""
    loop, row, (entry, value) = _opened(t, e, places)
    place, top = t.node(e.place, places), t.node(e.top, places)
    others = t.rows.others(row, entry, loop, t.call("sub", top, value), _can_be_infinite(e.values[0]))
    distance = t.call("sub", t.node(e.at(e.place).args[1], places), top)
    if e.own != 0:
        distance = t.call("add", distance, _own_distance(t, e, row, place, places))
    return t.rows.at_largest(row, place, others, t.call("add", distance, others))


def _own_distance(t: Translation, e: SoftmaxContrast, row: RowStatistics, place: Node, places: Places) -> Node:
    """own (1 + p[largest] - p[k]): what ``top`` has of it, and the difference of the two complements."""
    entry = t.node(e.at(e.place).args[0], places)
    one, largest = t.number(1.0), t.rows.softmax(row, row.largest, row.place)
    factor = t.call("sub", t.call("add", one, largest), t.rows.softmax(row, entry, place))
    return t.call("mul", t.node(e.own, places), factor)


def _covariance(t: Translation, e: SoftmaxCovariance, places: Places) -> Node:
    """The sum over the others of p d d', less the product of the sums of p d and p d': d = g - top, d' = h - top'."""
    loop, row, (entry, *values) = _opened(t, e, places)
    silent = any(_can_be_infinite(g) for g in e.values)
    far = [t.call("sub", g, t.node(top, places)) for g, top in zip(values, e.tops, strict=True)]
    means = [t.rows.others(row, entry, loop, d, silent) for d in far]
    both = t.rows.others(row, entry, loop, t.call("mul", *far), silent)
    return t.call("sub", both, t.call("mul", *means))


def _can_be_infinite(g: sp.Expr) -> bool:
    """Whether a value may be infinite at an entry of no weight: a masked logit, the logarithm of a target of 0."""
    return g.has(sp.log) or (can_be_infinite(g) and any(s.role == "prediction" for s in g.atoms(RoleSymbol)))


RULES: tuple[tuple[Any, Callable[[Any, Any, Any], Node]], ...] = (
    (LargestPlace, _largest_place),
    (SoftmaxContrast, _contrast),
    (SoftmaxCovariance, _covariance),
)
