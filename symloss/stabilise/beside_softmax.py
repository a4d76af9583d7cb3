"""A softmax times a sum of what stands in its exponents: derivatives of a mixture by what its components are made of.

The exponents of p have -r**2/2 in them, with r = (y - mu)*exp(-s), and the derivatives are (r**2 - 1)*p and the like.
What rounding takes from r**2 is known there, since an exponential multiplies it, and is all that is left of r**2 - 1
next to r = 1. The sum meets the exponential of the softmax before that underflows, and exp(-2*s) joins its exponent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import sympy as sp

from symloss.heads.binders import Softmax

from .exponents import has_computed, is_multiple_of_given, is_power_of_sum
from .graph import Loop, Node, Select
from .in_parts import in_parts
from .rows import UNSCALED, Parts

if TYPE_CHECKING:
    from .translate import Translation

    Places = Mapping[sp.Idx, Loop]


def with_component(t: Translation, e: sp.Mul, places: Places) -> Node | None:
    """The product of a sum of computed terms, a softmax and exponentials of arguments; None for any other."""
    sign, rest = e.as_coeff_Mul()
    factors = sp.Mul.make_args(rest)
    weights = [f for f in factors if type(f) is Softmax]
    sums = [f for f in factors if isinstance(f, sp.Add) and (has_computed(f) or is_power_of_sum(f))]
    others = [f for f in factors if f not in (*weights, *sums)]
    if abs(sign) != 1 or len(weights) != 1 or len(sums) != 1 or not all(map(_is_exponential, others)):
        return None
    if not (has_computed(weights[0]) and has_computed(rest)):
        return None
    row, (entry, _) = t.statistics(weights[0], places), t._entry(weights[0], places)
    if row.scale != UNSCALED:
        return None
    exponent, error = t.rows.exponent(entry, row.largest)
    for other in others:
        u = t.node(other.args[0], places)
        error = t.call("add", error, t.call("sum_error", exponent, u))
        exponent = t.call("add", exponent, u)
    value = _with_what_is_missing(t, sums[0], places)
    product = t.rows.part_of_whole(row, t.call("exp_product_corrected", exponent, error, value))
    product = _silenced(t, value, t.node(weights[0], places), product)
    return t.call("neg", product) if sign == -1 else product


def _is_exponential(e: sp.Expr) -> bool:
    return isinstance(e, sp.exp) and is_multiple_of_given(e.args[0])


def _with_what_is_missing(t: Translation, e: sp.Add, places: Places) -> Node:
    """The sum as it stands, with what rounding took from it as far as that is finite."""
    plain = t.node(e, places)
    value, error = in_parts(t, e, places)
    missing = t.call("sub", value, plain)
    parts: Parts = plain, missing if error is None else t.call("add", missing, error)
    return t.with_error(*parts)


def _silenced(t: Translation, value: Node, weight: Node, product: Node) -> Node:
    """0 where the sum is infinite, or one infinity less another, and the softmax 0: it falls faster than that grows."""
    none = t.call("eq", weight, t.number(0.0))
    finite = t.call("lt", t.call("abs", value), t.number(float("inf")))
    return t.make(Select, t.call("and", none, t.call("not", finite)), t.number(0.0), product)
