"""Sums over the other entries of a row: where the entry that a derivative is taken by drops out of sums, it is left out.

z[j] - z[i] is 0 at j = i whatever z is, and so is its derivative. Differentiation leaves that 0 as the difference of two
sums, of which the one has f[i] and the other -f[i]: what is left of them may be far smaller than f[i]. With every sum
taken over the others, the terms that cancel are never added.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from symloss.heads.binders import Total, free_indices
from symloss.heads.functions import sigmoid

from .row_polynomial import Terms, terms_of
from .target import depends_on_prediction

_MOST_TERMS = 60  # of a polynomial; beyond it the joining takes too long


def over_the_others(e: sp.Expr) -> sp.Expr | None:
    """A sum_j f[j] + B sum_j g[j] + ... as a sum over j != i, where A f[i] + B g[i] + ... is 0."""
    if not isinstance(e, (sp.Add, sp.Mul)):
        return None
    for place in sorted(free_indices(e), key=str):
        totals = [t for t in dict.fromkeys(_summands(e)) if t.body.has(place) and _same_axis(t, place)]
        if totals:
            left_out = _LeavingOut(place, totals).of(e)
            if left_out is not None:
                return left_out
    return None


def _same_axis(total: Total, place: sp.Idx) -> bool:
    return bool(total.bound.label.axis == place.label.axis)


def _summands(e: sp.Expr) -> Iterator[Total]:
    """The sums that a polynomial is made of."""
    if isinstance(e, Total):
        yield e
    elif isinstance(e, (sp.Add, sp.Mul)):
        for a in e.args:
            yield from _summands(a)
    elif isinstance(e, sp.Pow) and e.exp.is_Integer and e.exp > 0:
        yield from _summands(e.base)


class _LeavingOut:
    """One polynomial in sums along an axis, whose terms at one place of it cancel."""

    def __init__(self, place: sp.Idx, totals: list[Total]) -> None:
        self.place = place
        self.hidden: dict[sp.Expr, sp.Dummy] = {}
        self.sums = {t: sp.Dummy("s", real=True) for t in totals}

    def of(self, e: sp.Expr) -> sp.Expr | None:
        """The polynomial in sums over the others; None where something of the place is left."""
        before = self._terms(e, self.sums)
        if len(before) > _MOST_TERMS:
            return None
        own = {t: s + self._hide(_evened(t.at(self.place)), {}) for t, s in self.sums.items()}
        after = self._terms(e, own)
        if len(after) > len(before) or not any(s in m.free_symbols for m in after for s in self.sums.values()):
            return None
        return self._joined(after)

    def _terms(self, e: sp.Expr, sums: dict[Total, sp.Expr]) -> Terms:
        return terms_of(self._hide(_evened(e), {_evened(t): s for t, s in sums.items()}))

    def _hide(self, e: sp.Expr, sums: dict[sp.Expr, sp.Expr]) -> sp.Expr:
        """The polynomial skeleton: sums as given, anything else that is no polynomial as a symbol."""
        if e in sums:
            return sums[e]
        if isinstance(e, sp.Add) and not depends_on_prediction(e):
            return self._symbol(e)  # a gain such as 2**y - 1 stays whole
        if isinstance(e, (sp.Add, sp.Mul)):
            return e.func(*(self._hide(a, sums) for a in e.args))
        if isinstance(e, sp.Pow) and e.exp.is_Integer:
            inner = self._hide(e.base, sums) if e.exp > 0 else self._symbol(1 / e.base)
            return inner ** abs(e.exp)
        if e.is_Rational or isinstance(e, (sp.Symbol, sp.Indexed)):
            return e
        return self._symbol(e)

    def _symbol(self, e: sp.Expr) -> sp.Dummy:
        return self.hidden.setdefault(e, sp.Dummy("f", real=True))

    def _show(self, e: sp.Expr) -> sp.Expr:
        return e.xreplace({s: f for f, s in self.hidden.items()})

    def _joined(self, terms: Terms) -> sp.Expr:
        """What is linear in the sums is one sum, so that it cancels entry by entry; powers of sums stay."""
        common = sp.gcd_list(list(terms)) * sp.gcd_list(list(terms.values()))
        index = next(iter(self.sums)).open()[0]
        body, rest = sp.S.Zero, sp.S.Zero
        for monomial, c in terms.items():
            factor = c * monomial / common
            linear = [(t, s) for t, s in self.sums.items() if factor.diff(s) != 0]
            if len(linear) == 1 and not (factor / linear[0][1]).has(linear[0][1]):
                total, symbol = linear[0]
                body += factor / symbol * self._hide(_evened(total.at(index)), {})
            else:
                rest += factor
        one = self._others(body, index)
        powers = {s: self._others(self._hide(_evened(t.at(index)), {}), index) for t, s in self.sums.items()}
        return self._show(common) * (one + self._show(sp.factor_terms(rest)).xreplace(powers))

    def _others(self, body: sp.Expr, index: sp.Idx) -> sp.Expr:
        shown = self._show(sp.factor_terms(body))
        return Total(sp.Piecewise((sp.S.Zero, sp.Eq(index, self.place)), (shown, True)), index)


def _evened(e: sp.Expr) -> sp.Expr:
    """With the logistic function of (b - a)/s as that of -(a - b)/s: one sign of every difference.

    Sums inside stay as they are, so that they are the same at every place.
    """
    if isinstance(e, sigmoid):
        return sigmoid(_one_sign(e.args[0]))
    if isinstance(e, (sp.Add, sp.Mul, sp.Pow)):
        return e.func(*map(_evened, e.args))
    return e


def _one_sign(u: sp.Expr) -> sp.Expr:
    sums = [f for f in sp.Mul.make_args(u) if isinstance(f, sp.Add)]
    if len(sums) != 1 or not sums[0].could_extract_minus_sign():
        return u
    return -((-sums[0]) * (u / sums[0]))
