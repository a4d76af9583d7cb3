"""Logarithms of the mean of a softmax and a number, against those of the softmax: as functions of both.

Where p is close to 1 and the number is 1, log(p) - log((p + 1)/2) is the difference of what rounds to 0, and a sum of
such terms is of second order. By the gap of p from 1, which has all its digits, both are functions of their own.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from symloss.heads.binders import LogSumExp, Softmax, SoftmaxGap
from symloss.heads.functions import quotient_or_zero, xlogy
from symloss.heads.shares import log_over_mean, mean_divergence

from .confident import confident_row


def divergence_from_the_mean(e: sp.Expr) -> sp.Expr | None:
    """c (t log(t) - t log(m) + p log(p) - p log(m)) as one function of t and p, m = (t + p)/2."""
    if not isinstance(e, sp.Add):
        return None
    for term in e.args:
        c, node = term.as_coeff_Mul()
        if not isinstance(node, xlogy) or node.args[0] != node.args[1]:
            continue
        for logarithm, p, t in _logarithms(e):
            own = p.at(p.place) - LogSumExp(p.body, p.bound)
            whole = c * (node - t * logarithm + p * (own - logarithm))
            rest = sp.expand(e - whole)
            if t == node.args[0] and not rest.has(logarithm, LogSumExp):
                return c * mean_divergence(t, p, p - t) + rest
    return None


def logarithms_over_the_mean(e: sp.Expr) -> sp.Expr | None:
    """log(m) as log(p) - log(p/m), where of log(p) nothing is left once the terms of the row are joined."""
    if not isinstance(e, (sp.Add, sp.Mul)):
        return None
    known = {x: own - log_over_mean(t, _gap(p)) for x, p, t in _logarithms(e) for own in (_logarithm(p),)}
    if not known:
        return None
    joined = confident_row(e.xreplace(known).replace(lambda x: isinstance(x, sp.Mul), _by_share))
    if joined is None:
        return None
    hidden = joined.replace(lambda x: isinstance(x, log_over_mean), lambda x: sp.S.Zero)
    return None if hidden.has(LogSumExp, SoftmaxGap) else joined


def _logarithm(p: Softmax) -> sp.Expr:
    return p.at(p.place) - LogSumExp(p.body, p.bound)


def _gap(p: Softmax) -> sp.Expr:
    return SoftmaxGap(p.body, p.bound, p.place)


def _logarithms(e: sp.Expr) -> Iterator[tuple[sp.Expr, Softmax, sp.Expr]]:
    """log((p + t)/2), p and t, for a softmax p and a t of one sign."""
    for x in sorted(e.atoms(sp.log), key=sp.default_sort_key):
        total = sp.expand(2 * x.args[0])
        if not isinstance(total, sp.Add) or len(total.args) != 2:
            continue
        p, t = sorted(total.args, key=lambda a: type(a) is not Softmax)
        if type(p) is Softmax and t.is_nonnegative and not t.has(Softmax):
            yield x, p, t


def share_of_a_sum(e: sp.Expr) -> sp.Expr | None:
    """t/(t + p) and p/(t + p) as 0 where t is 0 and p, a softmax, underflows: either is a weight of the other."""
    if not isinstance(e, sp.Mul):
        return None
    powers = e.as_powers_dict()
    for total, n in powers.items():
        for part in reversed(_parts(total)) if n.is_Integer and n < 0 else ():
            k = min(powers.get(part, sp.S.Zero), -n)
            if k.is_Integer and k > 0:
                return e * (total / part) ** k * quotient_or_zero(part, total) ** k
    return None


def _by_share(e: sp.Expr) -> sp.Expr:
    """t**a p**b/(t + p)**n in s = t/(t + p) alone, since p/(t + p) is 1 - s: sums of such terms meet their like."""
    while (found := share_of_a_sum(e)) is not None:
        e = found
    shares = [x for x in e.atoms(quotient_or_zero) if type(x.args[0]) is Softmax]
    return e.xreplace({x: 1 - quotient_or_zero(_parts(x.args[1])[1], x.args[1]) for x in shares})


def _parts(e: sp.Expr) -> tuple[sp.Expr, ...]:
    """p and t of the sum of a softmax and a number that may be 0."""
    if not isinstance(e, sp.Add) or len(e.args) != 2:
        return ()
    p, t = sorted(e.args, key=lambda a: type(a) is not Softmax)
    fits = type(p) is Softmax and t.is_nonnegative and not t.is_positive and not t.has(Softmax)
    return (p, t) if fits else ()
