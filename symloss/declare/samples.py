"""Numbers of ordinary size for everything a density depends on, and axes of length 3 spelled out.

Every real quantity is negative at one point and positive at the others, so that a rate
that was forgotten to be declared positive is noticed.
"""

from __future__ import annotations

import sympy as sp

from symloss.errors import DeclarationError
from symloss.heads.binders import Binder, LogSumExp, Maximum, Softmax, Total
from symloss.heads.numbers import exact

from .domains import Domain
from .log_terms import declared_symbol, quantities
from .roles import RoleSymbol

Sample = dict[sp.Expr, sp.Expr]

COUNT = 3
_LENGTH = 3  # of every free axis

_REALS = (sp.Rational(-4, 5), sp.Rational(3, 5), sp.Rational(13, 10))
_POSITIVE = (sp.Rational(4, 5), sp.Rational(7, 4), sp.Rational(1, 2))
_FRACTIONS = (sp.Rational(3, 10), sp.Rational(1, 2), sp.Rational(7, 10))
_COUNTS = (sp.Integer(3), sp.Integer(7), sp.Integer(4))


def samples(variables: list[sp.Expr]) -> list[Sample]:
    """Deterministic points inside the declared domains; array elements ascend along the last axis."""
    names = sorted({declared_symbol(v).name for v in variables})
    return [{v: _value(v, names.index(declared_symbol(v).name), n) for v in variables} for n in range(COUNT)]


def _value(variable: sp.Expr, number: int, point: int) -> sp.Expr:
    symbol = declared_symbol(variable)
    place = int(variable.indices[-1]) if isinstance(variable, sp.Indexed) else 0
    if point == 0 and symbol.default is not None and not symbol.axes:
        return exact(symbol.default)
    return inside(symbol.domain, point + number, place) + _apart(symbol, number)


def _apart(symbol: RoleSymbol, number: int) -> sp.Expr:
    """A little more for each further name, so that no two real quantities are equal."""
    return sp.Rational(number, 17) if symbol.domain.test is None else sp.S.Zero


def inside(domain: Domain, turn: int, place: int = 0) -> sp.Expr:
    """One number of the domain; ``place`` numbers the elements of an array."""
    n, test = turn % COUNT, domain.test or ("reals",)
    if test[0] == "values":
        return sp.nsimplify(test[1][(turn + place) % len(test[1])], rational=True)
    if test[0] == "integer":
        return int(test[1]) + _COUNTS[n] + place
    if test[0] == "simplex":
        return sp.Rational(place + 1, _LENGTH * (_LENGTH + 1) // 2)
    if test[0] == "interval":
        return _in_interval(float(test[1]), float(test[2]), n, place)
    return _REALS[n] + sp.Rational(place, 3)


def _in_interval(low: float, high: float, n: int, place: int) -> sp.Expr:
    if high == float("inf"):
        return exact(low) + _POSITIVE[n] + sp.Rational(place, 4)
    if low == -float("inf"):
        return exact(high) - _POSITIVE[n] + sp.Rational(place, 4)
    return exact(low) + (exact(high) - exact(low)) * (_FRACTIONS[n] + sp.Rational(place, 12))


def spelled_out(e: sp.Basic) -> sp.Basic:
    """Reductions as explicit sums over axes of length 3."""
    lengths = {s: sp.Integer(_LENGTH) for s in _sizes(e)}
    return _spelled_out(e, lengths).xreplace(lengths)


def free_variables(e: sp.Basic, y: sp.Expr) -> list[sp.Expr]:
    """What a density depends on besides its target, after `spelled_out`."""
    return [v for v in quantities(e) if v != y]


def _sizes(e: sp.Basic) -> list[sp.Symbol]:
    extents = {s for index in e.atoms(sp.Idx) for s in (index.upper - index.lower).free_symbols}
    axes = {axis for s in e.atoms(RoleSymbol) for axis in (*s.axes, *((s.label_axis,) if s.label_axis else ()))}
    return sorted(extents | {s for axis in axes for s in axis.extent.free_symbols}, key=str)


def _spelled_out(e: sp.Basic, lengths: dict[sp.Symbol, sp.Integer]) -> sp.Basic:
    if not e.has(Binder):
        return e
    arguments = [_spelled_out(a, lengths) for a in e.args]
    if not isinstance(e, Binder):
        return e.func(*arguments)
    body, index, *outside = arguments
    extent = int(e.extent.xreplace(lengths))
    entries = [body.xreplace({index: sp.Integer(n)}).xreplace(lengths) for n in range(extent)]
    if isinstance(e, Total):
        return sp.Add(*entries)
    if isinstance(e, Maximum):
        return sp.Max(*entries)
    if isinstance(e, LogSumExp):
        return sp.log(sp.Add(*(sp.exp(entry) for entry in entries)))
    if isinstance(e, Softmax):
        return sp.exp(body.xreplace({index: outside[0]})) / sp.Add(*(sp.exp(entry) for entry in entries))
    raise DeclarationError(
        f"{e}: a density with {type(e).__name__} cannot be checked; write normalised=False if you are sure"
    )
