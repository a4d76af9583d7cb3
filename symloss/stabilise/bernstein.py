"""Polynomials in p and q = 1 - p as few terms p**a q**b, which do not cancel where p or q goes to 0.

R. T. Farouki (2012), The Bernstein polynomial basis: a centennial retrospective, Computer Aided Geometric Design 29.
"""

from __future__ import annotations

import sympy as sp

Powers = dict[tuple[int, int], sp.Rational]
"""Coefficients by the exponents of p and q."""


def powers_of(monomial: sp.Expr, p: sp.Dummy, q: sp.Dummy) -> tuple[sp.Expr, tuple[int, sp.Expr], tuple[int, sp.Expr]]:
    """The rest, and the exponents of p and q, each as a whole number and what it is more."""
    factors = sp.Mul.make_args(monomial)
    # SymPy keeps p**a * p apart for a symbolic a.
    a, b = (sp.Add(*(x for f in factors for base, x in (f.as_base_exp(),) if base == s)) for s in (p, q))
    rest = sp.Mul(*(f for f in factors if f.as_base_exp()[0] not in (p, q)))
    return rest, _whole(a), _whole(b)


def _whole(exponent: sp.Expr) -> tuple[int, sp.Expr]:
    number, rest = exponent.as_coeff_Add()
    return (int(number), rest) if number.is_Integer else (0, exponent)


def bernstein(powers: Powers) -> Powers:
    """sum c p**a q**b with q = 1 - p as few terms of one degree; as it was where nothing cancels as p goes to 1."""
    least_a, least_b = min(a for a, _ in powers), min(b for _, b in powers)
    at_one = sum(c for (_, b), c in powers.items() if b == least_b)
    if at_one != 0 and all(b == least_b for _, b in powers):
        return powers
    degree = max(a - least_a + b - least_b for a, b in powers)
    raised: dict[int, sp.Rational] = {}
    for (a, b), c in powers.items():
        missing = degree - (a - least_a) - (b - least_b)
        for n in range(missing + 1):
            k = a - least_a + n
            raised[k] = raised.get(k, sp.S.Zero) + c * sp.binomial(missing, n)
    lowered = _lowered([raised.get(k, sp.S.Zero) for k in range(degree + 1)])
    n = len(lowered) - 1
    return {(k + least_a, n - k + least_b): c for k, c in enumerate(lowered) if c != 0}


def _lowered(coefficients: list[sp.Rational]) -> list[sp.Rational]:
    """Coefficients of p**k q**(n - k), divided by p + q = 1 as often as that goes."""
    while len(coefficients) > 1:
        quotient, carried = [], sp.S.Zero
        for c in coefficients[:-1]:
            carried = c - carried
            quotient.append(carried)
        if quotient[-1] != coefficients[-1]:
            break
        coefficients = quotient
    return coefficients
