"""Numbers and the order of terms and factors: what makes the arithmetic of a kernel definite."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import sympy as sp

from symloss.heads.algebraic import algebraic_sigmoid, inverse_hypot
from symloss.heads.evaluate import evaluate
from symloss.heads.numbers import TypedNumber, exact
from symloss.heads.row_binders import Norm

from .target import depends_on_prediction

_SMALL = (algebraic_sigmoid, inverse_hypot)  # of arguments that are themselves small, or huge


def nearest(e: sp.Expr) -> float:
    """The double nearest to a number."""
    return nearest_and_rest(e)[0]


def nearest_and_rest(e: sp.Expr) -> tuple[float, float]:
    """The double nearest to a number, and the one nearest to what it lacks."""
    if e in (sp.oo, -sp.oo, sp.nan):
        return float(e), 0.0
    with mpmath.workprec(200):
        exactly = evaluate(e, {})
        value = float(exactly)
        return value, float(exactly - value) if math.isfinite(value) else 0.0


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


def with_one_number(
    above: list[sp.Expr],
    below: list[sp.Expr],
    number: tuple[float, float],
    rounded: Callable[[sp.Expr], float],
) -> tuple[list[sp.Expr], list[sp.Expr], tuple[float, float]]:
    """sqrt(2) x/sqrt(pi) as one number and x: `rounded` once, and an exponential in x meets all of it."""
    numbers = [*filter(_is_irrational, above), *(1 / f for f in below if _is_irrational(f))]
    if not numbers or (len(numbers) == 1 and number == (1.0, 1.0) and not any(map(_is_irrational, below))):
        return above, below, number
    joined = rounded(sp.Mul(*numbers) * exact(number[0]) / exact(number[1]))
    top, bottom = ([f for f in factors if not _is_irrational(f)] for factors in (above, below))
    return top, bottom, (joined, 1.0)


def _is_irrational(factor: sp.Expr) -> bool:
    return bool(factor.is_number) and not isinstance(factor, TypedNumber)


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


def is_repeated_divisor(factor: sp.Expr) -> bool:
    """Whether a divisor is a whole power, from the second on, of a prediction as it is given, or of a length."""
    base, n = factor.as_base_exp()
    given = isinstance(base, (sp.Symbol, sp.Indexed)) and depends_on_prediction(base)
    return bool(n.is_Integer) and ((given and n > 1) or isinstance(base, Norm))


def term_order(term: sp.Expr) -> Any:
    return sp.default_sort_key(-term if term.could_extract_minus_sign() else term)


def common_powers(factors: list[sp.Expr]) -> tuple[list[tuple[list[sp.Expr], int]], list[sp.Expr]]:
    """Factors b**n, d**-n and exp(n u) as (b exp(u)/d)**n, and those left alone: a square may overflow where the
    square of the product does not."""
    groups: dict[int, list[sp.Expr]] = {}
    left = []
    for factor in factors:
        n = _power_of(factor)
        if n >= 2:
            groups.setdefault(n, []).append(factor)
        else:
            left.append(factor)
    for factor in list(left):
        n = _exponential_of(factor, groups)
        if n:
            groups[n].append(factor)
            left.remove(factor)
    joined = []
    for n, members in groups.items():
        bases = [sp.exp(m.args[0] / n) if isinstance(m, sp.exp) else m.base ** (m.exp / n) for m in members]
        if len(members) > 1 and all(_is_one_factor(b) for b in bases):
            joined.append((bases, n))
        else:
            left.extend(members)
    return joined, left


def _power_of(factor: sp.Expr) -> int:
    """n for b**n and b**-n, where the base is a residual or a parameter; bounded functions do not overflow."""
    if not isinstance(factor, sp.Pow) or not factor.exp.is_Integer or factor.base.is_number:
        return 0
    plain = isinstance(factor.base, (sp.Symbol, sp.Indexed, sp.Add)) and not factor.base.has(sp.Function)
    return abs(int(factor.exp)) if plain else 0


def _exponential_of(factor: sp.Expr, groups: dict[int, list[sp.Expr]]) -> int:
    """n for exp(n u) where there are other n-th powers; 2 for an exponent that is itself computed, and a square."""
    if not isinstance(factor, sp.exp):
        return 0
    if 2 in groups and isinstance(factor.args[0], sp.Add) and factor.args[0].has(sp.exp):
        return 2
    coefficient = factor.args[0].as_coeff_Mul(rational=True)[0]
    return next((n for n in groups if (coefficient / n).is_Integer), 0)


def _is_one_factor(base: sp.Expr) -> bool:
    return not isinstance(base, sp.Mul)


def half_exponential(e: sp.Expr) -> sp.Expr | None:
    """exp(u) for exp(2u), a squared scale: the scale itself is at hand where its square is."""
    if not isinstance(e, sp.exp):
        return None
    coefficient, rest = e.args[0].as_coeff_Mul(rational=True)
    return sp.exp(e.args[0] / 2) if abs(coefficient) == 2 and isinstance(rest, (sp.Symbol, sp.Indexed)) else None


def halved_exponentials(factors: list[sp.Expr]) -> list[sp.Expr]:
    """r*exp(2u) as r*exp(u)*exp(u), from the left: exp(2u) may overflow where the product does not."""
    halves = [(f, half_exponential(f)) for f in factors]
    if len(factors) < 2 or not any(half for _, half in halves):
        return factors
    return [f for f, half in halves if half is None] + [
        h for _, half in halves if half is not None for h in (half, half)
    ]


def squared_last(factors: list[sp.Expr]) -> list[sp.Expr]:
    """The factors, with squares b**2 of what may be small as b and b at the end: the square may underflow where the
    product does not."""
    squares = [f for f in factors if isinstance(f, sp.Pow) and f.exp == 2 and isinstance(f.base, _SMALL)]
    if len(factors) < 2 or len(squares) != 1:
        return factors
    return [f for f in factors if f not in squares] + [squares[0].base] * 2


def squared_factors(factors: list[sp.Expr]) -> list[sp.Expr]:
    """The factors that stand twice at the end, as `halved_exponentials` and `squared_last` leave them."""
    pairs = []
    rest = list(factors)
    while len(rest) > 2 and isinstance(rest[-1], (sp.exp, *_SMALL)) and rest[-1] == rest[-2]:
        pairs.append(rest[-1])
        rest = rest[:-2]
    return pairs
