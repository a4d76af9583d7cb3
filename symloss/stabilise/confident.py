"""What is left of a confident row: the terms that cancel as p goes to 1 are found and joined, in any derivative."""

from __future__ import annotations

from itertools import combinations, permutations, product

import sympy as sp

from symloss.declare.roles import RoleSymbol
from symloss.heads.binders import Binder, LogSumExp, Softmax, SoftmaxGap, Total

from .row_polynomial import RowPolynomial, Terms, added, outer, rows_of, terms_of
from .target import depends_on_prediction

_MOST_TERMS = 300  # of a polynomial; beyond it the joining takes too long
_MOST_DELTAS = 3  # each doubles the cases


def confident_row(e: sp.Expr) -> sp.Expr | None:
    """p - p**2 = p (1 - p), g[k] - sum p g as a contrast, sum p g h - (sum p g)(sum p h) as a covariance."""
    if not isinstance(e, (sp.Add, sp.Mul)) or not any(type(s) is Softmax for s in outer(e, Softmax)):
        return None
    if len(outer(e, sp.KroneckerDelta)) > _MOST_DELTAS:
        return None
    joined, gained = _by_cases(e, frozenset())
    return joined if gained else None


def _by_cases(e: sp.Expr, apart: frozenset[frozenset[sp.Expr]]) -> tuple[sp.Expr, bool]:
    """The expression joined where its deltas are 1 and where they are 0, and whether anything was.

    ``apart`` are the pairs of indices that differ.
    """
    e = e.xreplace({d: sp.S.Zero for d in outer(e, sp.KroneckerDelta) if frozenset(d.args) in apart})
    deltas = outer(e, sp.KroneckerDelta)
    if not deltas:
        return _joined(e)
    keep, other = sorted(deltas[0].args, key=lambda a: (isinstance(a, sp.Idx), a not in _in_scopes(e), str(a)))
    same = {other: keep}
    known = frozenset(frozenset(same.get(x, x) for x in pair) for pair in apart)
    equal, gained = _by_cases(e.xreplace({deltas[0]: sp.S.One}).xreplace(same), known)
    unequal, gained_too = _by_cases(e, apart | {frozenset(deltas[0].args)})
    chosen = equal if equal == unequal else sp.Piecewise((equal, sp.Eq(keep, other)), (unequal, True))
    return chosen, gained or gained_too


def _in_scopes(e: sp.Expr) -> set[sp.Basic]:
    """What occurs inside of reductions: a place that does not is cheaper to replace."""
    return set().union(*(b.body.atoms(sp.Idx, RoleSymbol) for b in e.atoms(Binder)))


def _joined(e: sp.Expr) -> tuple[sp.Expr, bool]:
    rows = [row for row in rows_of(e) if depends_on_prediction(row.body)]
    if len(rows) != 1:
        return e, False
    softmaxes = [s for s in outer(e, Softmax) if type(s) is Softmax]
    places = tuple(dict.fromkeys(s.place for s in softmaxes if s.args[:2] == rows[0].args[:2]))
    with_gaps = _with_gaps(e, rows[0])
    for text in (with_gaps, e) if with_gaps is not None else (e,):
        polynomial = RowPolynomial(rows[0], places)
        terms = terms_of(polynomial.read(text))
        if text is with_gaps and _has_logsumexp(polynomial, terms):
            continue
        if len(terms) <= _MOST_TERMS:
            return _Joining(polynomial).of(terms, e)
    return e, False


def _has_logsumexp(polynomial: RowPolynomial, terms: Terms) -> bool:
    symbols = {s for t in terms for s in t.atoms(sp.Dummy)}
    return any(isinstance(polynomial.meaning.get(s), LogSumExp) for s in symbols)


def _with_gaps(e: sp.Expr, row: Softmax) -> sp.Expr | None:
    """u[k] as logsumexp(u) - gap[k], where u is an element of an array up to a factor; None where it does not occur."""
    logs = [x for x in outer(e, LogSumExp) if x.args[:2] == row.args[:2]]
    element = next(iter(row.body.atoms(sp.Indexed) if row.body.has(sp.Indexed) else ()), None)
    if not logs or element is None or not element.has(row.bound) or (row.body / element).has(sp.Indexed):
        return None
    factor = row.body / element

    def replaced(x: sp.Expr) -> sp.Expr:
        if isinstance(x, sp.Indexed) and x.base == element.base:
            place = x.indices[element.indices.index(row.bound)]
            if element.xreplace({row.bound: place}) == x:
                return (logs[0] - SoftmaxGap(row.body, row.bound, place)) / factor
        if isinstance(x, Total):
            index, body = x.open()
            return Total(replaced(body), index)
        if isinstance(x, Binder) or not x.args or isinstance(x, sp.Indexed):
            return x
        return x.func(*(replaced(a) for a in x.args))

    return replaced(e)


Place = tuple[sp.Expr, sp.Expr]
"""What multiplies a contrast, and where in the row it stands."""

Contrasts = dict[Place, tuple[sp.Expr, sp.Rational]]
"""The values g and the own part of A (own (1 - p[k]) + g[k] - sum p g), by A and k."""


class _Joining:
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
            _take(terms, {rest * self.poly.covariance(g, h): -amount})
        for (rest, place), (g, own) in contrasts.items():
            content = _content(g, own)
            if g != 0:
                symbol = self.poly.contrast(place, sp.expand(g / content), own / content)
                _take(terms, {rest * symbol: -content})
        for place in self.poly.places:
            terms = self._factored(terms, place)
        return self.poly.show(sp.factor_terms(added(self._means_joined(terms))))

    def _covariances(self, terms: Terms) -> dict[tuple[sp.Expr, sp.Expr, sp.Expr], sp.Rational]:
        """A m[g h] - A m[g] m[h] for every pair of means that has it, by A, g and h."""
        symbols = {m: g for g, m in self.poly.means.items()}
        taken: dict[tuple[sp.Expr, sp.Expr, sp.Expr], sp.Rational] = {}
        for monomial in sorted(terms, key=sp.default_sort_key):
            found = [f for factor in sp.Mul.make_args(monomial) for f in _repeated(factor) if f in symbols]
            for a, b in combinations(found, 2):
                both = self.poly.means.get(symbols[a] * symbols[b])
                rest = monomial / (a * b)
                amount = _opposite(terms, rest * both, monomial) if both is not None else sp.S.Zero
                if amount != 0:
                    _take(terms, {rest * both: amount, monomial: -amount})
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
                    amount = _opposite(terms, rest * here, monomial) if not rest.has(symbol) else sp.S.Zero
                    if amount != 0:
                        _take(terms, {rest * here: amount, monomial: -amount})
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
                    _take(covariances, {(rest, *both): -joined})

    def _own_parts(self, terms: Terms, contrasts: Contrasts) -> None:
        """A (1 - p[k]) goes into a contrast at k with the same A, which it may cancel with."""
        for (rest, place), (g, own) in list(contrasts.items()):
            monomial = rest * self.poly.q[place]
            amount = terms.get(monomial, sp.S.Zero)
            if amount != 0 and g.has(self.poly.inner):
                _take(terms, {monomial: amount})
                contrasts[rest, place] = (g, own + amount)

    def _factored(self, terms: Terms, place: sp.Expr) -> Terms:
        """Polynomials in p and 1 - p at a place that vanish at p = 1, in Bernstein's form: p**a (1 - p)**b only."""
        p, q = self.poly.p[place], self.poly.q[place]
        groups: dict[tuple[sp.Expr, sp.Expr, sp.Expr], dict[tuple[int, int], sp.Rational]] = {}
        for monomial, c in terms.items():
            rest, (a, alpha), (b, beta) = _powers(monomial, p, q)
            powers = groups.setdefault((rest, alpha, beta), {})
            powers[a, b] = powers.get((a, b), sp.S.Zero) + c
        result: Terms = {}
        for (rest, alpha, beta), powers in groups.items():
            better = _bernstein(powers)
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
            if len(parts) == 1:
                result[parts[0][0]] = parts[0][1]
                continue
            g = sp.Add(*(c * g for _, c, g in parts))
            symbol = sp.Dummy("m", real=True)
            self.poly.meaning[symbol] = Total(self.poly.shown(self.poly.inner * g), self.poly.index)
            result[rest * symbol] = sp.S.One
        return result


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


def _opposite(terms: Terms, a: sp.Expr, b: sp.Expr) -> sp.Rational:
    """The largest c such that c a - c b is a part of the sum; 0 where the two have one sign."""
    c, d = terms.get(a, sp.S.Zero), terms.get(b, sp.S.Zero)
    if c * d >= 0:
        return sp.S.Zero
    return c if abs(c) <= abs(d) else -d


def _take(terms: Terms, parts: Terms) -> None:
    """Subtract."""
    for monomial, c in parts.items():
        left = terms.get(monomial, sp.S.Zero) - c
        if left == 0:
            terms.pop(monomial, None)
        else:
            terms[monomial] = left


def _powers(monomial: sp.Expr, p: sp.Dummy, q: sp.Dummy) -> tuple[sp.Expr, tuple[int, sp.Expr], tuple[int, sp.Expr]]:
    """The rest, and the exponents of p and q, each as a whole number and what it is more."""
    powers = dict(f.as_base_exp() for f in sp.Mul.make_args(monomial))
    rest = sp.Mul(*(b**x for b, x in powers.items() if b not in (p, q)))
    return rest, _whole(powers.get(p, sp.S.Zero)), _whole(powers.get(q, sp.S.Zero))


def _whole(exponent: sp.Expr) -> tuple[int, sp.Expr]:
    number, rest = exponent.as_coeff_Add()
    return (int(number), rest) if number.is_Integer else (0, exponent)


def _bernstein(powers: dict[tuple[int, int], sp.Rational]) -> dict[tuple[int, int], sp.Rational]:
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
