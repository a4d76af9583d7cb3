"""Sums in which the large part of a rising factorial's logarithm, or of its derivative, cancels.

log(Gamma(x + n)/Gamma(x)) is n log(x) + rising_excess(x, n); its derivatives by x are n/x - digamma_excess(x, n) and
-n/x**2 + trigamma_excess(x, n). Where the rest of a sum takes n log(x) away, only the excess counts for large x. For x
below n the sum is best left alone: there the excess is the larger part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

import sympy as sp

from symloss.declare.lift import recognised
from symloss.heads.functions import (
    digamma_curvature,
    digamma_difference,
    digamma_excess,
    finished,
    log1p,
    log_softplus,
    rising_excess,
    rising_log,
    sigmoid,
    softplus,
    trigamma_difference,
    trigamma_excess,
)
from symloss.heads.rewrite import Rule, rewrite

_KINDS = (rising_log, digamma_difference, trigamma_difference)
_EXCESSES = (rising_excess, digamma_excess, trigamma_excess, digamma_curvature)
Pair = tuple[sp.Expr, sp.Expr]


def without_large_parts(e: sp.Expr, otherwise: Callable[[sp.Expr], sp.Expr | None]) -> sp.Expr | None:
    """The sum in excesses for x >= n, and below as it is; None where no large part cancels."""
    if not isinstance(e, sp.Add) or not any(isinstance(f, _KINDS) for t in e.args for f in sp.Mul.make_args(t)):
        return None
    for pair in dict.fromkeys(f.args for t in e.args for f in sp.Mul.make_args(t) if isinstance(f, _KINDS)):
        far = _in_excesses(e, pair)
        if far is not None:
            x, n = pair
            if n.is_number and n <= 1:
                return far
            return sp.Piecewise((far, x >= n), (finished(otherwise(e) or e), True))
    return None


def of_links(e: sp.Expr, rules: Iterable[Rule]) -> sp.Expr | None:
    """The sum by ``rules``, with every softplus(u) as one positive number, beside the slope that all terms share."""
    if not isinstance(e, sp.Add) or not e.has(*_KINDS) or not e.has(softplus):
        return None
    shared = set.intersection(*(set(sp.Mul.make_args(t)) for t in e.args))
    common = sp.Mul(*(f for f in shared if not f.is_number))
    numbers = {link: sp.Dummy(positive=True) for link in e.atoms(softplus)}
    known = {log_softplus(*link.args): sp.log(number) for link, number in numbers.items()} | numbers
    hidden = sp.Add(*(t / common for t in e.args)).xreplace(known)
    inside = {s for link in numbers for s in link.free_symbols}
    if hidden.free_symbols & inside:
        return None
    stable = rewrite(sp.expand_mul(hidden), rules)
    back = {number: link for link, number in known.items()}
    return None if not stable.has(*_EXCESSES) else common * stable.xreplace(back)


def beta_quotient(e: sp.Expr) -> sp.Expr | None:
    """log(B(a + k, b + m)/B(a, b)) as rising factorials: in excesses, and powers of shares, for a >= k and b >= m."""
    if not isinstance(e, sp.Add):
        return None
    found = [(t, t / f, f) for t in e.args for f in sp.Mul.make_args(t) if isinstance(f, rising_log)]
    for whole, c, whole_head in found:
        for (first, d, first_head), (second, g, second_head) in combinations(found, 2):
            (a, k), (b, m) = first_head.args, second_head.args
            same_sum = sp.expand(whole_head.args[0] - a - b) == 0 == sp.expand(whole_head.args[1] - k - m)
            if same_sum and d == g == -c:
                shares = k * log1p(b / a) + m * log1p(a / b) + rising_excess(*whole_head.args)
                far = d * (rising_excess(a, k) + rising_excess(b, m) - shares)
                near = finished(first + second + whole)
                return e - first - second - whole + sp.Piecewise((far, sp.And(a >= k, b >= m)), (near, True))
    return None


def _in_excesses(e: sp.Expr, pair: Pair) -> sp.Expr | None:
    x, n = pair
    large, excess, others = sp.S.Zero, sp.S.Zero, []
    for term in e.args:
        head = next((f for f in sp.Mul.make_args(term) if isinstance(f, _KINDS) and f.args == pair), None)
        if head is None:
            others.append(term)
            continue
        large += term / head * _large(head, x, n)
        excess += term / head * _excess(head, x, n)
    rest = _cancelled(sp.expand_mul(large), others, pair)
    return None if rest is None else rest + _curvature(excess, pair)


def log_of(x: sp.Expr) -> sp.Expr:
    """log(x) of a positive x, as a sum."""
    if isinstance(x, sp.exp):
        return x.args[0]
    return sp.expand_log(recognised(sp.log(x)), force=True)


def _large(head: sp.Expr, x: sp.Expr, n: sp.Expr) -> sp.Expr:
    if isinstance(head, rising_log):
        return n * log_of(x)
    return n / x if isinstance(head, digamma_difference) else -n / x**2


def _excess(head: sp.Expr, x: sp.Expr, n: sp.Expr) -> sp.Expr:
    if isinstance(head, rising_log):
        return rising_excess(x, n)
    return -digamma_excess(x, n) if isinstance(head, digamma_difference) else trigamma_excess(x, n)


def _curvature(excess: sp.Expr, pair: Pair) -> sp.Expr:
    """c (2 digamma_excess/x - trigamma_excess) = c digamma_curvature: both are 1/x**3 far out, this 1/x**4."""
    first, second = digamma_excess(*pair), trigamma_excess(*pair)
    c, d = excess.coeff(first), excess.coeff(second)
    if d != 0 and sp.simplify(c * pair[0] / d) == -2:
        return sp.expand(excess - c * first - d * second) - d * digamma_curvature(*pair)
    return excess


def _cancelled(large: sp.Expr, others: list[sp.Expr], pair: Pair) -> sp.Expr | None:
    """large + others in a form in which the large part is gone; None where there is no such form."""
    if large == 0:
        return sp.Add(*others)
    parts = list(sp.Add.make_args(large))
    if all(part.is_number or -part in others for part in parts):
        return sp.Add(*others, *parts)
    left = [part for other in others for part in sp.Add.make_args(sp.expand_mul(other))]
    for part in parts:
        for known in _spread(left, part, pair):
            left = known
            if -part in left:
                break
        if -part in left:
            left.remove(-part)
            continue
        for term in left:
            complement = _complement(sp.cancel(-term / part) if not term.has(sigmoid) else -term / part)
            if complement is not None:
                left.remove(term)
                left.append(part * complement)
                break
        else:
            return None
    return sp.Add(*left)


def _spread(terms: list[sp.Expr], part: sp.Expr, pair: Pair) -> Iterator[list[sp.Expr]]:
    """Logarithms and softplus of what grows with x as log(x) and a small rest, where that may meet ``part``."""
    yield terms
    for place, term in enumerate(terms):
        for factor in sp.Mul.make_args(term):
            sums = _split_off(factor, pair[0])
            if sums is not None:
                product = sp.expand_mul(term / factor * sums)
                yield [*terms[:place], *sp.Add.make_args(product), *terms[place + 1 :]]


def _split_off(factor: sp.Expr, x: sp.Expr) -> sp.Expr | None:
    """softplus(v), log1p(v) or log(v) for a v that grows as x: its large part and the rest."""
    if not isinstance(factor, (softplus, log1p, sp.log)):
        return None
    v = factor.args[0]
    if isinstance(factor, softplus):
        rest = sp.expand(v - log_of(x))
        return v + softplus(-v) if not rest.free_symbols & log_of(x).free_symbols else None
    if isinstance(factor, log1p):
        ratio = v / x
        return log_of(v) + log1p(1 / v) if not ratio.free_symbols & x.free_symbols else None
    if isinstance(v, sp.Add) and x in v.args:
        return log_of(x) + log1p(sp.expand((v - x) / x))
    return None


def _complement(share: sp.Expr) -> sp.Expr | None:
    """1 - share without a subtraction, for a share between 0 and 1."""
    if isinstance(share, sigmoid):
        return sigmoid(-share.args[0])
    if isinstance(share, sp.Pow) and isinstance(share.base, sigmoid) and share.exp == 2:
        return sigmoid(-share.base.args[0]) * (1 + share.base)
    if share.is_number or share.has(sp.Function) or share.could_extract_minus_sign():
        return None
    above, below = sp.fraction(sp.together(1 - share))
    above = sp.expand(above)
    if any(t.could_extract_minus_sign() for t in sp.Add.make_args(above)):
        return None
    return sp.factor(above) / below
