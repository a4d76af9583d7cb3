"""Numbers and the order of terms and factors: what makes the arithmetic of a kernel definite."""

from __future__ import annotations

from typing import Any

import mpmath
import sympy as sp

from symloss.heads.evaluate import evaluate
from symloss.heads.numbers import TypedNumber, exact


def nearest(e: sp.Expr) -> float:
    """The double nearest to a number."""
    if e in (sp.oo, -sp.oo, sp.nan):
        return float(e)
    with mpmath.workprec(200):
        return float(evaluate(e, {}))


def is_constant(e: sp.Basic) -> bool:
    if not isinstance(e, sp.Expr):
        return False
    return bool(e.is_number) or (not e.atoms(sp.Symbol, sp.Idx) and bool(e.args))


def coefficient_and_factors(e: sp.Mul) -> tuple[sp.Rational, list[sp.Expr]]:
    """The rational coefficient and the other factors; products of plain numbers join into one constant."""
    coefficient, rest = e.as_coeff_Mul(rational=True)
    factors = list(sp.Mul.make_args(rest))
    negative = [f for f in factors if isinstance(f, TypedNumber) and f.value < 0]
    return (-coefficient if len(negative) % 2 else coefficient), [
        TypedNumber(-f.value) if f in negative else f for f in factors if f != 1
    ]


def as_doubles(coefficient: sp.Rational) -> tuple[float, float]:
    """(p, q) with p/q the coefficient: a dyadic one is one exact factor, 1/3 stays a division."""
    value = float(coefficient)
    if exact(value) == coefficient:
        return value, 1.0
    return float(coefficient.p), float(coefficient.q)


def fraction(factors: list[sp.Expr]) -> tuple[list[sp.Expr], list[sp.Expr]]:
    """Factors above and below the line, in a fixed order."""
    above, below = [], []
    for factor in sorted(factors, key=sp.default_sort_key):
        base, exponent = factor.as_base_exp() if isinstance(factor, sp.Pow) else (factor, sp.S.One)
        if exponent.could_extract_minus_sign():
            below.append(base ** (-exponent))
        else:
            above.append(factor)
    return above, below


def term_order(term: sp.Expr) -> Any:
    return sp.default_sort_key(-term if term.could_extract_minus_sign() else term)
