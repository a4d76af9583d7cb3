"""Sums of products of unit vectors in twice the digits, rounded once at the end.

What is left of angles and their slopes is a difference of products whose factors are rounded themselves: an entry of a
unit vector is a quotient. Each is carried as a number and what rounding took from it.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING

import sympy as sp

from symloss.heads.binders import SoftmaxComplement, SoftmaxGap, Total, free_indices
from symloss.heads.functions import bernoulli_function, finished, product_or_zero
from symloss.heads.row_binders import Direction

from .arithmetic import term_order
from .exponents import is_computed, is_power_of_sum, rounding_error, with_rounding_error
from .graph import Loop, Node, Reduce, Select, is_power_of_two
from .logistic_pairs import without_slope
from .rows import Parts
from .target import depends_on_prediction

if TYPE_CHECKING:
    from .translate import Translation

Places = Mapping[sp.Idx, Loop]

_MOST_REPEATED = 4


def is_of_directions(e: sp.Expr) -> bool:
    """Whether it is a sum that entries of unit vectors are multiplied in."""
    return isinstance(e, (sp.Add, Total)) and e.has(Direction)


def rounded_once(t: Translation, e: sp.Expr, places: Places) -> Node:
    """The value with all that rounding took."""
    return t.with_error(*in_parts(t, e, places))


def in_parts(t: Translation, e: sp.Expr, places: Places) -> Parts:
    """The value and what rounding took from it, as far as that is known."""
    if isinstance(e, finished):
        return in_parts(t, e.args[0], places)
    if isinstance(e, sp.Add):
        return functools.reduce(functools.partial(sum_of_parts, t), _terms(t, e, places))
    if isinstance(e, sp.Mul):
        return _of_factors(t, e, places)
    if isinstance(e, sp.Pow) and e.exp.is_Integer and 2 <= e.exp <= _MOST_REPEATED:
        return functools.reduce(functools.partial(product_of_parts, t), [in_parts(t, e.base, places)] * int(e.exp))
    if isinstance(e, sp.log) and isinstance(e.args[0], sp.Add):
        return _logarithm(t, e, places)
    if isinstance(e, sp.Pow) and isinstance(e.base, SoftmaxComplement) and e.exp != -1:
        return _power(t, e, places)
    if isinstance(e, Total):
        if t.slope_scale is not None and is_of_slopes(e):
            return _scaled_sum(t, e, places, t.slope_scale), None
        known = e.has(Direction) or not (depends_on_prediction(e) or isinstance(e.body, sp.Indexed))
        return _total(t, e, places) if known else (t.node(e, places), None)
    if isinstance(e, Direction):
        loop, value = t.inside(e, places)
        return t.rows.direction_in_parts(t.node(e.at(e.place), places), value, loop)
    if isinstance(e, sp.Piecewise):
        return _choice(t, e, places)
    if isinstance(e, bernoulli_function) and isinstance(-e.args[0], SoftmaxGap):
        gap = -e.args[0]
        whole = in_parts(t, gap, places), in_parts(t, SoftmaxComplement(*gap.args), places)
        return _quotient(t, *whole)
    if isinstance(e, product_or_zero):
        return product_of_parts(t, *(in_parts(t, f, places) for f in e.args))
    return t.node(e, places), rounding_error(t, e, places)


def is_of_gaps(e: sp.Add) -> bool:
    """Whether it is a sum with a gap of a row, or that over its complement, times other probabilities of the row."""
    terms = [set(sp.Mul.make_args(term.args[1] if isinstance(term, product_or_zero) else term)) for term in e.args]
    gaps = {f for factors in terms for f in factors if isinstance(f, (SoftmaxGap, bernoulli_function))}
    return bool(gaps) and any(isinstance(f, SoftmaxComplement) for factors in terms for f in factors)


def is_of_two_entries(e: sp.Add) -> bool:
    """Whether it is a function of sums along an axis at one entry of a row, less the same at another."""
    if len(e.args) != 2 or not all(term.has(Total) for term in e.args):
        return False
    first, second = e.args[0], -e.args[1]
    here, there = free_indices(first) - free_indices(second), free_indices(second) - free_indices(first)
    return len(here) == len(there) == 1 and first.xreplace(dict(zip(here, there, strict=True))) == second


def between_two_entries(t: Translation, e: sp.Add, places: Places) -> Node:
    """The difference of the two, and what rounding took from each: that is computed once for every entry, and is all
    that would be left of what cancels here and in the sum over the pairs."""
    minuend, subtrahend = sorted(e.args, key=lambda term: bool(term.could_extract_minus_sign()))
    value = t.call("sub", t.node(minuend, places), t.node(-subtrahend, places))
    errors = (error_of_product(t, term, places) for term in (minuend, -subtrahend))
    return t.call("plus_error", value, t.call("sub", *errors))


def error_of_product(t: Translation, e: sp.Expr, places: Places) -> Node:
    """What is missing from a product as it is computed elsewhere; nothing where it is not finite."""
    value, error = in_parts(t, e, places)
    missing = t.call("sub", value, t.plain(e, places))
    missing = missing if error is None else t.call("add", missing, error)
    finite = t.call("lt", t.call("abs", missing), t.number(float("inf")))
    return t.make(Select, finite, missing, t.number(0.0))


def _quotient(t: Translation, a: Parts, b: Parts) -> Parts:
    value = t.call("div", a[0], b[0])
    rest = t.call("sub", a[0], t.call("mul", value, b[0]))
    rest = _added(t, t.call("sub", rest, t.call("product_error", value, b[0])), a[1])
    rest = rest if b[1] is None else t.call("sub", rest, t.call("mul", value, b[1]))
    return value, t.call("div", rest, b[0])


def _logarithm(t: Translation, e: sp.log, places: Places) -> Parts:
    """log(x + error) as it is computed elsewhere, and by log(x), what rounding took from that, and error/x."""
    value, (x, error) = t.node(e, places), in_parts(t, e.args[0], places)
    plain = t.call("log", x)
    lost = t.call("add", t.call("sub", plain, value), t.call("log_error", x))
    return value, lost if error is None else t.call("add", lost, t.call("div", error, x))


def _power(t: Translation, e: sp.Pow, places: Places) -> Parts:
    """x**a, whose slope is a x**a/x."""
    base, error = in_parts(t, e.base, places)
    value = t.node(e, places)
    if error is None:
        return value, None
    relative = t.call("mul", t.node(e.exp, places), t.call("div", error, base))
    return value, t.call("mul", value, relative)


def is_of_slopes(e: Total) -> bool:
    """Whether it is a sum over pairs of entries with slopes s(u) s(-u) of logistic functions."""
    if not free_indices(e):
        return False
    return any(without_slope(list(product.args))[1] == 1 for product in e.body.atoms(sp.Mul))


def _of_factors(t: Translation, e: sp.Mul, places: Places) -> Parts:
    computed = sp.Mul(*(f for f in e.args if isinstance(f, sp.exp) or is_power_of_sum(f)))
    if is_computed(computed):
        parts = with_rounding_error(t, computed, places)
        return parts if computed == e else product_of_parts(t, parts, in_parts(t, e / computed, places))
    below = [1 / f for f in e.args if isinstance(f, sp.Pow) and f.exp.is_Integer and -_MOST_REPEATED <= f.exp < 0]
    above = [in_parts(t, f, places) for f in e.args if 1 / f not in below] or [(t.number(1.0), None)]
    product = functools.reduce(functools.partial(product_of_parts, t), above)
    return functools.reduce(functools.partial(_quotient, t), [in_parts(t, f, places) for f in below], product)


def _terms(t: Translation, e: sp.Add, places: Places) -> list[Parts]:
    return [in_parts(t, term, places) for term in sorted(e.args, key=term_order)]


def sum_of_parts(t: Translation, a: Parts, b: Parts) -> Parts:
    return t.call("add", a[0], b[0]), _added(t, t.call("sum_error", a[0], b[0]), a[1], b[1])


def product_of_parts(t: Translation, a: Parts, b: Parts) -> Parts:
    for one, other in ((a, b), (b, a)):
        if one[0] is t.number(-1.0):
            return t.call("neg", other[0]), None if other[1] is None else t.call("neg", other[1])
    lost = [t.call("mul", x, own) for x, own in ((a[0], b[1]), (b[0], a[1])) if own is not None]
    if any(map(is_power_of_two, (a[0], b[0]))):
        return t.call("mul", a[0], b[0]), _added(t, *lost) if lost else None
    return t.call("mul", a[0], b[0]), _added(t, t.call("product_error", a[0], b[0]), *lost)


def _total(t: Translation, e: Total, places: Places) -> Parts:
    loop, _ = t.inside(e, places)
    index, body = e.open()
    inner = {**{i: places[i] for i in free_indices(body) - {index}}, index: loop}
    return t.rows.sum_in_parts(*in_parts(t, body, inner), loop, bounded=True)


def opened(t: Translation, e: Total, places: Places) -> tuple[Loop, Places, sp.Basic | None, sp.Expr]:
    """A sum over pairs: its loop, the places in it, where it leaves an entry out, and what it adds elsewhere."""
    loop, _ = t.inside(e, places)
    index, body = e.open()
    inner = {**{i: places[i] for i in free_indices(body) - {index}}, index: loop}
    if not isinstance(body, sp.Piecewise):
        return loop, inner, None, body
    (_, left_out), (branch, _) = body.args[:2]
    return loop, inner, left_out, branch


def _scaled_sum(t: Translation, e: Total, places: Places, scale: Node) -> Node:
    """The sum of slopes that are multiplied by a scale, and of what they meet."""
    loop, inner, left_out, branch = opened(t, e, places)
    u, _, others = without_slope(list(sp.Mul.make_args(branch)))
    x, error = with_rounding_error(t, u, inner)
    zero = t.number(0.0)
    slope = t.call("sigmoid_slope_times", x, zero if error is None else error, scale)
    product = t.call("mul", slope, t.node(sp.Mul(*others), inner)) if others else slope
    product = t.make(Select, t.call("eq", slope, zero), zero, product)
    kept = product if left_out is None else t.make(Select, t.node(left_out, inner), zero, product)
    return t.make(Reduce, "sum", loop, kept)


def _choice(t: Translation, e: sp.Piecewise, places: Places) -> Parts:
    value, error = t.number(float("nan")), t.number(0.0)
    for branch, condition in reversed(e.args):
        own, lost = in_parts(t, branch, places)
        lost = t.number(0.0) if lost is None else lost
        if condition == sp.true:
            value, error = own, lost
        else:
            holds = t.node(condition, places)
            value, error = t.make(Select, holds, own, value), t.make(Select, holds, lost, error)
    return value, error


def _added(t: Translation, first: Node, *others: Node | None) -> Node:
    return functools.reduce(lambda x, y: t.call("add", x, y), (x for x in others if x is not None), first)
