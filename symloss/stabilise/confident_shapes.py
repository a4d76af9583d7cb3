"""A shape times the gap of its own share, in a row of which it is nearly all: the sum of the other shapes.

The gap -log p of the largest shape is log(1 + o/k) of the others, o. Where o/k has underflowed, k times it is o all
the same, a number of any size; and k ((1 - p) + log p) is -o**2/(2 k).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import sympy as sp

from symloss.heads.binders import SoftmaxComplement, SoftmaxGap
from symloss.heads.functions import exp_times

from . import translate_rows
from .graph import Loop, Node, Reduce, Select
from .rows import UNSCALED

if TYPE_CHECKING:
    from .translate import Translation

    Places = Mapping[sp.Idx, Loop]

_SURE = 2.0**-60  # o/k below which log(1 + o/k) is o/k to the last bit, and its difference from 1 - p the second term


def shape_times_gap(t: Translation, e: sp.Expr, places: Places, plain: Node) -> Node:
    """``plain`` is the node of exp(z[k] + c) (g - gap[k]), or of exp(z[k] + c) (g + (1 - p[k]) - gap[k])."""
    found = _parts(e)
    if found is None:
        return plain
    exponent, rest, gap, curved = found
    loop, row, (inside, *_) = translate_rows.opened(t, gap, places)
    if row.scale != UNSCALED or loop in t.node(exponent, places).free - t.node(gap.place, places).free:
        return plain
    entry, _ = t._entry(gap, places)
    shift = t.node(exponent - gap.at(gap.place), places)
    other = t.call("add", inside, shift)
    if curved:  # o/sqrt(k): its square may be a number where o/k has underflowed
        other = t.call("sub", other, t.call("mul", t.number(0.5), t.call("add", row.largest, shift)))
    beside = t.make(Select, t.call("lt", inside, row.largest), t.call("exp", other), t.number(0.0))
    others = t.make(Reduce, "sum", loop, beside)
    small = t.call("mul", t.number(0.5), t.call("mul", others, others)) if curved else others
    known = t.node(exp_times(exponent, rest), places) if rest != 0 else t.number(0.0)
    sure = t.call("and", t.call("eq", entry, row.largest), t.call("lt", row.others, t.number(_SURE)))
    return t.make(Select, sure, t.call("sub", known, small), plain)


def _parts(e: sp.Expr) -> tuple[sp.Expr, sp.Expr, SoftmaxGap, bool] | None:
    """The exponent, the sum without the gap (and the complement), the gap, and whether the complement was there."""
    if isinstance(e, exp_times):
        exponent, total = e.args
    elif isinstance(e, sp.Mul) and len(e.args) == 2 and any(isinstance(f, sp.exp) for f in e.args):
        total, scale = sorted(e.args, key=lambda f: isinstance(f, sp.exp))
        exponent = scale.args[0]
    else:
        return None
    gap = next((-term for term in sp.Add.make_args(total) if isinstance(-term, SoftmaxGap)), None)
    if gap is None or gap.at(gap.place) not in sp.Add.make_args(exponent):
        return None
    complement = SoftmaxComplement(*gap.args)
    curved = complement in sp.Add.make_args(total)
    return exponent, total + gap - (complement if curved else 0), gap, curved
