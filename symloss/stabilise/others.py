"""Sums over the other entries of a row: what a derivative has of the entry itself drops out of them.

z[j] - z[i] is 0 at j = i whatever z is, and so is its derivative. Differentiation leaves that 0 as the difference of
two sums, of which the one has f[i] and the other -f[i]: what is left of them may be far smaller than f[i]. With every
sum taken over the others, the terms that cancel are never added.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

import sympy as sp

from symloss.declare.axes import Axis
from symloss.heads.binders import Total, free_indices
from symloss.heads.functions import sigmoid

from .cases import Apart, by_cases
from .row_polynomial import Terms, added, terms_of
from .target import depends_on_prediction

_MOST_TERMS = 60  # of a polynomial; beyond it the joining takes too long
_MOST_TO_FACTOR = 4
_MOST_CHOICES = 4  # sums whose subsets are tried
_MOST_TRIALS = 128  # subsets times terms, for more sums than that


def over_the_others(e: sp.Expr) -> sp.Expr | None:
    """A sum_j f[j] + B sum_j g[j] + ... as a sum over j != i, where A f[i] + B g[i] + ... is 0."""
    if not isinstance(e, (sp.Add, sp.Mul)):
        return None
    inside = e.func(*map(_inside, e.args))
    found = by_cases(inside, _left_out) if any(True for _ in _summands(inside)) else None
    return inside if found is None and inside != e else found


def _inside(e: sp.Expr) -> sp.Expr:
    """With the sums inside a factor or a sum over the others first: what they cancel is not multiplied out."""
    if isinstance(e, Total):
        index, body = e.open()
        found = over_the_others(body)
        return e if found is None else Total(found, index)
    found = over_the_others(e)
    return e if found is None else found


def _left_out(e: sp.Expr, apart: Apart) -> tuple[sp.Expr, bool]:
    polynomial = _Polynomial(e, apart)
    if len(polynomial.terms) > _MOST_TERMS:
        return e, False
    gained = [place for place in sorted(free_indices(e), key=str) if polynomial.leave_out(place)]
    return (polynomial.joined(), True) if gained else (e, False)


def _summands(e: sp.Expr) -> Iterator[Total]:
    """The sums that a polynomial is made of."""
    if isinstance(e, Total):
        if not isinstance(e.body, sp.Piecewise):
            yield e
    elif isinstance(e, (sp.Add, sp.Mul)):
        for a in e.args:
            yield from _summands(a)
    elif isinstance(e, sp.Pow) and e.exp.is_Integer and e.exp > 0:
        yield from _summands(e.base)


@dataclass(frozen=True)
class _Sum:
    """A sum over all entries but those at some places."""

    total: Total
    without: tuple[sp.Idx, ...] = ()

    @property
    def axis(self) -> Axis:
        return self.total.bound.label.axis  # type: ignore[no-any-return]

    def over(self, index: sp.Idx, body: sp.Expr) -> sp.Expr:
        """The sum of that body."""
        for place in self.without:
            body = sp.Piecewise((sp.S.Zero, sp.Eq(index, place)), (body, True))
        return Total(body, index)


class _Polynomial:
    """An expression as a polynomial in sums along axes."""

    def __init__(self, e: sp.Expr, apart: Apart) -> None:
        self.apart = apart
        self.hidden: dict[sp.Expr, sp.Dummy] = {}
        self.sums = {sp.Dummy("s", real=True): _Sum(t) for t in dict.fromkeys(_summands(e))}
        self.symbols = {s.total: symbol for symbol, s in self.sums.items()}
        self.terms = terms_of(self._hide(_evened(e), self.symbols))

    def leave_out(self, place: sp.Idx) -> bool:
        """Take sums over the others than the place, if all cancels that they have of it; as many sums as possible."""
        own = {s: self._own(of, place) for s, of in self.sums.items() if self._is_about(of, place)}
        without = [s for s, there in own.items() if there == 0]
        some_own = [s for s in own if s not in without]
        chosen = next((some for some in _subsets(some_own, len(self.terms)) if self._split(some, own)), ())
        if chosen:
            self.sums |= {s: _Sum(self.sums[s].total, (*self.sums[s].without, place)) for s in (*chosen, *without)}
        return bool(chosen)

    def _split(self, some: tuple[sp.Dummy, ...], own: dict[sp.Dummy, sp.Expr]) -> bool:
        """The terms with what some of the sums have of the place apart, where that cancels."""
        shallow = {s: s + own[s] for s in some}
        after = terms_of(added(self.terms).xreplace({s: s + own[s].xreplace(shallow) for s in some}))
        if after != self.terms and len(after) >= len(self.terms):
            return False
        self.terms = after
        return True

    def _is_about(self, s: _Sum, place: sp.Idx) -> bool:
        same_axis = s.axis == place.label.axis
        return bool(same_axis) and s.total.body.has(place) and all({place, p} in self.apart for p in s.without)

    def _own(self, s: _Sum, place: sp.Idx) -> sp.Expr:
        """What the sum has of the place."""
        return self._hide(_evened(s.total.at(place)), self.symbols)

    def _hide(self, e: sp.Expr, sums: dict[sp.Expr, sp.Expr]) -> sp.Expr:
        """The polynomial skeleton: sums as given, anything else that is no polynomial as a symbol."""
        if e in sums:
            return sums[e]
        if isinstance(e, sp.Add) and not depends_on_prediction(e):
            return self._whole(e)  # a gain such as 2**y - 1
        if isinstance(e, (sp.Add, sp.Mul)):
            return e.func(*(self._hide(a, sums) for a in e.args))
        if isinstance(e, sp.Pow) and e.exp.is_Integer:
            inner = self._hide(e.base, sums) if e.exp > 0 else self._symbol(1 / e.base)
            return inner ** abs(e.exp)
        return e if e.is_Rational or isinstance(e, (sp.Symbol, sp.Indexed)) else self._symbol(e)

    def _whole(self, e: sp.Expr) -> sp.Expr:
        """One symbol for y - 1, 1 - y and (1 - y)/4: SymPy multiplies such a number in by itself."""
        content, rest = e.primitive()
        return -content * self._symbol(-rest) if rest.could_extract_minus_sign() else content * self._symbol(rest)

    def _symbol(self, e: sp.Expr) -> sp.Dummy:
        return self.hidden.setdefault(e, sp.Dummy("f", real=True))

    def joined(self) -> sp.Expr:
        """The expression; what is linear in sums over the same entries is one sum, that cancels entry by entry."""
        indices = {of.axis: of.total.open()[0] for of in self.sums.values()}
        linear: dict[tuple[sp.Idx, tuple[sp.Idx, ...]], list[tuple[sp.Expr, _Sum]]] = {}
        rest = sp.S.Zero
        for monomial, c in self.terms.items():
            inside = [s for s in self.sums if monomial.has(s)]
            if len(inside) == 1 and not (monomial / inside[0]).has(inside[0]):
                of = self.sums[inside[0]]
                linear.setdefault((indices[of.axis], of.without), []).append((c * monomial / inside[0], of))
            else:
                rest += c * monomial
        sums = [self._one_sum(index, parts) for (index, _), parts in linear.items()]
        powers = {s: self._alone(of, indices[of.axis]) for s, of in self.sums.items()}
        terms = terms_of(sp.Add(*sums, rest.xreplace(powers)))
        common = _common_factor(terms) * sp.gcd_list(list(terms.values()))
        return self._show(common) * self._show(sp.factor_terms(sp.expand(added(terms) / common)))

    def _alone(self, of: _Sum, index: sp.Idx) -> sp.Expr:
        return self._one_sum(index, [(sp.S.One, of)]) if of.without else self._symbol(of.total)

    def _one_sum(self, index: sp.Idx, parts: list[tuple[sp.Expr, _Sum]]) -> sp.Expr:
        """The sum, as a symbol, times what all its terms have in common and is the same for all entries."""
        body = sp.expand(sp.Add(*(factor * self._hide(_evened(of.total.at(index), index), {}) for factor, of in parts)))
        terms = terms_of(body)
        factors = sp.Mul.make_args(_common_factor(terms))
        outside = sp.Mul(sp.gcd_list(list(terms.values())), *(f for f in factors if not self._show(f).has(index)))
        inside = self._by_pairs(terms_of(body / outside), index)
        return outside * self._symbol(parts[0][1].over(index, inside))

    def _by_pairs(self, terms: Terms, index: sp.Idx) -> sp.Expr:
        """The terms with what depends on two entries taken out of what depends on one: that is formed once a row."""
        groups: dict[sp.Expr, sp.Expr] = {}
        for monomial, c in terms.items():
            pair = sp.Mul(*(f for f in sp.Mul.make_args(monomial) if self._is_of_pair(f, index)))
            groups[pair] = groups.get(pair, sp.S.Zero) + c * monomial / pair
        common = _common_factor(groups)
        rest = sp.Add(*(self._show(pair / common) * self._show(_product(group)) for pair, group in groups.items()))
        return self._show(common) * rest

    def _is_of_pair(self, factor: sp.Expr, index: sp.Idx) -> bool:
        indices = free_indices(self._show(factor))
        return index in indices and len(indices) > 1

    def _show(self, e: sp.Expr) -> sp.Expr:
        return e.xreplace({s: f for f, s in self.hidden.items()})


def _product(e: sp.Expr) -> sp.Expr:
    """(a - b) (c - d) for its four terms."""
    factored = sp.factor(e) if isinstance(e, sp.Add) and len(e.args) <= _MOST_TO_FACTOR else e
    return factored if isinstance(factored, sp.Mul) else e


def _common_factor(monomials: Iterable[sp.Expr]) -> sp.Expr:
    """What all have in common."""
    first, *others = ({f.as_base_exp()[0]: f.as_base_exp()[1] for f in sp.Mul.make_args(m)} for m in monomials)
    shared = {b: min(n, *(o.get(b, 0) for o in others)) if others else n for b, n in first.items()}
    return sp.Mul(*(b**n for b, n in shared.items()))


def _subsets(items: list[sp.Dummy], terms: int) -> Iterator[tuple[sp.Dummy, ...]]:
    """All of them first, then fewer; of many in a long polynomial only all."""
    few = len(items) <= _MOST_CHOICES or 2 ** len(items) * terms <= _MOST_TRIALS
    least = 1 if few else len(items)
    for size in range(len(items), least - 1, -1):
        yield from combinations(items, size)


def _evened(e: sp.Expr, index: sp.Idx | None = None) -> sp.Expr:
    """With the logistic function of (b - a)/s as that of -(a - b)/s: one sign of every difference.

    The entry at the index is the first of the two. Sums inside stay as they are: they are the same at every place.
    """
    if isinstance(e, sigmoid):
        return sigmoid(_one_sign(e.args[0], index))
    if isinstance(e, (sp.Add, sp.Mul, sp.Pow)):
        return e.func(*(_evened(a, index) for a in e.args))
    return e


def _one_sign(u: sp.Expr, index: sp.Idx | None) -> sp.Expr:
    sums = [f for f in sp.Mul.make_args(u) if isinstance(f, sp.Add)]
    if len(sums) != 1:
        return u
    first = next((t for t in sums[0].args if t.has(index)), sums[0]) if index is not None else sums[0]
    return -((-sums[0]) * (u / sums[0])) if first.could_extract_minus_sign() else u
