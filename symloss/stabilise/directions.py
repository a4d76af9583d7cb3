"""Derivatives of lengths and angles, in unit vectors: what is left of them where one entry outweighs the others.

With r the length of a row v and d = v/r, a derivative is r**-n times a polynomial in d, where no power of r over- or
underflows before the others have met it. Over the reals sum d**2 = 1, and that is what cancels as d[i] goes to 1:
g[i] - d[i] sum d g = sum_k d[k] (d[k] g[i] - d[i] g[k]), g[i] - sum d**2 g, 1 - d[i]**2 = sum_{k != i} d[k]**2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import sympy as sp

from symloss.heads.binders import Total, fresh_index
from symloss.heads.functions import finished
from symloss.heads.rewrite import rewrite_outermost
from symloss.heads.row_binders import Direction, Norm

from .bernstein import bernstein
from .cases import Apart, by_cases
from .row_polynomial import Terms, added, opposite, outer, take, terms_of
from .target import depends_on_prediction

_MOST_TERMS = 60  # of a polynomial; beyond it the joining takes too long


def in_directions(e: sp.Expr) -> sp.Expr | None:
    """A polynomial in the entries of rows, over powers of their lengths, by unit vectors."""
    if not isinstance(e, (sp.Add, sp.Mul)) or not any(map(_row_below, outer(e, sp.Pow))):
        return None
    return by_cases(e, _by_length)


def _by_length(e: sp.Expr, apart: Apart) -> tuple[sp.Expr, bool]:
    rows = dict.fromkeys(row for row in map(_row_below, outer(e, sp.Pow)) if row is not None)
    if not rows:
        return e, False
    polynomial = _Polynomial(tuple(rows))
    terms = terms_of(polynomial.read(e))
    if len(terms) > _MOST_TERMS:
        return e, False
    parts = [polynomial.shown(lengths, part) for lengths, part in polynomial.by_lengths(terms).items()]
    # Entries alone meet their length by the rule of one direction, and a square of theirs is not multiplied out.
    return sp.Add(*parts), bool(polynomial.sums)


class _Row(NamedTuple):
    """The entries v[..., index, ...] along an index."""

    entry: sp.Indexed
    index: sp.Idx

    def at(self, place: sp.Expr) -> sp.Expr:
        return self.entry.xreplace({self.index: place})

    def place_of(self, x: sp.Expr) -> sp.Expr | None:
        """k where x is v[k]."""
        if not isinstance(x, sp.Indexed) or x.base != self.entry.base:
            return None
        place = x.indices[self.entry.indices.index(self.index)]
        return place if self.at(place) == x else None


def _row_below(e: sp.Expr) -> _Row | None:
    """The row v of a power (sum v**2)**-n, whose length the sum is."""
    if not isinstance(e, sp.Pow) or not e.exp.is_negative or not (2 * e.exp).is_Integer:
        return None
    return _row_of(e.base)


def _row_of(e: sp.Expr) -> _Row | None:
    """The row v of sum v**2."""
    if not isinstance(e, Total) or not isinstance(e.body, sp.Pow) or e.body.exp != 2:
        return None
    entry = e.body.base
    plain = isinstance(entry, sp.Indexed) and entry.indices.count(e.bound) == 1
    return _Row(entry, e.bound) if plain else None


@dataclass
class _Polynomial:
    """One expression as a polynomial in unit vectors, sums over them, and lengths."""

    rows: tuple[_Row, ...]
    lengths: dict[_Row, sp.Dummy] = field(init=False)
    sums: dict[sp.Expr, sp.Dummy] = field(default_factory=dict)
    """The symbol of sum_k g[k] by g, an expression in ``index``."""
    hidden: dict[sp.Expr, sp.Dummy] = field(default_factory=dict)
    meaning: dict[sp.Dummy, sp.Expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lengths = {row: sp.Dummy("r", positive=True) for row in self.rows}
        self.index = fresh_index(self.rows[0].index)

    # --- into symbols ---------------------------------------------------------------------------

    def read(self, e: sp.Expr) -> sp.Expr:
        """The expression with v[k] as r d[k], and a symbol for everything that is not a polynomial."""
        if isinstance(e, Direction):
            return e
        row = next((row for row in self.rows if row.place_of(e) is not None), None)
        if row is not None:
            return self.lengths[row] * Direction(row.entry, row.index, row.place_of(e))
        if isinstance(e, Total):
            return self._sum(e)
        squares = _row_of(e.base) if isinstance(e, sp.Pow) and (2 * e.exp).is_Integer else None
        if squares in self.rows:
            return self.lengths[squares] ** (2 * e.exp)
        if isinstance(e, (sp.Add, sp.Mul)):
            return e.func(*map(self.read, e.args))
        if isinstance(e, sp.Pow) and e.exp.is_Integer and (e.exp > 0 or isinstance(e.base, sp.Symbol)):
            return self.read(e.base) ** e.exp
        return e if e.is_Rational or isinstance(e, (sp.Symbol, sp.Indexed)) else self._symbol(e)

    def _symbol(self, e: sp.Expr) -> sp.Dummy:
        """A symbol for an expression that is no polynomial, whose own parts may be."""
        if e not in self.hidden:
            self.hidden[e] = sp.Dummy("f", real=True)
            self.meaning[self.hidden[e]] = rewrite_outermost(e, (in_directions,))
        return self.hidden[e]

    def _sum(self, e: Total) -> sp.Expr:
        """A sum as sums of monomials, without what is the same for all entries."""
        if e.bound.label.axis != self.index.label.axis:
            return self._symbol(e)
        lengths = set(self.lengths.values())
        total = sp.S.Zero
        for monomial, c in terms_of(self.read(e.at(self.index))).items():
            factors = sp.Mul.make_args(monomial)
            inside = [f for f in factors if self._text(f).has(self.index) and f.as_base_exp()[0] not in lengths]
            g = sp.Mul(*inside)
            total += c * monomial / g * (self._sum_of(g) if inside else Total(sp.S.One, self.index))
        return total

    def _text(self, e: sp.Expr) -> sp.Expr:
        """With what the symbols stand for."""
        return e.xreplace(self.meaning)

    def _sum_of(self, g: sp.Expr) -> sp.Expr:
        if any(g == self._direction(row, self.index) ** 2 for row in self.rows):
            return sp.S.One
        return self.sums.setdefault(g, sp.Dummy("s", real=True))

    def _at(self, g: sp.Expr, place: sp.Expr) -> sp.Expr:
        return self.read(self._text(g).xreplace({self.index: place}))

    @staticmethod
    def _direction(row: _Row, place: sp.Expr) -> sp.Expr:
        return Direction(row.entry, row.index, place)

    # --- joined ---------------------------------------------------------------------------------

    def by_lengths(self, terms: Terms) -> dict[sp.Expr, Terms]:
        """The terms by their power of the lengths."""
        groups: dict[sp.Expr, Terms] = {}
        symbols = set(self.lengths.values())
        for monomial, c in terms.items():
            lengths = sp.Mul(*(f for f in sp.Mul.make_args(monomial) if f.as_base_exp()[0] in symbols))
            groups.setdefault(lengths, {})[monomial / lengths] = c
        return groups

    def shown(self, lengths: sp.Expr, terms: Terms) -> sp.Expr:
        """The terms joined, times a power of the lengths."""
        norms = {s: Norm(row.entry, row.index) for row, s in self.lengths.items()}
        return self._joined(dict(terms)) * lengths.xreplace(norms)

    def _joined(self, terms: Terms) -> sp.Expr:
        everywhere = [(row, place) for row in self.rows for place in self._places(row, terms)]
        joined = [part for here in everywhere for part in self._projections(terms, *here)]
        joined += [part for here in everywhere for part in self._contrasts(terms, *here)]
        for here in everywhere:
            terms = self._complements(terms, *here)
        back = {s: Total(self._text(g), self.index) for g, s in self.sums.items()}
        return sp.factor_terms(self._text(sp.Add(added(terms), *joined).xreplace(back)))

    def _places(self, row: _Row, terms: Terms) -> list[sp.Expr]:
        """Where entries of the row stand outside of sums."""
        found = {d.place for m in terms for d in m.atoms(Direction) if d.args[:2] == self._direction(row, 0).args[:2]}
        return sorted(found, key=str)

    def _projections(self, terms: Terms, row: _Row, place: sp.Expr) -> list[sp.Expr]:
        """A (g[i] - d[i] sum d g) = A sum_k d[k] (d[k] g[i] - d[i] g[k]); all g that one A has are one."""
        own, along = self._direction(row, place), self._direction(row, self.index)
        joined = []
        for a, values in self._taken(terms, along, own, place).items():
            content, g = sp.factor(values).as_coeff_Mul()
            body = along * (along * self._at(g, place) - own * g)
            joined.append(content * a * Total(self._text(body), self.index))
        return joined

    def _contrasts(self, terms: Terms, row: _Row, place: sp.Expr) -> list[sp.Expr]:
        """A (g[i] - sum d**2 g) = A sum_k d[k]**2 (g[i] - g[k])."""
        squares = self._direction(row, self.index) ** 2
        joined = []
        for a, values in self._taken(terms, squares, sp.S.One, place).items():
            content, g = sp.factor(values).as_coeff_Mul()
            joined.append(content * a * Total(self._text(squares * (self._at(g, place) - g)), self.index))
        return joined

    def _taken(self, terms: Terms, along: sp.Expr, own: sp.Expr, place: sp.Expr) -> dict[sp.Expr, sp.Expr]:
        """A g[i] - A own sum (along g): g by A, taken out of the terms."""
        base, n = along.as_base_exp()
        found: dict[sp.Expr, sp.Expr] = {}
        for inside, symbol in self.sums.items():
            if inside.as_powers_dict().get(base, 0) < n:
                continue
            g = inside / along
            here = self._at(g, place)
            for monomial in sorted((m for m in terms if m.has(symbol)), key=sp.default_sort_key):
                a = monomial / symbol / own
                if not a.has(symbol) and not sp.denom(a).has(Direction):
                    amount = opposite(terms, a * here, monomial)
                    if amount != 0:
                        take(terms, {a * here: amount, monomial: -amount})
                        found[a] = found.get(a, sp.S.Zero) + amount * g
        return found

    def _complements(self, terms: Terms, row: _Row, place: sp.Expr) -> Terms:
        """Polynomials in d[i]**2 that vanish at 1, by 1 - d[i]**2."""
        own, along = self._direction(row, place), self._direction(row, self.index)
        groups: dict[sp.Expr, dict[tuple[int, int], sp.Rational]] = {}
        for monomial, c in terms.items():
            n = int(monomial.as_powers_dict().get(own, 0))
            groups.setdefault(monomial / own ** (n - n % 2), {})[n // 2, 0] = c
        others = sp.Piecewise((sp.S.Zero, sp.Eq(self.index, place)), (along**2, True))
        rest = self._symbol(Total(others, self.index))
        factored = [(m * own ** (2 * a) * rest**b, c) for m, p in groups.items() for (a, b), c in bernstein(p).items()]
        return {m: sum(c for n, c in factored if n == m) for m, _ in factored}


def direction(e: sp.Expr) -> sp.Expr | None:
    """v[k]/|v| as an entry of a unit vector."""
    if not isinstance(e, sp.Mul):
        return None
    for power in e.args:
        length, n = power.as_base_exp()
        if not isinstance(length, Norm) or not n.is_Integer or n >= 0 or not isinstance(length.body, sp.Indexed):
            continue
        row = _Row(length.body, length.bound)
        for entry in e.args:
            place = row.place_of(entry) if length.body.indices.count(length.bound) == 1 else None
            if place is not None:
                return e * length / entry * Direction(row.entry, row.index, place)
    return None


def cosine_against_a_number(e: sp.Expr) -> sp.Expr | None:
    """The cosine of an angle less a number that may be 1 or -1."""
    if not isinstance(e, sp.Add):
        return None
    for term in e.args:
        rest = e - term
        if depends_on_prediction(rest):
            continue
        if _of_two_directions(term) is not None:
            return _less_far_from_one(term, rest)
        if isinstance(term, sp.Piecewise) and any(_of_two_directions(b) is not None for b, _ in term.args):
            branches = ((cosine_against_a_number(b + rest) or b + rest, c) for b, c in term.args)
            return sp.Piecewise(*branches)
    return None


def _of_two_directions(e: sp.Expr) -> tuple[sp.Idx, sp.Expr, sp.Expr] | None:
    """The index and the entries of sum_k d[k] e[k]."""
    if not isinstance(e, Total):
        return None
    index, body = e.open()
    found = sp.Mul.make_args(body)
    alike = len(found) == 2 and all(isinstance(d, Direction) and d.place == index for d in found)
    return (index, *found) if alike else None


def _less_far_from_one(cosine: Total, c: sp.Expr) -> sp.Expr:
    """cos + c by the distance of the two unit vectors, from the nearer of 1 and -1."""
    found = _of_two_directions(cosine)
    assert found is not None
    index, d, e = found
    apart, together = (finished(Total((d + sign * e) ** 2, index)) / 2 for sign in (-1, 1))
    near, far = finished(finished(1 + c) - apart), finished(finished(c - 1) + together)
    return sp.Piecewise((near, cosine > 0), (far, True))
