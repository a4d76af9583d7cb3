"""Rational functions of v and sqrt(1 + v**2) as products of c = 1/sqrt(1 + v**2) and s = v/sqrt(1 + v**2).

c and s lie between -1 and 1, so that nothing overflows, and they have limits at infinity. Where only even powers of
the root occur, c**2 = 1/(1 + v**2) is enough. Where odd ones are added to even ones, sums such as sqrt(1 + v**2) - 1
cancel; everything is then rational in the tangent of half the angle, t = s/(1 + c), and a factor of t is a difference
that has been taken. Both are plain factorings of polynomials in one variable.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from symloss.heads.algebraic import algebraic_sigmoid, inverse_hypot, power1psq

from .quadratics import InOneVariable

T = sp.Dummy("t", real=True)

FAR = sp.Integer(2) ** 64
"""Beyond it one term of a polynomial of few terms is all of it; below it a degree of up to 15 does not overflow."""


@dataclass(frozen=True)
class Pair:
    """The functions of one v: ``v`` itself (a quotient u/g), c and s."""

    v: sp.Expr

    @property
    def c(self) -> sp.Expr:
        return inverse_hypot(self.v)

    @property
    def s(self) -> sp.Expr:
        return algebraic_sigmoid(self.v)

    @property
    def t(self) -> sp.Expr:
        return self.s / (1 + self.c)

    def product(self, s: int, c: int) -> sp.Expr:
        """s**s * c**c for whole exponents, where s/c is v."""
        over = min(s, -c) if s > 0 > c else 0
        return self.v**over * self.s ** (s - over) * self.c ** (c + over)


def bounded(e: sp.Expr, v: sp.Symbol, h: sp.Symbol, pair: Pair) -> sp.Expr | None:
    """``e``, rational in v and h = sqrt(1 + v**2), in the pair; None where it is not rational or has another pole."""
    e = sp.together(e)
    if not e.has(h):
        return _rational(e, v, pair) if e.has(v) else e
    even = e.xreplace({h: sp.sqrt(1 + v**2)})
    if even.is_rational_function(v):
        return _rational(even, v, pair)
    return _by_half_angle(e, v, h, pair)


def _rational(e: sp.Expr, v: sp.Symbol, pair: Pair) -> sp.Expr | None:
    """N(v)/(1 + v**2)**n, each polynomial in N made homogeneous in s and c."""
    found = _factors(e, v)
    if found is None:
        return None
    coefficient, factors = found
    root = factors.pop(sp.Poly(1 + v**2, v), 0)
    odd = factors.pop(sp.Poly(v, v), 0)
    if root >= 0 or any(n < 0 for n in factors.values()):
        return None
    degree = sum(p.degree() * n for p, n in factors.items())
    sums = [_bounded_sum(p, v, pair) ** n for p, n in factors.items()]
    return sp.Mul(coefficient, pair.product(odd, -2 * root - odd - degree), *sums)


def times_power(e: sp.Expr, form: InOneVariable, exponent: sp.Expr, pair: Pair) -> sp.Expr | None:
    """``e``, rational in v, times (1 + v**2)**exponent: all powers of 1 + v**2 are joined into one."""
    found = _factors(sp.together(e).xreplace({form.h: sp.sqrt(1 + form.v**2)}), form.v)
    if found is None:
        return None
    coefficient, factors = found
    root = factors.pop(sp.Poly(1 + form.v**2, form.v), 0)
    odd = factors.pop(sp.Poly(form.v, form.v), 0)
    if odd < 0 or any(n < 0 for n in factors.values()):
        return None
    exponent += root + sp.Rational(sum(p.degree() * n for p, n in factors.items()), 2)
    sums = [_bounded_sum(p, form.v, pair) ** n for p, n in factors.items()]
    # u is g v: where the scale g vanishes, u is not lost; at infinity the bounded function has the limit.
    near = (form.u / form.g) ** odd * power1psq(pair.v, exponent)
    far = pair.s**odd * power1psq(pair.v, exponent + sp.Rational(odd, 2))
    if odd:
        near = sp.Piecewise((coefficient * near, sp.Abs(pair.v) < FAR), (coefficient * far, True))
        return sp.Mul(near, *sums)
    return sp.Mul(coefficient, near, *sums)


def _bounded_sum(p: sp.Poly, v: sp.Symbol, pair: Pair) -> sp.Expr:
    """P(v) c**d for a polynomial of degree d.

    Near a zero P(v) keeps more digits than the same sum in s and c, each of which is rounded; far out it overflows.
    """
    d = p.degree()
    far = sp.Add(*(a * pair.s**k * pair.c ** (d - k) for (k,), a in p.terms()))
    if all(a.is_nonnegative for a in p.coeffs()) and all(k % 2 == 0 for (k,) in p.monoms()):
        return far
    return sp.Piecewise((p.as_expr().xreplace({v: pair.v}) * pair.c**d, sp.Abs(pair.v) < FAR), (far, True))


def _by_half_angle(e: sp.Expr, v: sp.Symbol, h: sp.Symbol, pair: Pair) -> sp.Expr | None:
    """v = 2t/(1 - t**2) and h = (1 + t**2)/(1 - t**2); what is left of 1 + t**2 = 2/(1 + c) after s = 2t/(1 + t**2)."""
    found = _factors(e.xreplace({v: 2 * T / (1 - T**2), h: (1 + T**2) / (1 - T**2)}), T)
    if found is None:
        return None
    coefficient, factors = found
    below, above = (factors.pop(sp.Poly(T + sign, T), 0) for sign in (-1, 1))
    root = factors.pop(sp.Poly(1 + T**2, T), 0) + below
    tangent = factors.pop(sp.Poly(T, T), 0)
    if below != above or any(n < 0 for n in factors.values()):
        return None
    # t - 1 was found, 1 - t is meant
    coefficient *= sp.Integer(-1) ** below
    sines = max(0, min(tangent, -root))
    tangent, root = tangent - sines, root + sines
    polynomials = [_horner(p, pair.t) ** n for p, n in factors.items()]
    left = (1 + pair.c) ** -root * sp.Integer(2) ** (root - sines)
    return sp.Mul(coefficient, pair.product(sines, below), pair.t**tangent, left, *polynomials)


def _horner(p: sp.Poly, t: sp.Expr) -> sp.Expr:
    """The polynomial in t; in t**2 where it is even."""
    return sp.Add(*(a * t**k for (k,), a in p.terms()))


def _factors(e: sp.Expr, v: sp.Symbol) -> tuple[sp.Expr, dict[sp.Poly, int]] | None:
    """A coefficient free of v, and polynomials in v with their exponents."""
    coefficient: sp.Expr = sp.S.One
    factors: dict[sp.Poly, int] = {}
    for factor in sp.Mul.make_args(sp.factor(e)):
        base, exponent = factor.as_base_exp()
        if not factor.has(v):
            coefficient *= factor
            continue
        if not exponent.is_Integer or not base.is_polynomial(v):
            return None
        p = sp.Poly(base, v)
        if p in (sp.Poly(1 - v, v), sp.Poly(-1 - v, v)):
            coefficient, p = coefficient * sp.Integer(-1) ** exponent, -p
        factors[p] = factors.get(p, 0) + int(exponent)
    return coefficient, factors
