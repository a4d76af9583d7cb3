"""x log(x/y) - x + y as one function: deviances and divergences, whose terms of first order cancel."""

from __future__ import annotations

from itertools import product

import sympy as sp

from symloss.declare.lift_pairs import is_complement_of_unit
from symloss.heads.functions import divergence, xlogy

_MOST_TERMS = 10  # multiplying out is for short sums
_MOST_GROUPS = 3

Quotient = dict[sp.Expr, sp.Expr]
"""The bases of a product and their exponents."""


def deviances(e: sp.Expr) -> sp.Expr | None:
    """r x log(x/y) - r x + r y = r divergence(x, y), for one such pair or several in a sum.

    A logarithm alone would need x - y added to it; only where these cancel against the rest, or against each other,
    is something won.
    """
    if not isinstance(e, sp.Add) or not e.has(sp.log, xlogy):
        return None
    terms = [part for term in e.args for part in _distributed(term)]
    if len(terms) > _MOST_TERMS:
        return None
    groups, rest = _by_coefficient(terms)
    if not 0 < len(groups) <= _MOST_GROUPS:
        return None
    for chosen in product(*(_candidates(c, quotient) for c, quotient in groups.items())):
        left = sp.expand(sp.Add(rest, *(r * (x - y) for r, x, y in chosen)))
        if left == 0 or len(sp.Add.make_args(left)) < len(sp.Add.make_args(rest)):
            return sp.Add(*(r * divergence(x, y, sp.expand(y - x)) for r, x, y in chosen)) + left
    return None


def _distributed(term: sp.Expr) -> list[sp.Expr]:
    """c (log(a) + b) as c log(a) and c b; other sums stay as they are."""
    for bracket in sp.Mul.make_args(term):
        if isinstance(bracket, sp.Add) and any(_has_logarithm(t) for t in bracket.args):
            return [part for t in bracket.args for part in _distributed(term / bracket * t)]
    return [term]


def _has_logarithm(e: sp.Expr) -> bool:
    return any(isinstance(f, (sp.log, xlogy)) for f in sp.Mul.make_args(e))


def _by_coefficient(terms: list[sp.Expr]) -> tuple[dict[sp.Expr, Quotient], sp.Expr]:
    """What stands in logarithms by their coefficient, k log(a) - k log(b) as k: a/b; and the terms without any."""
    groups: dict[sp.Expr, Quotient] = {}
    rest = []
    for term in terms:
        logarithms = [f for f in sp.Mul.make_args(term) if isinstance(f, (sp.log, xlogy))]
        if len(logarithms) != 1 or (term / logarithms[0]).has(sp.log, xlogy):
            rest.append(term)
            continue
        (logarithm,) = logarithms
        c = sp.Mul(term / logarithm, *logarithm.args[:-1])
        sign = -1 if c.could_extract_minus_sign() and not is_complement_of_unit(c) else 1
        quotient = groups.setdefault(sign * c, {})
        for base, exponent in logarithm.args[-1].as_powers_dict().items():
            quotient[base] = quotient.get(base, sp.S.Zero) + sign * exponent
    return groups, sp.expand(sp.Add(*rest))


def _candidates(c: sp.Expr, quotient: Quotient) -> list[tuple[sp.Expr, sp.Expr, sp.Expr]]:
    """(r, x, y) with c log(quotient) = r x log(x/y), x being a factor of c or what stands in the quotient."""
    ratio = sp.Mul(*(base**exponent for base, exponent in quotient.items()))
    number, variable = c.as_coeff_Mul()
    factors = [variable, *(variable.args if isinstance(variable, sp.Mul) else ())]
    sides = [base for base, exponent in quotient.items() if exponent == 1]
    known = (x for x in dict.fromkeys((*factors, *sides)) if not x.is_number)
    return [(number * variable / x, x, x / ratio) for x in known if x.is_nonnegative or is_complement_of_unit(x)]
