"""Differentiation of expressions in heads, by the table of heads and the calculus of indices.

SymPy's own ``Sum(...).diff`` captures bound variables (sympy#21891); this one cannot.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import sympy as sp

from symloss.errors import DerivationError
from symloss.heads import binders
from symloss.heads.functions import one_sided_sign, quotient_or_zero, step
from symloss.heads.sparse import Sparsemax, SparseMaximum
from symloss.heads.table import row_of

from .forms import ZERO, Form, assemble, combine, contract, scalar, zip_forms

Boundary = Literal["mean", "typed", "left", "right"]
"""What holds where a kink is: the mean of both sides, the branch as typed, or one side."""

Seed = Callable[[sp.Expr], Form]
"""The derivative of a leaf: a symbol or an element of an array."""

_CONSTANT = (sp.Rational, sp.NumberSymbol, sp.Idx, sp.KroneckerDelta, binders.Sorted, binders.Rank)


def by_element(variable: Any, indices: tuple[sp.Idx, ...]) -> Seed:
    """Differentiation by ``variable`` (a scalar symbol) or by ``variable[indices]``."""

    def seed(leaf: sp.Expr) -> Form:
        if leaf == variable:
            return {(): sp.S.One}
        if isinstance(leaf, sp.Indexed) and leaf.base == variable:
            return {_deltas(leaf.indices, indices): sp.S.One}
        return ZERO

    return seed


def _deltas(at: tuple[sp.Expr, ...], free: tuple[sp.Idx, ...]) -> tuple[tuple[sp.Expr, sp.Idx], ...]:
    return tuple((e, f) for e, f in zip(at, free, strict=True) if e != f)


def along(direction: dict[Any, Any]) -> Seed:
    """The directional derivative: every prediction moves by its direction."""

    def seed(leaf: sp.Expr) -> Form:
        if leaf in direction:
            return {(): direction[leaf]}
        if isinstance(leaf, sp.Indexed) and leaf.base in direction:
            return {(): direction[leaf.base][leaf.indices]}
        return ZERO

    return seed


def differentiate(expression: sp.Expr, seed: Seed, boundary: Boundary = "mean") -> sp.Expr:
    """The derivative as an expression (not yet simplified)."""
    return assemble(Differentiation(seed, boundary).of(expression))


class Differentiation:
    """One differentiation; remembers what it has seen."""

    def __init__(self, seed: Seed, boundary: Boundary) -> None:
        self.seed = seed
        self.boundary = boundary
        self.seen: dict[sp.Expr, Form] = {}

    def of(self, e: sp.Expr) -> Form:
        if e not in self.seen:
            self.seen[e] = self._derive(e)
        return self.seen[e]

    def _derive(self, e: sp.Expr) -> Form:
        if isinstance(e, (sp.Indexed, sp.Symbol)):
            return self.seed(e)
        if isinstance(e, _CONSTANT) or not e.args:
            return ZERO
        for kind, rule in _RULES:
            if isinstance(e, kind):
                return rule(self, e)
        row = row_of(e)
        if row is None:
            raise DerivationError(f"no derivative is known for {type(e).__name__}: {e}")
        forms = [self.of(a) for a in e.args]
        if not any(forms):
            return ZERO
        partials = row.derivatives(*e.args)
        return combine((p, form) for p, form in zip(partials, forms, strict=True) if form)

    # --- arithmetic ----------------------------------------------------------------------------

    def _sum(self, e: sp.Add) -> Form:
        return combine((sp.S.One, self.of(a)) for a in e.args)

    def _product(self, e: sp.Mul) -> Form:
        parts = []
        for n, factor in enumerate(e.args):
            form = self.of(factor)
            if form:
                parts.append((sp.Mul(*(a for m, a in enumerate(e.args) if m != n)), form))
        return combine(parts)

    def _power(self, e: sp.Pow) -> Form:
        base, exponent = e.args
        if exponent == sp.Rational(1, 2) and isinstance(base, binders.Total):
            return self._norm(e, base)
        parts = [(exponent * base ** (exponent - 1), self.of(base)), (e * sp.log(base), self.of(exponent))]
        return combine((factor, form) for factor, form in parts if form)

    def _norm(self, e: sp.Pow, total: binders.Total) -> Form:
        """The gradient of a norm, which is 0 at 0."""
        form = combine([(sp.Rational(1, 2), self.of(total))])
        return zip_forms([form], lambda c: quotient_or_zero(c[0], e))

    # --- kinks ---------------------------------------------------------------------------------

    def _absolute(self, e: sp.Abs) -> Form:
        return self._with_sign(e.args[0], sp.sign(e.args[0]))

    def _with_sign(self, u: sp.Expr, sign: sp.Expr) -> Form:
        form = self.of(u)
        if self.boundary not in ("left", "right") or not form:
            return combine([(sign, form)])
        return combine([(one_sided_sign(u, self._side * assemble(form)), form)])

    @property
    def _side(self) -> sp.Expr:
        """The direction in which the variable leaves a kink."""
        return sp.S.One if self.boundary == "right" else sp.S.NegativeOne

    def _maximum(self, e: sp.Max) -> Form:
        return self._extremum(e, sp.S.One)

    def _minimum(self, e: sp.Min) -> Form:
        return self._extremum(e, sp.S.NegativeOne)

    def _extremum(self, e: sp.Expr, sign: sp.Expr) -> Form:
        arguments = sorted(e.args, key=sp.default_sort_key)
        forms = [self.of(a) for a in arguments]
        if not any(forms):
            return ZERO
        if self.boundary in ("left", "right"):
            return self._one_sided_extremum(arguments, forms, sign)
        return combine((share, form) for share, form in zip(_shares(arguments, sign), forms, strict=True) if form)

    def _one_sided_extremum(self, arguments: list[sp.Expr], forms: list[Form], sign: sp.Expr) -> Form:
        """Two at a time: where they tie, the one that is ahead just beside the tie."""
        value, moved = arguments[0], forms[0]
        for argument, form in zip(arguments[1:], forms[1:], strict=True):
            ahead = sign * self._side * (assemble(moved) - assemble(form))
            first = (1 + one_sided_sign(sign * (value - argument), ahead)) / 2
            moved = combine([(first, moved), (1 - first, form)])
            value = sp.Max(value, argument) if sign == 1 else sp.Min(value, argument)
        return moved

    def _piecewise(self, e: sp.Piecewise) -> Form:
        forms = [self.of(branch) for branch, _ in e.args]
        if not any(forms):
            return ZERO
        conditions = [condition for _, condition in e.args]
        if self.boundary == "typed" or not any(self._moves(c) for c in conditions):
            return zip_forms(forms, lambda c: _branches(c, conditions))
        strict = [self._closed(c, keep_equality=False) for c in conditions]
        loose = [self._closed(c, keep_equality=True) for c in conditions]
        if self.boundary == "mean":
            return zip_forms(
                forms,
                lambda c: _mean_of_sides(_branches(c, strict), _branches(c, loose), _branches(c, conditions)),
            )
        return self._one_sided_piecewise(forms, conditions)

    def _one_sided_piecewise(self, forms: list[Form], conditions: list[sp.Basic]) -> Form:
        moved = [assemble(form) for form in forms]
        return scalar(_branches(moved, [self._shifted(c) for c in conditions]))

    def _moves(self, condition: sp.Basic) -> bool:
        """Whether the truth of the condition can change with the variable."""
        return any(
            self.of(r.lhs) or self.of(r.rhs)
            for r in condition.atoms(sp.core.relational.Relational)
            if not isinstance(r, (sp.Eq, sp.Ne))
        )

    def _closed(self, condition: sp.Basic, *, keep_equality: bool) -> sp.Basic:
        """The condition with its inequalities made strict, or made to include equality."""

        def close(r: sp.Basic) -> sp.Basic:
            if isinstance(r, (sp.StrictLessThan, sp.LessThan)):
                return sp.Le(r.lhs, r.rhs) if keep_equality else sp.Lt(r.lhs, r.rhs)
            return sp.Ge(r.lhs, r.rhs) if keep_equality else sp.Gt(r.lhs, r.rhs)

        return condition.xreplace({r: close(r) for r in self._inequalities(condition)})

    def _inequalities(self, condition: sp.Basic) -> list[sp.Basic]:
        return [
            r
            for r in condition.atoms(sp.core.relational.Relational)
            if not isinstance(r, (sp.Eq, sp.Ne)) and (self.of(r.lhs) or self.of(r.rhs))
        ]

    def _shifted(self, condition: sp.Basic) -> sp.Basic:
        """The condition as it holds just to one side of its boundary."""

        def shift(r: sp.Basic) -> sp.Basic:
            gap = r.rhs - r.lhs if isinstance(r, (sp.StrictLessThan, sp.LessThan)) else r.lhs - r.rhs
            slope = assemble(self.of(gap))
            inward = sp.Gt(slope, 0) if self.boundary == "right" else sp.Lt(slope, 0)
            return sp.Or(sp.Gt(gap, 0), sp.And(sp.Eq(gap, 0), inward))

        return condition.xreplace({r: shift(r) for r in self._inequalities(condition)})

    # --- rows ----------------------------------------------------------------------------------

    def _total(self, e: binders.Total) -> Form:
        index, body = e.open()
        return contract(self.of(body), index)

    def _log_sum_exp(self, e: binders.LogSumExp) -> Form:
        index, body = e.open()
        return self._weighted(body, index, binders.Softmax(e.body, e.bound, index))

    def _maximum_over(self, e: binders.Maximum) -> Form:
        index, body = e.open()
        return self._weighted(body, index, binders.Share(e.body, e.bound, index))

    def _weighted(self, body: sp.Expr, index: sp.Idx, weight: sp.Expr) -> Form:
        """The sum over the index of weight times the derivative of the body."""
        return contract(combine([(weight, self.of(body))]), index)

    def _softmax(self, e: binders.Softmax) -> Form:
        """softmax(u)[k]' = softmax(u)[k] * (u[k]' - sum_j softmax(u)[j] u[j]')."""
        here = self.of(e.at(e.place))
        everywhere = self._log_sum_exp(e)
        return (
            combine([(e, combine([(sp.S.One, here), (sp.S.NegativeOne, everywhere)]))]) if here or everywhere else ZERO
        )

    def _share(self, e: binders.Share) -> Form:
        return ZERO

    def _sparse_maximum(self, e: SparseMaximum) -> Form:
        index, body = e.open()
        return self._weighted(body, index, Sparsemax(e.body, e.bound, index))

    def _sparsemax(self, e: Sparsemax) -> Form:
        """p[k]' = s[k] (u[k]' - the mean of u' where s is 1), s being 1 where p is not 0."""
        index, body = e.open()
        inside = sp.sign(Sparsemax(e.body, e.bound, index))
        here, mean = self.of(e.at(e.place)), self._weighted(body, index, inside / binders.Total(inside, index))
        return combine([(sp.sign(e), combine([(sp.S.One, here), (sp.S.NegativeOne, mean)]))]) if here or mean else ZERO


def _branches(values: list[sp.Expr], conditions: list[sp.Basic]) -> sp.Expr:
    return sp.Piecewise(*zip(values, conditions, strict=True))


def _mean_of_sides(strict: sp.Expr, loose: sp.Expr, typed: sp.Expr) -> sp.Expr:
    """The mean of the two sides on a boundary; the typed form where the sides are the same expression."""
    return typed if strict == loose else MeanOfSides(strict, loose, typed)


class MeanOfSides(sp.Expr):  # type: ignore[misc]
    """The mean of what holds on either side of a boundary; ``typed`` is the branch as typed.

    A stage of derivation only: `symloss.derive.kinks` replaces it by the typed form where
    both sides agree, and by their mean where they do not.
    """

    is_commutative = True
    is_real = True


def _shares(arguments: list[sp.Expr], sign: sp.Expr) -> list[sp.Expr]:
    """1/m for each of the m arguments that attain the extremum, 0 for the others."""
    if len(arguments) == 2:
        a, b = arguments
        return [step(sign * (a - b)), step(sign * (b - a))]
    attains = [
        sp.Piecewise((1, sp.And(*(sp.Ge(sign * a, sign * b) for b in arguments if b != a))), (0, True))
        for a in arguments
    ]
    return [w / sp.Add(*attains) for w in attains]


_RULES: tuple[tuple[type, Callable[[Differentiation, Any], Form]], ...] = (
    (sp.Add, Differentiation._sum),
    (sp.Mul, Differentiation._product),
    (sp.Pow, Differentiation._power),
    (sp.Abs, Differentiation._absolute),
    (sp.Max, Differentiation._maximum),
    (sp.Min, Differentiation._minimum),
    (sp.Piecewise, Differentiation._piecewise),
    (binders.Total, Differentiation._total),
    (binders.LogSumExp, Differentiation._log_sum_exp),
    (binders.Maximum, Differentiation._maximum_over),
    (binders.Softmax, Differentiation._softmax),
    (binders.Share, Differentiation._share),
    (SparseMaximum, Differentiation._sparse_maximum),
    (Sparsemax, Differentiation._sparsemax),
)
