"""Sums along a row and what they have of one of its entries: b[i] - p[i] sum b and all that is made of such sums.

In a confident row b[i] is nearly all of the sum and p[i] nearly 1. With its own part taken out of every sum, what is
left of it is a polynomial in p and 1 - p, whose terms that cancel as p goes to 1 are joined by Bernstein's form.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy as sp

from symloss.heads.binders import Binder, LogSumExp, Softmax, SoftmaxComplement, SoftmaxGap, Total, free_indices
from symloss.heads.rewrite import rewrite_outermost
from symloss.heads.row_binders import TotalOfOthers

from .bernstein import bernstein, powers_of
from .cases import Apart, by_cases
from .confident import confident_row
from .row_polynomial import Terms, outer, rows_of, terms_of
from .target import depends_on_prediction

_MOST_TERMS = 60  # of a polynomial; beyond it the joining takes too long


def own_part(e: sp.Expr) -> sp.Expr | None:
    """A polynomial in p[i] and in sums along the row that are no means, with the own entry out of every sum."""
    if not isinstance(e, (sp.Add, sp.Mul)) or not any(map(_is_of_complements, outer(e, Total))):
        return None
    return by_cases(e, _apart)


def _is_of_complements(e: Total) -> bool:
    """Whether 1 - p is a factor along the row, and p is none."""
    bases = [f.as_base_exp()[0] for f in sp.Mul.make_args(e.body)]
    return any(_complement(b) is not None for b in bases) and not any(type(b) is Softmax for b in bases)


def _complement(e: sp.Expr) -> tuple[int, Softmax] | None:
    """The sign and p of 1 - p and of p - 1."""
    if not isinstance(e, sp.Add) or len(e.args) != 2:
        return None
    number, rest = e.as_coeff_Add()
    if number not in (1, -1) or type(-rest / number) is not Softmax:
        return None
    return int(number), -rest / number


def _apart(e: sp.Expr, apart: Apart) -> tuple[sp.Expr, bool]:
    rows = [row for row in rows_of(e) if depends_on_prediction(row.body)]
    places = sorted({s.place for s in outer(e, Softmax) if type(s) is Softmax}, key=str)
    if len(rows) != 1 or len(places) not in (1, 2) or not all(isinstance(place, sp.Idx) for place in places):
        return e, False
    forms = [_without(place, e, rows[0]) for place in places]
    if any(form is None or free_indices(form) - free_indices(e) for form in forms):
        return e, False
    if len(forms) == 1:
        return forms[0], True
    # Of two entries the larger one may have all the weight.
    first, second = (rows[0].at(place) for place in places)
    return sp.Piecewise((forms[0], first > second), (forms[1], True)), True


def _without(place: sp.Idx, e: sp.Expr, row: Softmax) -> sp.Expr | None:
    """The expression with the own part of an entry out of every sum."""
    polynomial = _Polynomial(row, place)
    terms = terms_of(polynomial.read(_with_gaps(e)))
    return polynomial.joined(terms) if len(terms) <= _MOST_TERMS else None


def _with_gaps(e: sp.Expr) -> sp.Expr:
    """logsumexp(u) - u[k] as one function, inside of sums as well."""
    if isinstance(e, Total):
        index, body = e.open()
        return Total(_with_gaps(body), index)
    if isinstance(e, sp.Add):
        for log in (x for x in e.atoms(LogSumExp) if x in e.args or -x in e.args):
            sign = 1 if log in e.args else -1
            for entry in e.atoms(sp.Indexed):
                for place in entry.indices:
                    if log.at(place) == entry and -sign * entry in e.args:
                        return sign * SoftmaxGap(log.body, log.bound, place) + _with_gaps(e - sign * (log - entry))
    if isinstance(e, Binder) or not isinstance(e, (sp.Add, sp.Mul, sp.Pow)):
        return e
    return e.func(*map(_with_gaps, e.args))


@dataclass
class _Polynomial:
    """An expression as a polynomial in p and q = 1 - p at a place, and in sums over the other entries."""

    row: Softmax
    place: sp.Idx
    meaning: dict[sp.Dummy, sp.Expr] = field(default_factory=dict)
    sums: dict[sp.Dummy, Total] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.p, self.q = sp.Dummy("p", positive=True), sp.Dummy("q", positive=True)
        body, bound = self.row.args[:2]
        self.meaning[self.p] = Softmax(body, bound, self.place)
        self.meaning[self.q] = SoftmaxComplement(body, bound, self.place)

    def read(self, e: sp.Expr) -> sp.Expr:
        if e == self.meaning[self.p]:
            return self.p
        complement = _complement(e)
        if complement is not None and complement[1] == self.meaning[self.p]:
            return complement[0] * self.q
        if isinstance(e, Total) and e.bound.label.axis == self.row.bound.label.axis:
            return self.read(e.at(self.place)) + self._others(e)
        if isinstance(e, (sp.Add, sp.Mul)):
            return e.func(*map(self.read, e.args))
        if isinstance(e, sp.Pow) and not e.exp.has(Binder):
            base = self.read(e.base)
            if base in (self.p, self.q, -self.q) or (e.exp.is_Integer and e.exp > 0):
                return base**e.exp
        return e if e.is_Rational or isinstance(e, (sp.Symbol, sp.Indexed)) else self._named(e)

    def _named(self, e: sp.Expr) -> sp.Dummy:
        symbol = next((s for s, m in self.meaning.items() if m == e), None)
        if symbol is None:
            symbol = sp.Dummy("f", real=True)
            self.meaning[symbol] = e
        return symbol

    def _others(self, e: Total) -> sp.Dummy:
        symbol = next((s for s, total in self.sums.items() if total == e), None)
        if symbol is None:
            symbol = sp.Dummy("s", real=True)
            self.sums[symbol] = e
        return symbol

    def joined(self, terms: Terms) -> sp.Expr:
        """Every term by p**a q**b; what meets the same of these is one sum."""
        linear: dict[sp.Expr, list[tuple[sp.Rational, Total]]] = {}
        rest: list[sp.Expr] = []
        for monomial, c in self._by_powers(terms).items():
            inside = [s for s in self.sums if monomial.has(s)]
            if len(inside) == 1 and not (monomial / inside[0]).has(inside[0]):
                linear.setdefault(monomial / inside[0], []).append((c, self.sums[inside[0]]))
            else:
                rest.append(c * monomial.xreplace({s: self._one_sum([(sp.S.One, self.sums[s])]) for s in inside}))
        rest += [factor * self._one_sum(parts) for factor, parts in linear.items()]
        return sp.factor_terms(sp.Add(*rest)).xreplace(self.meaning)

    def _by_powers(self, terms: Terms) -> Terms:
        groups: dict[tuple[sp.Expr, sp.Expr, sp.Expr], dict[tuple[int, int], sp.Rational]] = {}
        for monomial, c in terms.items():
            rest, (a, alpha), (b, beta) = powers_of(monomial, self.p, self.q)
            powers = groups.setdefault((rest, alpha, beta), {})
            powers[a, b] = powers.get((a, b), sp.S.Zero) + c
        result: Terms = {}
        for (rest, alpha, beta), powers in groups.items():
            for (a, b), c in bernstein(powers).items():
                monomial = rest * self.p ** (a + alpha) * self.q ** (b + beta)
                result[monomial] = result.get(monomial, sp.S.Zero) + c
        return {m: c for m, c in result.items() if c != 0}

    def _one_sum(self, parts: list[tuple[sp.Rational, Total]]) -> sp.Expr:
        index = self.row.bound
        body = sp.Add(*(c * total.at(index) for c, total in parts))
        if body.has(Total):  # a value less its mean, in a product with a Hessian
            body = rewrite_outermost(body, (confident_row,))
        return TotalOfOthers(sp.Tuple(self.row.body, body), index, self.place)
