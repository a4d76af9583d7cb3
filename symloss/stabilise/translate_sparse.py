"""Rows under sparsemax: the threshold by maxima and sums that kernels have, and what needs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import sympy as sp

from symloss.heads.binders import Binder
from symloss.heads.sparse import SparseGap, Sparsemax, SparseMaximum

from .graph import Loop, Node, Position, Reduce, Select

if TYPE_CHECKING:
    from .translate import Translation

Places = Mapping[sp.Idx, Loop]


def _threshold(t: Translation, e: Binder, places: Places) -> tuple[Loop, Node, Node, Node]:
    """Of a row u under sparsemax: the loop, u - max u, max u, and the threshold less max u.

    It is the largest of the means that the entries down to some entry would ask for, so that no order is needed; a
    loop over the row for each of its entries.
    """
    loop, entry = t.inside(e, places)
    other, again = t.beside(e, places, entry.free | {loop})
    largest = t.make(Reduce, "max", loop, entry)
    own, one = t.call("sub", entry, largest), t.call("sub", again, largest)
    inside = t.call("ge", again, entry)
    total = t.make(Reduce, "sum", other, t.make(Select, inside, one, t.number(0.0)))
    count = t.make(Reduce, "sum", other, t.make(Select, inside, t.number(1.0), t.number(0.0)))
    mean = t.call("div", t.call("sub", total, t.number(1.0)), count)
    return loop, own, largest, t.make(Reduce, "max", loop, mean)


def _above(t: Translation, difference: Node, threshold: Node) -> Node:
    return t.call("maximum", t.number(0.0), t.call("sub", difference, threshold))


def _sparsemax(t: Translation, e: Sparsemax, places: Places) -> Node:
    _, _, largest, threshold = _threshold(t, e, places)
    return _above(t, t.call("sub", t.node(e.at(e.place), places), largest), threshold)


def _sparse_maximum(t: Translation, e: SparseMaximum, places: Places) -> Node:
    """max u + sum p**2/2 + (tau - max u): p u is p (p + tau) where p is not 0, and the p sum to one."""
    loop, own, largest, threshold = _threshold(t, e, places)
    p = _above(t, own, threshold)
    squares = t.make(Reduce, "sum", loop, t.call("mul", p, p))
    return t.call("add", largest, t.call("add", threshold, t.call("mul", t.number(0.5), squares)))


def _sparse_gap(t: Translation, e: SparseGap, places: Places) -> Node:
    """sum_j (p[j] - delta[j, k])**2/2 + max(0, tau - u[k]), which sparse_maximum - u[k] + 1/2 is."""
    loop, own, largest, threshold = _threshold(t, e, places)
    here = t.call("eq", t.make(Position, loop), t.node(e.place, places))
    p = _above(t, own, threshold)
    off = t.make(Select, here, t.call("sub", p, t.number(1.0)), p)
    squares = t.make(Reduce, "sum", loop, t.call("mul", off, off))
    below = t.call("sub", threshold, t.call("sub", t.node(e.at(e.place), places), largest))
    return t.call("add", t.call("mul", t.number(0.5), squares), t.call("maximum", t.number(0.0), below))


RULES: tuple[tuple[Any, Callable[[Any, Any, Any], Node]], ...] = (
    (SparseGap, _sparse_gap),
    (Sparsemax, _sparsemax),
    (SparseMaximum, _sparse_maximum),
)
