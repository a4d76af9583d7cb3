"""A sum that is a product of sums: each factor has its own zero, and its own largest term.

A second derivative of a quotient, or of f(g(u)), comes multiplied out: p q (r - t) (p - q + 2 p q/D) as eight terms,
each as large as |p q t|. Next to a zero of one factor they cancel down to it, and what is left of the other factors'
digits is lost with it. As a product the small factor is formed from terms of its own size.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from symloss.heads.binders import Binder, Softmax
from symloss.simplify.cost import cost

from .target import depends_on_prediction

# Polynomials of several symbols are factored: more terms or more symbols take too long.
_LEAST_TERMS, _MOST_TERMS = 4, 24
_MOST_MONOMIALS = 60
_MOST_SYMBOLS = 12
_HIGHEST_POWER = 4


def product_of_sums(e: sp.Expr) -> sp.Expr | None:
    """A sum of products of functions as a product of two sums or more, where it is one and that is no longer."""
    if not isinstance(e, sp.Add) or len(e.args) > _MOST_TERMS or not e.atoms(sp.Function, Binder):
        return None
    if len(e.args) >= _LEAST_TERMS and (found := _factored(e, _hidden_term)) is not None:
        return found
    # What cancels in a row under softmax is found by its own rules, in the terms as they are.
    return None if e.has(Softmax) else _factored(e, _multiplied_out)


Symbols = dict[sp.Expr, sp.Dummy]
"""What stands for what in a polynomial."""


def _factored(e: sp.Add, hide: Callable[[sp.Expr, Symbols], sp.Expr]) -> sp.Expr | None:
    symbols: Symbols = {}
    polynomial = sp.expand(sp.Add(*(hide(term, symbols) for term in e.args)))
    terms = len(polynomial.args) if isinstance(polynomial, sp.Add) else 0
    if not 4 <= terms <= _MOST_MONOMIALS or not 1 < len(polynomial.free_symbols) <= _MOST_SYMBOLS:
        return None
    product = sp.factor(polynomial)
    sums = sum(int(n) for f in sp.Mul.make_args(product) for f, n in (f.as_base_exp(),) if isinstance(f, sp.Add))
    if sums < 2:
        return None
    meaning = {s: f for f, s in symbols.items()}
    known = {s for s, f in meaning.items() if not depends_on_prediction(f)}
    if hide is _multiplied_out:
        product = sp.Mul(*(_nested(f, known) for f in sp.Mul.make_args(product)))
    shown = product.xreplace(meaning)
    return shown if cost(shown) < cost(e) else None


def _nested(e: sp.Expr, known: set[sp.Dummy]) -> sp.Expr:
    """A sum of products with what most of its terms have taken out, again and again; of two alike what is known."""
    if not isinstance(e, sp.Add):
        return e
    counts = {s: sum(a.has(s) for a in e.args) for s in sorted(e.free_symbols, key=sp.default_sort_key)}
    most = max(counts, key=lambda s: (counts[s], s in known))
    if counts[most] < 2:
        return e
    inside = [a for a in e.args if a.has(most)]
    rest = [a for a in e.args if a not in inside]
    return most * _nested(sp.Add(*(a / most for a in inside)), known) + _nested(sp.Add(*rest), known)


def _multiplied_out(e: sp.Expr, symbols: Symbols) -> sp.Expr:
    """With the sums of products inside as well; 1 - t of a target, 1 - p and residuals f - y stay whole."""
    if isinstance(e, sp.Add) and not (depends_on_prediction(e) and all(map(_is_product, e.args))):
        return _hidden(e, symbols)
    if isinstance(e, (sp.Add, sp.Mul)):
        return e.func(*(_multiplied_out(a, symbols) for a in e.args))
    if isinstance(e, sp.Pow) and e.exp.is_Integer and 0 < e.exp <= _HIGHEST_POWER:
        return _multiplied_out(e.base, symbols) ** e.exp
    return _hidden(e, symbols)


def _is_product(e: sp.Expr) -> bool:
    return isinstance(e, sp.Mul) and isinstance(e.as_coeff_Mul()[1], sp.Mul)


def _hidden_term(term: sp.Expr, symbols: Symbols) -> sp.Expr:
    """The term as a monomial: a symbol for every factor that is no number, one for f and -f, another for 1/f."""
    return sp.Mul(*(_hidden(f, symbols) for f in sp.Mul.make_args(term)))


def _hidden(factor: sp.Expr, symbols: Symbols) -> sp.Expr:
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
