"""The meaning of an expression in numbers: mpmath, one rule per kind of node.

This is the definition that derivatives, rewrites and kernels are checked against. It
knows nothing of stable forms; digits come from `agreed`, which doubles the precision
until two runs agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import mpmath
import sympy as sp
from sympy.logic.boolalg import ITE, BooleanFalse, BooleanTrue

from . import binders, row_binders, sparse
from .numbers import TypedNumber, exact
from .table import row_of

Numbers = Mapping[str, Any]
"""Argument, axis and free index names to a number or nested lists of numbers."""


def evaluate(expression: sp.Basic, numbers: Numbers) -> Any:
    """The value at the current mpmath precision."""
    return _Evaluator(numbers).value(expression)


def agreed(
    compute: Callable[[], Any], relative: float = 2.0**-70, start: int = 170, limit: int = 60_000, floor: float = 0.0
) -> Any:
    """Run ``compute`` at doubling precision (bits) until two runs agree to ``relative``.

    ``floor`` is a magnitude below which a disagreement does not matter (a true zero
    never agrees relatively); it defaults to none. Raises ArithmeticError at ``limit``.
    """
    precision, previous = start, None
    while precision <= limit:
        with mpmath.workprec(precision):
            current = compute()
            if previous is not None and _agree(previous, current, relative, floor):
                return current
        previous, precision = current, 2 * precision
    raise ArithmeticError(f"no two precisions up to {limit} bits agree: {previous}")


def _agree(a: Any, b: Any, relative: float, floor: float) -> bool:
    if isinstance(a, (list, tuple)):
        return all(_agree(x, y, relative, floor) for x, y in zip(a, b, strict=True))
    if a == b or (mpmath.isnan(a) and mpmath.isnan(b)):
        return True
    return bool(abs(a - b) <= max(relative * abs(b), floor))


class _Evaluator:
    """Recursion over the expression with an environment of bound indices."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers
        self.places: dict[sp.Idx, int] = {}
        self.known: dict[tuple[Any, ...], Any] = {}

    def value(self, e: sp.Basic) -> Any:
        key = (e, *self._places_in(e))
        if key not in self.known:
            self.known[key] = self._compute(e)
        return self.known[key]

    def _places_in(self, e: sp.Basic) -> tuple[Any, ...]:
        return tuple(sorted((str(i), p) for i, p in self.places.items() if e.has(i))) if self.places else ()

    def _compute(self, e: sp.Basic) -> Any:
        for kind, rule in _RULES:
            if isinstance(e, kind):
                return rule(self, e)
        row = row_of(e)
        if row is not None:
            return row.oracle(*(self.value(a) for a in e.args))
        raise NotImplementedError(f"no oracle for {type(e).__name__}: {e}")

    def extent(self, binder: binders.Binder) -> int:
        return int(self.value(binder.extent))

    def entries(self, binder: binders.Binder) -> list[Any]:
        """The body for every value of the bound index."""
        values = []
        saved = self.places.get(binder.bound)
        for place in range(self.extent(binder)):
            self.places[binder.bound] = place
            values.append(self.value(binder.body))
        if saved is None:
            self.places.pop(binder.bound, None)
        else:
            self.places[binder.bound] = saved
        return values

    def symbol(self, e: sp.Symbol) -> Any:
        given = self.numbers[e.name]
        return mpmath.mpf(given) if not isinstance(given, (list, tuple)) else given

    def index(self, e: sp.Idx) -> Any:
        return mpmath.mpf(self.places[e]) if e in self.places else mpmath.mpf(self.numbers[e.name])

    def element(self, e: sp.Indexed) -> Any:
        array = self.numbers[str(e.base.label)]
        for index in e.indices:
            position = int(self.value(index))
            if not 0 <= position < len(array):
                # Both branches of a Piecewise are never evaluated here, so a wrong index is a wrong declaration.
                raise IndexError(f"{e}: position {position} outside 0..{len(array) - 1}")
            array = array[position]
        return mpmath.mpf(array)

    def piecewise(self, e: sp.Piecewise) -> Any:
        for branch, condition in e.args:
            if self.value(condition):
                return self.value(branch)
        return mpmath.nan

    def product(self, e: sp.Mul) -> Any:
        return mpmath.fprod(self.value(a) for a in e.args)

    def total(self, e: binders.Total) -> Any:
        return mpmath.fsum(self.entries(e))

    def log_sum_exp(self, e: binders.LogSumExp) -> Any:
        values = self.entries(e)
        largest = max(values)
        if mpmath.isinf(largest):
            return largest
        return largest + mpmath.log(mpmath.fsum(mpmath.exp(v - largest) for v in values))

    def softmax(self, e: binders.Softmax) -> Any:
        values = self.entries(e)
        largest = max(values)
        if mpmath.isinf(largest) and largest < 0:
            return mpmath.mpf(0)
        return mpmath.exp(self.value(e.at(e.place)) - largest) / mpmath.fsum(mpmath.exp(v - largest) for v in values)

    def share(self, e: binders.Share) -> Any:
        values = self.entries(e)
        largest = max(values)
        here = values[int(self.value(e.place))]
        return mpmath.mpf(1) / sum(v == largest for v in values) if here == largest else mpmath.mpf(0)

    def sorted_entry(self, e: binders.Sorted) -> Any:
        return sorted(self.entries(e), reverse=True)[int(self.value(e.place))]

    def rank(self, e: binders.Rank) -> Any:
        values = self.entries(e)
        order = sorted(range(len(values)), key=lambda n: (-values[n], n))
        return mpmath.mpf(order.index(int(self.value(e.place))))

    def largest_place(self, e: row_binders.LargestPlace) -> Any:
        values = self.entries(e)
        return mpmath.mpf(values.index(max(values)))

    def sparse_gap(self, e: sparse.SparseGap) -> Any:
        return sparse.sparse_maximum(self.entries(e)) - self.value(e.at(e.place)) + mpmath.mpf(1) / 2

    def sparsemax(self, e: sparse.Sparsemax) -> Any:
        return sparse.probabilities(self.entries(e))[0][int(self.value(e.place))]

    def weighted_rows(self, e: binders.Binder) -> tuple[list[Any], list[tuple[Any, ...]]]:
        """The softmax of the first part of the body, and the other parts, for every place."""
        rows = self.entries(e)
        largest = max(row[0] for row in rows)
        weights = [mpmath.exp(row[0] - largest) for row in rows]
        whole = mpmath.fsum(weights)
        return [w / whole for w in weights], [row[1:] for row in rows]

    def contrast(self, e: row_binders.SoftmaxContrast) -> Any:
        weights, values = self.weighted_rows(e)
        place = int(self.value(e.place))
        mean = mpmath.fsum(w * g for w, (g,) in zip(weights, values, strict=True) if w)
        return self.value(e.own) * (1 - weights[place]) + values[place][0] - mean

    def total_of_others(self, e: row_binders.TotalOfOthers) -> Any:
        _, values = self.weighted_rows(e)
        place = int(self.value(e.place))
        return mpmath.fsum(g for n, (g,) in enumerate(values) if n != place)

    def direction(self, e: row_binders.Direction) -> Any:
        values = self.entries(e)
        return values[int(self.value(e.place))] / mpmath.sqrt(mpmath.fsum(x * x for x in values))

    def covariance(self, e: row_binders.SoftmaxCovariance) -> Any:
        weights, values = self.weighted_rows(e)
        pairs = [(w, g, h) for w, (g, h) in zip(weights, values, strict=True) if w]
        means = mpmath.fsum(w * g for w, g, _ in pairs) * mpmath.fsum(w * h for w, _, h in pairs)
        return mpmath.fsum(w * g * h for w, g, h in pairs) - means

    def power(self, e: sp.Pow) -> Any:
        base, exponent = (self.value(a) for a in e.args)
        return mpmath.mpf(1) if exponent == 0 else mpmath.power(base, exponent)

    def relation(self, e: sp.core.relational.Relational) -> bool:
        left, right = self.value(e.lhs), self.value(e.rhs)
        return bool(_RELATIONS[type(e)](left, right))


_RELATIONS: dict[type, Callable[[Any, Any], bool]] = {
    sp.StrictLessThan: lambda a, b: a < b,
    sp.LessThan: lambda a, b: a <= b,
    sp.StrictGreaterThan: lambda a, b: a > b,
    sp.GreaterThan: lambda a, b: a >= b,
    sp.Equality: lambda a, b: a == b,
    sp.Unequality: lambda a, b: a != b,
}


def _number(_: _Evaluator, e: sp.Expr) -> Any:
    return (
        mpmath.mpf(e.p) / e.q if isinstance(e, sp.Rational) else sp.N(e, mpmath.mp.dps + 5)._to_mpmath(mpmath.mp.prec)
    )


_RULES: tuple[tuple[Any, Callable[[_Evaluator, Any], Any]], ...] = (
    (sp.Rational, _number),
    (sp.Float, lambda v, e: mpmath.mpf(exact(float(e)).p) / exact(float(e)).q),
    (TypedNumber, lambda v, e: mpmath.mpf(e.value)),
    (sp.NumberSymbol, _number),
    (type(sp.oo), lambda v, e: mpmath.inf),
    (type(-sp.oo), lambda v, e: -mpmath.inf),
    (type(sp.nan), lambda v, e: mpmath.nan),
    (sp.Idx, _Evaluator.index),
    (sp.Indexed, _Evaluator.element),
    (sp.Symbol, _Evaluator.symbol),
    (sp.Add, lambda v, e: mpmath.fsum(v.value(a) for a in e.args)),
    (sp.Mul, _Evaluator.product),
    (sp.Pow, _Evaluator.power),
    (sp.Piecewise, _Evaluator.piecewise),
    (sp.Max, lambda v, e: max(v.value(a) for a in e.args)),
    (sp.Min, lambda v, e: min(v.value(a) for a in e.args)),
    (sp.expint, lambda v, e: mpmath.expint(*map(v.value, e.args))),  # as typed; once lifted it is `log_scaled_e1`
    (sp.KroneckerDelta, lambda v, e: mpmath.mpf(v.value(e.args[0]) == v.value(e.args[1]))),
    (sp.core.relational.Relational, _Evaluator.relation),
    (sp.And, lambda v, e: all(v.value(a) for a in e.args)),
    (sp.Or, lambda v, e: any(v.value(a) for a in e.args)),
    (sp.Not, lambda v, e: not v.value(e.args[0])),
    (ITE, lambda v, e: v.value(e.args[1] if v.value(e.args[0]) else e.args[2])),
    (BooleanTrue, lambda v, e: True),
    (BooleanFalse, lambda v, e: False),
    (sp.Tuple, lambda v, e: tuple(v.value(a) for a in e.args)),
    (binders.Total, _Evaluator.total),
    (row_binders.Norm, lambda v, e: mpmath.sqrt(mpmath.fsum(x * x for x in v.entries(e)))),
    (row_binders.Direction, _Evaluator.direction),
    (row_binders.LargestPlace, _Evaluator.largest_place),
    (row_binders.SoftmaxContrast, _Evaluator.contrast),
    (row_binders.TotalOfOthers, _Evaluator.total_of_others),
    (row_binders.SoftmaxCovariance, _Evaluator.covariance),
    (binders.LogSumExp, _Evaluator.log_sum_exp),
    (binders.SoftmaxComplement, lambda v, e: 1 - v.softmax(e)),
    (binders.SoftmaxGap, lambda v, e: v.log_sum_exp(e) - v.value(e.at(e.place))),
    (binders.Softmax, _Evaluator.softmax),
    (binders.Maximum, lambda v, e: max(v.entries(e))),
    (binders.Share, _Evaluator.share),
    (binders.Sorted, _Evaluator.sorted_entry),
    (binders.Rank, _Evaluator.rank),
    (sparse.SparseMaximum, lambda v, e: sparse.sparse_maximum(v.entries(e))),
    (sparse.SparseGap, _Evaluator.sparse_gap),
    (sparse.Sparsemax, _Evaluator.sparsemax),
)
