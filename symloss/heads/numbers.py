"""Numbers as the user typed them, kept exact.

A Python float in a SymPy expression contaminates what it meets (``1.0*f``, rounding
at 53 bits). A dyadic float of few digits becomes a rational; any other becomes a
`TypedNumber`, which prints as typed and means exactly that double.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp


class TypedNumber(sp.AtomicExpr):  # type: ignore[misc]
    """A double that prints as its shortest decimal and is exact in every evaluation."""

    is_number = True
    is_real = True
    is_finite = True
    is_integer = False
    is_commutative = True
    __slots__ = ("value",)

    def __new__(cls, value: float) -> TypedNumber:
        number: TypedNumber = sp.AtomicExpr.__new__(cls)
        number.value = float(value)
        return number

    def _hashable_content(self) -> tuple[Any, ...]:
        return (repr(self.value),)

    def __getnewargs__(self) -> tuple[float]:
        return (self.value,)

    def __getstate__(self) -> None:
        return None

    def _eval_is_positive(self) -> bool:
        return bool(self.value > 0)

    def _eval_is_negative(self) -> bool:
        return bool(self.value < 0)

    def _eval_is_zero(self) -> bool:
        return bool(self.value == 0)

    def _eval_evalf(self, prec: int) -> sp.Expr:
        return exact(self.value)._eval_evalf(prec)

    def _sympystr(self, printer: Any) -> str:
        return repr(self.value)

    _latex = _sympystr
    _sympyrepr = _sympystr


def exact(value: float) -> sp.Rational:
    """The rational that a double is."""
    fraction = Fraction(value)
    return sp.Rational(fraction.numerator, fraction.denominator)


def typed(value: float) -> sp.Expr:
    """A rational if the double is a short dyadic (0.5, 2.0, 1e6), else a `TypedNumber`."""
    if value != value or value in (float("inf"), float("-inf")):
        return sp.sympify(value)
    rational = exact(value)
    if rational.q <= 1024:
        return rational
    # One sign: -1*0.3 and -0.3 are one expression.
    return TypedNumber(value) if value > 0 else -TypedNumber(-value)
