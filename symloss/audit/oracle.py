"""The reference: value, gradient and Hessian of a loss in high precision, independent of the derivation.

What is evaluated is the expression as the user typed it; nothing is derived, simplified or
stabilised. Derivatives are central differences at a precision so high that their own error
is far below what is asked for. The precision doubles until two runs agree to 2**-70; two runs
of too low a precision agree on 0, so 0 is believed only where the smallest numbers that the
dtype can hold are resolved.

>>> import symloss as sl
>>> oracle = Oracle(sl.Loss("half_square", (sl.prediction("f") - sl.target("y"))**2/2))
>>> oracle.gradient({"y": 1.0, "f": 3.5}, "f")
[mpf('2.5')]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

import mpmath
import sympy as sp

from symloss.declare.roles import role_symbol
from symloss.declare.sums import totals
from symloss.heads.evaluate import evaluate
from symloss.loss import Loss

Sample = Mapping[str, Any]
"""One row of every argument and parameter: numbers, or nested lists of numbers."""

Place = tuple[int, ...]

RELATIVE = mpmath.mpf(2) ** -70
MASKED = -20_000
"""Stands for -inf, a masked class: exp of it is below every float, so that what is computed is the limit."""

_FLOOR_BITS = 1130  # below the smallest float64; what is smaller than that need not agree
_RESOLVED = _FLOOR_BITS + 80
_LIMIT = 40_000


class Oracle:
    """The exact results of one loss at single samples.

    ``formula`` is the loss written a second time, as a function of multiple-precision numbers
    by name (nested lists for arrays); without it the expression as typed is what is evaluated.
    """

    def __init__(self, loss: Loss, formula: Callable[[dict[str, Any]], Any] | None = None) -> None:
        declaration = loss.declaration
        self.name = declaration.name
        self.declared = {role_symbol(d).name: role_symbol(d) for d in (*declaration.inputs, *declaration.parameters)}
        self.axes = declaration.axes
        self.typed = totals(declaration.typed)
        self.lifted = declaration.expression
        self.formula = formula

    def value(self, sample: Sample) -> Any:
        """The loss; the formula or the typed expression, and the expression in heads, must agree on it."""
        numbers = self.numbers(sample)
        found = self._agreed(lambda: self._meaning(numbers), self._start(sample, 1))
        lifted = self._agreed(lambda: evaluate(self.lifted, numbers), self._start(sample, 1))
        if abs(found - lifted) > RELATIVE * abs(found) * 4 + mpmath.mpf(2) ** -_FLOOR_BITS:
            what = "as typed" if self.formula is None else "by the formula"
            raise ArithmeticError(f"{self.name}: {what} {found}, in heads {lifted}, at {dict(sample)}")
        return found

    def meaning(self, sample: Sample) -> Any:
        """The formula or typed expression at the current precision; NaN where it is 0/0, as a metric of one class."""
        try:
            return self._meaning(self.numbers(sample))
        except ZeroDivisionError:
            return mpmath.nan

    def gradient(self, sample: Sample, name: str) -> list[Any]:
        """The derivative by every entry of an argument or parameter, in C order."""
        return [self.slope(sample, name, place) for place in self.places(sample, name)]

    def hessian(self, sample: Sample, name: str) -> list[Any]:
        """The diagonal of the Hessian, in C order."""
        return [self.curvature(sample, (name, place), (name, place)) for place in self.places(sample, name)]

    def hessian_matrix(self, sample: Sample, row: str, column: str) -> list[list[Any]]:
        """Second derivatives by an entry of ``row`` and an entry of ``column``."""
        return [
            [self.curvature(sample, (row, a), (column, b)) for b in self.places(sample, column)]
            for a in self.places(sample, row)
        ]

    def slope(self, sample: Sample, name: str, place: Place) -> Any:
        """One entry of the gradient."""

        def difference() -> Any:
            step = mpmath.mpf(2) ** -(mpmath.mp.prec // 3)
            high, low = (self._moved(sample, [(name, place, s * step)]) for s in (1, -1))
            return (high - low) / (2 * step)

        return self._agreed(difference, self._start(sample, mpmath.mpf(3) / 2))

    def curvature(self, sample: Sample, a: tuple[str, Place], b: tuple[str, Place]) -> Any:
        """One entry of the Hessian."""

        def difference() -> Any:
            step = mpmath.mpf(2) ** -(mpmath.mp.prec // 4)
            if a == b:
                sides = [self._moved(sample, [(*a, s * step)]) for s in (1, 0, -1)]
                return (sides[0] - 2 * sides[1] + sides[2]) / step**2
            corners = [
                s * t * self._moved(sample, [(*a, s * step), (*b, t * step)]) for s, t in product((1, -1), (1, -1))
            ]
            return mpmath.fsum(corners) / (4 * step**2)

        return self._agreed(difference, self._start(sample, 2))

    def condition(self, result: Callable[[Sample], Any], sample: Sample) -> Any:
        """Sum over all real arguments x of |x dF/dx|, F being a result: how F moves with every input.

        An error of that many units in the last place is what rounding the inputs alone does.
        Targets at the end of their domain do not count: a label of 1 is not a rounded number.
        """
        relative = mpmath.mpf(2) ** -40
        total = mpmath.mpf(0)
        with mpmath.workprec(3 * _FLOOR_BITS):
            here = result(sample)
            for name, symbol in self.declared.items():
                if symbol.label_axis is not None:
                    continue
                for place in self.places(sample, name):
                    entry = mpmath.mpf(_entry(sample[name], place))
                    if entry == 0 or mpmath.isinf(entry) or _is_whole(symbol, entry):
                        continue
                    moved = {**sample, name: _with(sample[name], place, entry * (1 + relative))}
                    total += abs(result(moved) - here) / relative
        return total

    # --- samples --------------------------------------------------------------------------------

    def numbers(self, sample: Sample) -> dict[str, Any]:
        """The sample in multiple precision, with the lengths of the axes that its arrays imply."""
        numbers = {name: _exact(sample[name]) for name in self.declared}
        sizes: dict[sp.Symbol, int] = {}
        for symbol in self.declared.values():
            inner = numbers[symbol.name]
            for axis in symbol.axes:
                for free in axis.extent.free_symbols:
                    sizes[free] = int(sp.solve(axis.extent - len(inner), free)[0])
                inner = inner[0] if inner else []
        numbers.update({free.name: length for free, length in sizes.items()})
        numbers.update({axis.name: int(axis.extent.subs(sizes)) for axis in self.axes})
        return numbers

    def places(self, sample: Sample, name: str) -> list[Place]:
        """The indices of all entries of an argument."""
        shape, inner = [], sample[name]
        for _ in self.declared[name].axes:
            shape.append(len(inner))
            inner = inner[0] if len(inner) else []
        return list(product(*map(range, shape)))

    def _moved(self, sample: Sample, moves: Sequence[tuple[str, Place, Any]]) -> Any:
        numbers = self.numbers(sample)
        for name, place, by in moves:
            numbers[name] = _with(numbers[name], place, _entry(numbers[name], place) + by)
        return self._meaning(numbers)

    def _meaning(self, numbers: dict[str, Any]) -> Any:
        """The formula or typed expression; where that is 0*log(0) as typed, what heads take it to mean."""
        if self.formula is not None:
            return self.formula(numbers)
        typed = evaluate(self.typed, numbers)
        return evaluate(self.lifted, numbers) if mpmath.isnan(typed) else typed

    # --- precision ------------------------------------------------------------------------------

    def _start(self, sample: Sample, loss_of_bits: Any) -> int:
        """Bits that resolve exp(-2*x) for the largest number of the sample, or the smallest float if that is less."""
        sizes = [
            1.0,
            *(abs(float(x)) for name in self.declared for x in _flat(sample[name]) if abs(float(x)) != mpmath.inf),
        ]
        scale = max(
            (1 / abs(float(sample[n])) for n, s in self.declared.items() if _may_divide(s, sample[n])), default=1.0
        )
        needed = min(160 + 3 * max(sizes) * max(scale, 1.0), _RESOLVED)
        return int(needed * loss_of_bits)

    def _agreed(self, compute: Callable[[], Any], start: int) -> Any:
        """Doubling precision until two finite results agree; NaN and infinity are no agreement before the limit."""
        precision, previous, last = start, None, None
        believed = max(start, _RESOLVED)
        while precision <= _LIMIT:
            with mpmath.workprec(precision):
                try:
                    last = current = compute()
                except (ZeroDivisionError, ValueError):
                    current = mpmath.nan
                if mpmath.isfinite(current) and previous is not None:
                    floor = mpmath.mpf(2) ** -_FLOOR_BITS
                    agree = abs(current - previous) <= max(RELATIVE * abs(current), floor)
                    if agree and (current != 0 or precision >= believed):
                        return current
                previous = current if mpmath.isfinite(current) else None
            precision *= 2
        raise ArithmeticError(f"{self.name}: no two precisions up to {_LIMIT} bits agree: {last}")


def _exact(value: Any) -> Any:
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [_exact(v) for v in value]
    number = mpmath.mpf(value)
    return mpmath.mpf(MASKED) if number == -mpmath.inf else number


def _flat(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple)) or getattr(value, "ndim", False):
        return [x for v in value for x in _flat(v)]
    return [value]


def _entry(value: Any, place: Place) -> Any:
    for p in place:
        value = value[p]
    return value


def _with(value: Any, place: Place, new: Any) -> Any:
    if not place:
        return new
    return [_with(v, place[1:], new) if n == place[0] else v for n, v in enumerate(value)]


def _is_whole(symbol: Any, entry: Any) -> bool:
    """Whether a target or datum is exact by its nature: a sign, a class, a certain probability."""
    ends = (symbol.domain.low, symbol.domain.high)
    return symbol.role != "prediction" and (
        entry in ends or bool(symbol.domain.test and symbol.domain.test[0] == "values")
    )


def _may_divide(symbol: Any, value: Any) -> bool:
    """Whether the argument is a scalar parameter such as a temperature, which scales what it divides."""
    return symbol.role == "parameter" and not symbol.axes and float(value) != 0
