"""A sum that is a product of sums: each factor has its own zero, and its own largest term.

A second derivative of a quotient, or of f(g(u)), comes multiplied out: p q (r - t) (p - q + 2 p q/D) as eight terms,
each as large as |p q t|. Next to a zero of one factor they cancel down to it, and what is left of the other factors'
digits is lost with it. As a product the small factor is formed from terms of its own size.
"""

from __future__ import annotations

import sympy as sp

from symloss.heads.binders import Binder
from symloss.simplify.cost import cost

# Polynomials of several symbols are factored: more terms or more symbols take too long.
_MOST_TERMS = 24
_MOST_SYMBOLS = 8
_HIGHEST_POWER = 4


def product_of_sums(e: sp.Expr) -> sp.Expr | None:
    """A sum of products of functions as a product of two sums or more, where it is one and that is no longer."""
    if not isinstance(e, sp.Add) or not 4 <= len(e.args) <= _MOST_TERMS or not e.atoms(sp.Function, Binder):
        return None
    symbols: dict[sp.Expr, sp.Dummy] = {}
    polynomial = sp.Add(*(_hidden_term(term, symbols) for term in e.args))
    if not isinstance(polynomial, sp.Add) or not 1 < len(polynomial.free_symbols) <= _MOST_SYMBOLS:
        return None
    product = sp.factor(polynomial)
    sums = sum(int(n) for f in sp.Mul.make_args(product) for f, n in (f.as_base_exp(),) if isinstance(f, sp.Add))
    if sums < 2:
        return None
    shown = product.xreplace({s: f for f, s in symbols.items()})
    return shown if cost(shown) < cost(e) else None


def _hidden_term(term: sp.Expr, symbols: dict[sp.Expr, sp.Dummy]) -> sp.Expr:
    """The term as a monomial: a symbol for every factor that is no number, one for f and -f, another for 1/f."""
    return sp.Mul(*(_hidden(f, symbols) for f in sp.Mul.make_args(term)))


def _hidden(factor: sp.Expr, symbols: dict[sp.Expr, sp.Dummy]) -> sp.Expr:
    if factor.is_Rational:
        return factor
    base, exponent = factor.as_base_exp() if isinstance(factor, sp.Pow) else (factor, sp.S.One)
    if not exponent.is_Integer or abs(int(exponent)) > _HIGHEST_POWER:
        base, exponent = factor, sp.S.One
    if isinstance(base, sp.Add) and base.could_extract_minus_sign():
        return (-1) ** exponent * _hidden((-base) ** exponent, symbols)
    base = base if exponent > 0 else 1 / base
    symbol = symbols.setdefault(base, sp.Dummy(f"f{len(symbols)}", real=True))
    return symbol ** abs(exponent)
