"""A derivative of a row as a polynomial in the softmax p at some places and in means under it.

Over the reals sum p = 1, and that is what cancels in a confident row: p - p**2, g[k] - sum p g, sum p g h -
(sum p g)(sum p h). In the polynomial such terms are found by their monomials, whatever the order in which
differentiation left them, and replaced by p (1 - p), by contrasts and by covariances, which keep their digits.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy as sp

from symloss.heads.binders import Binder, Softmax, SoftmaxComplement, SoftmaxGap, Total, fresh_index
from symloss.heads.row_binders import LargestPlace, SoftmaxContrast, SoftmaxCovariance

Terms = dict[sp.Expr, sp.Rational]
"""Rational coefficients by monomial."""


def outer(e: sp.Basic, kind: type) -> list[sp.Basic]:
    """The nodes of that type outside of the scope of any reduction, in a fixed order."""
    found: dict[sp.Basic, None] = {}

    def visit(x: sp.Basic) -> None:
        if isinstance(x, kind):
            found[x] = None
        for a in x.args[2:] if isinstance(x, Binder) else x.args:
            visit(a)

    visit(e)
    return sorted(found, key=sp.default_sort_key)


def terms_of(e: sp.Expr) -> Terms:
    """The terms of a multiplied-out expression."""
    collected: Terms = {}
    for term in sp.Add.make_args(sp.expand(e, log=False, power_exp=False, power_base=False)):
        coefficient, monomial = term.as_coeff_Mul(rational=True)
        collected[monomial] = collected.get(monomial, sp.S.Zero) + coefficient
    return {m: c for m, c in collected.items() if c != 0}


def added(terms: Terms) -> sp.Expr:
    return sp.Add(*(c * m for m, c in terms.items()))


def opposite(terms: Terms, a: sp.Expr, b: sp.Expr) -> sp.Rational:
    """The largest c such that c a - c b is a part of the sum; 0 where the two have one sign."""
    c, d = terms.get(a, sp.S.Zero), terms.get(b, sp.S.Zero)
    if c * d >= 0:
        return sp.S.Zero
    return c if abs(c) <= abs(d) else -d


def take(terms: Terms, parts: Terms) -> None:
    """Subtract."""
    for monomial, c in parts.items():
        left = terms.get(monomial, sp.S.Zero) - c
        if left == 0:
            terms.pop(monomial, None)
        else:
            terms[monomial] = left


@dataclass
class RowPolynomial:
    """The polynomial of one expression about one row, and what its symbols stand for."""

    row: Softmax
    places: tuple[sp.Expr, ...]
    index: sp.Idx = field(init=False)
    meaning: dict[sp.Dummy, sp.Expr] = field(default_factory=dict)
    """Symbols and what they stand for: softmax, complement, mean, contrast, opaque function."""
    means: dict[sp.Expr, sp.Dummy] = field(default_factory=dict)
    """The symbol of sum_j p[j] g[j] by g, an expression in ``index`` and ``inner``."""
    opaque: dict[sp.Expr, sp.Dummy] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.index = fresh_index(self.row.bound)
        self.inner = sp.Dummy("p", positive=True)  # the softmax at ``index``
        self.p = {s: sp.Dummy(f"p{n}", positive=True) for n, s in enumerate(self.places)}
        self.q = {s: sp.Dummy(f"q{n}", positive=True) for n, s in enumerate(self.places)}
        for s in self.places:
            self.meaning[self.p[s]] = self.row.func(self.row.body, self.row.bound, s)
            self.meaning[self.q[s]] = SoftmaxComplement(self.row.body, self.row.bound, s)

    # --- into symbols ---------------------------------------------------------------------------

    def read(self, e: sp.Expr) -> sp.Expr:
        """The expression with a symbol for everything that is not a polynomial."""
        if e in self.opaque:
            return self.opaque[e]
        if isinstance(e, Softmax) and e.func == self.row.func and e.args[:2] == self.row.args[:2]:
            return self.p[e.place]
        if isinstance(e, Total):
            return self._mean(e)
        if isinstance(e, sp.Add) and len(e.args) == 2 and e.as_coeff_Add()[0] in (1, -1):
            number, rest = e.as_coeff_Add()
            if self.read(-rest / number) in self.p.values():
                place = next(s for s in self.places if self.p[s] == self.read(-rest / number))
                return number * self.q[place]
        if isinstance(e, (sp.Add, sp.Mul)):
            return e.func(*map(self.read, e.args))
        if isinstance(e, sp.Pow) and isinstance(e.base, sp.Add) and not e.base.has(Binder):
            return self._whole(e.base) ** e.exp
        if isinstance(e, sp.Pow) and ((e.exp.is_Integer and e.exp > 0) or self._is_probability(e.base)):
            return self.read(e.base) ** e.exp
        if not e.args or isinstance(e, sp.Indexed):
            return e
        return self._power_of_exponential(e) if isinstance(e, sp.exp) else self._opaque(e)

    def _power_of_exponential(self, e: sp.exp) -> sp.Expr:
        """exp(n s) as a power of exp(s) or exp(-s), so that it meets its own square."""
        n, rest = e.args[0].as_coeff_Mul()
        if not n.is_Integer or not isinstance(rest, (sp.Symbol, sp.Indexed)):
            return self._opaque(e)
        return self._opaque(sp.exp(sp.sign(n) * rest)) ** abs(n)

    def _is_probability(self, base: sp.Expr) -> bool:
        return self.read(base) in (*self.p.values(), *self.q.values()) if base.has(Softmax) else False

    def _whole(self, e: sp.Add) -> sp.Expr:
        """A sum to a power that has nothing of the row stays whole: multiplied out, its own terms would cancel.

        Without the number and the sign before it, so that (2 - 2 s)**2 meets 4 (s - 1)**2.
        """
        number, rest = e.primitive()
        return -number * self._opaque(-rest) if rest.could_extract_minus_sign() else number * self._opaque(rest)

    def _opaque(self, e: sp.Expr) -> sp.Dummy:
        if e not in self.opaque:
            symbol = self.opaque[e] = sp.Dummy("f", real=True)
            self.meaning[symbol] = e
        return self.opaque[e]

    def _mean(self, e: Total) -> sp.Expr:
        """A sum along the row as means under the softmax, one for each term of its body."""
        own = self.row.func(self.row.body, self.row.bound, self.index)
        body = e.at(self.index)
        if not body.has(own) or e.bound.label.axis != self.index.label.axis:
            return self._opaque(e)
        hidden: dict[sp.Expr, sp.Dummy] = {}
        polynomial = _hide(body.xreplace({own: self.inner}), hidden)
        shown = {v: k for k, v in hidden.items()}
        total = sp.S.Zero
        for monomial, c in terms_of(polynomial).items():
            factors = [f.xreplace(shown) for f in sp.Mul.make_args(monomial)]
            outside = [f for f in factors if not f.has(self.index) and not f.has(self.inner)]
            inside = sp.Mul(*(f for f in factors if f not in outside))
            total += c * self.read(sp.Mul(*outside)) * self._mean_of(inside)
        return total

    def _mean_of(self, inside: sp.Expr) -> sp.Expr:
        exponents = [x for f in sp.Mul.make_args(inside) for base, x in (f.as_base_exp(),) if base == self.inner]
        if not exponents or not all(x.is_Integer and x > 0 for x in exponents):
            return self._opaque(Total(self.shown(inside), self.index))
        g = inside / self.inner
        if g == 1:
            return sp.S.One
        if g not in self.means:
            symbol = self.means[g] = sp.Dummy("m", real=True)
            self.meaning[symbol] = Total(self.shown(inside), self.index)
        return self.means[g]

    def shown(self, e: sp.Expr) -> sp.Expr:
        """With the softmax at the index of the row for its symbol."""
        return e.xreplace({self.inner: self.row.func(self.row.body, self.row.bound, self.index)})

    def at(self, g: sp.Expr, place: sp.Expr) -> sp.Expr:
        """g at a place, in symbols; its functions must be known there already."""
        return self.read(self.shown(g).xreplace({self.index: place}))

    # --- back ---------------------------------------------------------------------------------------

    def show(self, e: sp.Expr) -> sp.Expr:
        """The expression with what the symbols stand for."""
        return e.xreplace(dict(self.meaning))

    def contrast(self, place: sp.Expr, g: sp.Expr, own: sp.Expr) -> sp.Dummy:
        """The symbol of own (1 - p) + g - sum p g at a place."""
        g = self._differing(g)
        return self.named(SoftmaxContrast(self._along(g), self.index, place, own, own + self._at_largest(g)))

    def contrast_along(self, g: sp.Expr) -> sp.Expr:
        """g - sum p g at the index of the row."""
        g = self._differing(g)
        return SoftmaxContrast(self._along(g), self.index, self.index, sp.S.Zero, self._at_largest(g))

    def covariance(self, g: sp.Expr, h: sp.Expr) -> sp.Dummy:
        """The symbol of sum p g h - (sum p g)(sum p h)."""
        g, h = self._differing(g), self._differing(h)
        tops = (self._at_largest(x) for x in (g, h))
        return self.named(SoftmaxCovariance(self._along(g, h), self.index, *tops))

    def _along(self, *values: sp.Expr) -> sp.Tuple:
        return sp.Tuple(self.row.at(self.index), *map(self.shown, values))

    def _at_largest(self, g: sp.Expr) -> sp.Expr:
        return self.shown(g).xreplace({self.index: LargestPlace(self.row.body, self.row.bound)})

    def _differing(self, g: sp.Expr) -> sp.Expr:
        """g up to a constant of the row: -u for logsumexp(u) - u, so that close entries keep their difference."""
        gap, symbol = SoftmaxGap(self.row.body, self.row.bound, self.index), sp.Dummy("gap", real=True)
        slope = sp.diff(g.xreplace({gap: symbol}), symbol)
        if slope.has(symbol, self.index, self.inner):
            return g
        return g.xreplace({gap: -self.row.at(self.index)})

    def named(self, e: sp.Expr) -> sp.Dummy:
        """A symbol for the expression, the same one for the same expression."""
        symbol = next((s for s, m in self.meaning.items() if m == e), None)
        if symbol is None:
            symbol = sp.Dummy("c", real=True)
            self.meaning[symbol] = e
        return symbol


def _hide(e: sp.Expr, hidden: dict[sp.Expr, sp.Dummy]) -> sp.Expr:
    """The polynomial skeleton: functions and powers that are none stay whole."""
    if isinstance(e, (sp.Add, sp.Mul)):
        return e.func(*(_hide(a, hidden) for a in e.args))
    if isinstance(e, sp.Pow) and e.exp.is_Integer and e.exp > 0:
        return _hide(e.base, hidden) ** e.exp
    if not e.args or isinstance(e, sp.Indexed):
        return e
    return hidden.setdefault(e, sp.Dummy("f", real=True))


def rows_of(e: sp.Expr) -> list[Softmax]:
    """One softmax for every row that occurs outside of the scope of other reductions, or in a sum along itself."""
    kinds = {s.args[:2]: s for s in e.atoms(Softmax) if type(s) is Softmax}
    return [kinds[key] for key in sorted(kinds, key=str)]
