"""Conditions that data must meet, from the declared domains; checked inside the kernel's own pass."""

from __future__ import annotations

import sympy as sp

from symloss.declare.roles import Declared, RoleSymbol, role_symbol
from symloss.heads.binders import SoftmaxGap, free_indices

from .graph import Apply, Builder, Constant, Element, Extent, Guard, Loop, Node, Position, Reduce
from .translate import Translation

_SIMPLEX_ULPS = 8.0  # a row may miss 1 by max(8, sqrt(K)) float32 eps: targets often went through float32 (api.md)
_FLOAT32_EPS = 2.0**-23


class GuardBuilder:
    """Guards as graph nodes."""

    def __init__(self, builder: Builder) -> None:
        self.make = builder.make

    def call(self, head: str, *arguments: Node) -> Node:
        return self.make(Apply, head, arguments)

    def number(self, value: float) -> Node:
        return self.make(Constant, value)

    def of(self, declared: Declared) -> tuple[Guard, ...]:
        """The guards of one argument."""
        symbol = role_symbol(declared)
        if symbol.label_axis is not None:
            return (self._label(symbol),)
        loops = tuple(Loop(axis.name, _count(symbol, n)) for n, axis in enumerate(symbol.axes))
        element = self.make(Element, symbol.name, tuple(self.make(Position, loop) for loop in loops))
        if symbol.domain.test == ("simplex",):
            return self._simplex(symbol, loops, element)
        condition = self._condition(symbol, element)
        return (
            ()
            if condition is None
            else (Guard(symbol.name, loops, condition, symbol.domain.expected, symbol.domain.test),)
        )

    def _label(self, symbol: RoleSymbol) -> Guard:
        element = self.make(Element, symbol.name, ())
        low = self.call("ge", element, self.number(0.0))
        high = self.call("lt", element, self.make(Extent, symbol.label_axis.name))
        return Guard(symbol.name, (), self.call("and", low, high), symbol.domain.expected, symbol.domain.test)

    def _simplex(self, symbol: RoleSymbol, loops: tuple[Loop, ...], element: Node) -> tuple[Guard, ...]:
        loop = next(lp for lp in loops if lp.axis == symbol.domain.axis.name)
        total = self.make(Reduce, "sum", loop, element)
        gap = self.call("abs", self.call("sub", total, self.number(1.0)))
        root = self.call("sqrt", self.call("mul", self.make(Extent, loop.axis), self.number(1.0)))
        allowed = self.call("mul", self.call("maximum", self.number(_SIMPLEX_ULPS), root), self.number(_FLOAT32_EPS))
        outer = tuple(lp for lp in loops if lp != loop)
        positive, whole = self.call("ge", element, self.number(0.0)), self.call("le", gap, allowed)
        if symbol.role == "prediction":  # as in `_condition`
            positive = self.call("or", positive, self.call("ne", element, element))
            whole = self.call("or", whole, self.call("ne", total, total))
        return (
            Guard(
                symbol.name,
                loops,
                positive,
                symbol.domain.expected,
                ("interval", 0.0, float("inf"), True, False),
            ),
            Guard(symbol.name, outer, whole, symbol.domain.expected, symbol.domain.test),
        )

    def _condition(self, symbol: RoleSymbol, element: Node) -> Node | None:
        """True inside the domain. A NaN fails for targets and data and passes for predictions."""
        test = symbol.domain.test
        if test is None:
            # An unrestricted target may be infinite (the limit is given), but not NaN.
            return None if symbol.role == "prediction" else self.call("eq", element, element)
        inside = self._inside(test, element)
        if symbol.role == "prediction":
            return self.call("or", inside, self.call("ne", element, element))
        return inside

    def _inside(self, test: tuple[object, ...], element: Node) -> Node:
        if test[0] == "values":
            low, high = (self.call("eq", element, self.number(float(v))) for v in test[1])  # type: ignore[attr-defined]
            return self.call("or", low, high)
        if test[0] == "integer":
            whole = self.call("eq", element, self.call("floor", element))
            finite = self.call("lt", element, self.number(float("inf")))
            least = self.call("ge", element, self.number(float(test[1])))  # type: ignore[arg-type]
            return self.call("and", self.call("and", whole, least), finite)
        _, low_end, high_end, closed_low, closed_high = test
        above = self.call("ge" if closed_low else "gt", element, self.number(float(low_end)))  # type: ignore[arg-type]
        if high_end == float("inf"):
            return above
        below = self.call("le" if closed_high else "lt", element, self.number(float(high_end)))  # type: ignore[arg-type]
        return self.call("and", above, below)


def _count(symbol: RoleSymbol, position: int) -> int:
    """The number of the loop: how many earlier axes of the argument are the same axis."""
    axes = symbol.axes
    return sum(axis.name == axes[position].name for axis in axes[:position])


def open_rows(expression: sp.Expr, translation: Translation) -> tuple[Guard, ...]:
    """A cross-entropy row needs a class that is not masked."""
    guards = []
    for gap in sorted(expression.atoms(SoftmaxGap), key=sp.default_sort_key):
        names = sorted(s.name for s in gap.body.atoms(RoleSymbol) if s.role == "prediction")
        if not names or free_indices(gap.body) - {gap.bound}:
            continue  # rows of a matrix: the infinite value says so itself
        row = translation.statistics(gap, {})
        masked = translation.call("eq", row.raw_largest, translation.number(-float("inf")))
        condition = translation.call("not", masked)
        guards.append(Guard(names[0], (), condition, "at least one class that is not masked (-inf)"))
    return tuple(dict.fromkeys(guards))
