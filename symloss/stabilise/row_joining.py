"""Joins the terms of a polynomial about a row that cancel as one entry takes all the weight."""

from __future__ import annotations

from itertools import combinations, permutations, product

import sympy as sp

from symloss.declare.roles import RoleSymbol
from symloss.heads.binders import SoftmaxComplement, Total

from .bernstein import bernstein, powers_of
from .row_polynomial import RowPolynomial, Terms, added, opposite, take, terms_of

Place = tuple[sp.Expr, sp.Expr]
"""What multiplies a contrast, and where in the row it stands."""

Contrasts = dict[Place, tuple[sp.Expr, sp.Rational]]
"""The values g and the own part of A (own (1 - p[k]) + g[k] - sum p g), by A and k."""


class Joining:
    """Joins the terms of one polynomial."""

    def __init__(self, polynomial: RowPolynomial) -> None:
        self.poly = polynomial
        self.gained = False

    def of(self, terms: Terms, before: sp.Expr) -> tuple[sp.Expr, bool]:
        """The joined form, and whether it is any better."""
        places = self.poly.places
        orders = list(permutations(places)) if len(places) == 2 else [places]
        forms = [self._in_order(dict(terms), order) for order in orders]
        if not self.gained:
            return before, False
        if len(forms) == 1 or forms[0] == forms[1]:
            return forms[0], True
        # What the larger of two leaves may vanish, what the smaller one leaves does not.
        first, second = (self.poly.row.at(s) for s in places)
        return sp.Piecewise((forms[0], first > second), (forms[1], True)), True

    def _in_order(self, terms: Terms, order: tuple[sp.Expr, ...]) -> sp.Expr:
        covariances = self._covariances(terms)
        contrasts = self._contrasts(terms, order)
        self._of_contrasts(contrasts, covariances)
        for place in self.poly.places:
            terms = self._factored(terms, place)
        self._own_parts(terms, contrasts)
        for (rest, g, h), amount in covariances.items():
            take(terms, {rest * self.poly.covariance(g, h): -amount})
        for (rest, place), (g, own) in contrasts.items():
            content = _content(g, own)
            if g != 0:
                symbol = self.poly.contrast(place, sp.factor_terms(sp.expand(g / content)), own / content)
                take(terms, {rest * symbol: -content})
        for place in self.poly.places:
            terms = self._factored(terms, place)
        joined = sp.factor_terms(added(self._means_joined(terms)))
        for place in self.poly.places:
            joined = _one_power(joined, self.poly.q[place])
        return self.poly.show(joined)

    def _covariances(self, terms: Terms) -> dict[tuple[sp.Expr, sp.Expr, sp.Expr], sp.Rational]:
        """A m[g h] - A m[g] m[h] for every pair of means that has it, by A, g and h."""
        symbols = {m: g for g, m in self.poly.means.items()}
        taken: dict[tuple[sp.Expr, sp.Expr, sp.Expr], sp.Rational] = {}
        for monomial in sorted(terms, key=sp.default_sort_key):
            found = [f for factor in sp.Mul.make_args(monomial) for f in _repeated(factor) if f in symbols]
            for a, b in combinations(found, 2):
                both = self.poly.means.get(symbols[a] * symbols[b])
                rest = monomial / (a * b)
                amount = opposite(terms, rest * both, monomial) if both is not None else sp.S.Zero
                if amount != 0:
                    take(terms, {rest * both: amount, monomial: -amount})
                    taken[rest, symbols[a], symbols[b]] = amount
                    self.gained = True
        return taken

    def _contrasts(self, terms: Terms, order: tuple[sp.Expr, ...]) -> Contrasts:
        """A g[k] - A m[g], by A and k; the values of one A and k are added to one g."""
        found: Contrasts = {}
        for place in order:
            for g, symbol in sorted(self.poly.means.items(), key=lambda item: _simplest_last(item[0])):
                here = self.poly.at(g, place)
                for monomial in sorted((m for m in terms if m.has(symbol)), key=sp.default_sort_key):
                    rest = monomial / symbol
                    amount = opposite(terms, rest * here, monomial) if not rest.has(symbol) else sp.S.Zero
                    if amount != 0:
                        take(terms, {rest * here: amount, monomial: -amount})
                        _add(found, (rest, place), amount * g)
                        self.gained = True
        return found

    def _of_contrasts(
        self, contrasts: Contrasts, covariances: dict[tuple[sp.Expr, sp.Expr, sp.Expr], sp.Rational]
    ) -> None:
        """A g[k] C(h)[k] - A cov(g, h) = A C(g C(h))[k] for the contrast C, since the mean of g C(h) is cov(g, h)."""
        for rest, *both in list(covariances):
            pair = sorted(both, key=_simplest_last, reverse=True)
            for (g, h), place in product((pair, pair[::-1]), self.poly.places):
                key = (rest * self.poly.at(g, place), place)
                left = covariances.get((rest, *both), sp.S.Zero)
                there = terms_of(contrasts[key][0]).get(h, sp.S.Zero) if key in contrasts else sp.S.Zero
                if there * left < 0:
                    joined = there if abs(there) <= abs(left) else -left
                    _add(contrasts, key, -joined * h)
                    _add(contrasts, (rest, place), joined * g * self.poly.contrast_along(h))
                    take(covariances, {(rest, *both): -joined})
                    self._centred(contrasts, (rest, place), h)

    def _centred(self, contrasts: Contrasts, key: Place, h: sp.Expr) -> None:
        """C(g C(h) + c h) = C((g + c) C(h)), whose two terms may cancel."""
        values, own = contrasts[key]
        amount, centre = terms_of(values).get(h, sp.S.Zero), self.poly.contrast_along(h)
        if amount != 0:
            contrasts[key] = (sp.collect(sp.expand(values - amount * h + amount * centre), centre), own)

    def _own_parts(self, terms: Terms, contrasts: Contrasts) -> None:
        """A (1 - p[k]) goes into a contrast at k with the same A, which it may cancel with."""
        for (rest, place), (g, own) in list(contrasts.items()):
            monomial = rest * self.poly.q[place]
            amount = terms.get(monomial, sp.S.Zero)
            if amount != 0 and g.has(self.poly.inner):
                take(terms, {monomial: amount})
                contrasts[rest, place] = (g, own + amount)

    def _factored(self, terms: Terms, place: sp.Expr) -> Terms:
        """Polynomials in p and 1 - p at a place that vanish at p = 1, in Bernstein's form: p**a (1 - p)**b only."""
        p, q = self.poly.p[place], self.poly.q[place]
        groups: dict[tuple[sp.Expr, sp.Expr, sp.Expr], dict[tuple[int, int], sp.Rational]] = {}
        for monomial, c in terms.items():
            rest, (a, alpha), (b, beta) = powers_of(monomial, p, q)
            powers = groups.setdefault((rest, alpha, beta), {})
            powers[a, b] = powers.get((a, b), sp.S.Zero) + c
        result: Terms = {}
        for (rest, alpha, beta), powers in groups.items():
            better = bernstein(powers)
            self.gained |= better != powers
            for (a, b), c in better.items():
                monomial = rest * p ** (a + alpha) * q ** (b + beta)
                result[monomial] = result.get(monomial, sp.S.Zero) + c
        return {m: c for m, c in result.items() if c != 0}

    def _means_joined(self, terms: Terms) -> Terms:
        """A m[g] + A m[h] = A m[g + h]: what cancels along the row does so entry by entry."""
        symbols = {m: g for g, m in self.poly.means.items()}
        by_rest: dict[sp.Expr, list[tuple[sp.Expr, sp.Rational, sp.Expr]]] = {}
        result: Terms = {}
        for monomial, c in terms.items():
            inside = [f for f in sp.Mul.make_args(monomial) if f in symbols]
            if len(inside) == 1:
                by_rest.setdefault(monomial / inside[0], []).append((monomial, c, symbols[inside[0]]))
            else:
                result[monomial] = c
        for rest, parts in by_rest.items():
            whole = self._with_number(rest, parts, result)
            if whole is not None:
                result[rest * whole] = sp.S.One
                continue
            if len(parts) == 1:
                result[parts[0][0]] = parts[0][1]
                continue
            g = sp.Add(*(c * g for _, c, g in parts))
            symbol = sp.Dummy("m", real=True)
            self.poly.meaning[symbol] = Total(self.poly.shown(self.poly.inner * g), self.poly.index)
            result[rest * symbol] = sp.S.One
        return result

    def _with_number(
        self, rest: sp.Expr, parts: list[tuple[sp.Expr, sp.Rational, sp.Expr]], others: Terms
    ) -> sp.Dummy | None:
        """A (c + c' m[p] + ...) where that vanishes at p = 1: a mean of p (1 - p) ..., since c is c times sum p."""
        inner, number = self.poly.inner, others.get(rest, sp.S.Zero)
        powers = {
            (0, 0): number,
            **{(int(g.as_base_exp()[1]), 0): c for _, c, g in parts if g.as_base_exp()[0] == inner},
        }
        if number == 0 or len(powers) != len(parts) + 1 or sum(powers.values()) != 0:
            return None
        others.pop(rest)
        self.gained = True
        complement = SoftmaxComplement(self.poly.row.body, self.poly.row.bound, self.poly.index)
        factors = sp.Add(*(c * inner**a * complement**b for (a, b), c in bernstein(powers).items()))
        return self.poly.named(Total(self.poly.shown(inner * factors), self.poly.index))


def _one_power(e: sp.Expr, base: sp.Dummy) -> sp.Expr:
    """A sum whose terms have one power of the base but for whole ones, x**(s + n), as x**s times a sum without s."""
    if isinstance(e, sp.Mul):
        return e.func(*(_one_power(f, base) for f in e.args))
    if not isinstance(e, sp.Add):
        return e
    exponents = [term.as_powers_dict().get(base, sp.S.Zero) for term in e.args]
    common = {n.as_coeff_Add()[1] for n in exponents}
    power = common.pop()
    if common or power == 0 or not power.is_nonnegative:
        return e
    rests = (sp.Mul(*(f for f in sp.Mul.make_args(term) if f.as_base_exp()[0] != base)) for term in e.args)
    return base**power * sp.Add(*(rest * base ** (n - power) for rest, n in zip(rests, exponents, strict=True)))


def _add(contrasts: Contrasts, key: Place, g: sp.Expr) -> None:
    before, own = contrasts.get(key, (sp.S.Zero, sp.S.Zero))
    contrasts[key] = (before + g, own)


def _content(g: sp.Expr, own: sp.Rational) -> sp.Rational:
    """The common divisor of the numbers in g, with a sign, so that contrasts of proportional values are one."""
    terms = terms_of(g)
    numbers = [*terms.values(), own]
    divisor = sp.gcd_list([abs(n) for n in numbers if n != 0]) if any(numbers) else sp.S.One
    return -divisor if terms and terms[min(terms, key=sp.default_sort_key)] < 0 else divisor


def _simplest_last(g: sp.Expr) -> tuple[bool, int, str]:
    """The direction of a Hessian-vector product first: a Hessian that maps constants to 0 is one in its contrasts."""
    return not any(x.role == "vector" for x in g.atoms(RoleSymbol)), -g.count_ops(), str(g)


def _repeated(factor: sp.Expr) -> list[sp.Expr]:
    base, exponent = factor.as_base_exp()
    return [base] * int(exponent) if exponent.is_Integer and 0 < exponent <= 4 else [factor]
