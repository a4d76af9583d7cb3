"""Gamma functions of shapes that are exponentials, exp(a) or exp(s)*sigmoid(f), by the logarithm of the shape.

For a large shape, log Gamma(k) = k*log(k) - k + loggamma_rest(log(k)), and so for psi and psi'. The multiples of k,
which are huge where k is, stand together in one sum with k as its factor; the rests overflow nowhere. For a small one
the recurrence leads to 1 + k: log Gamma(k) = loggamma1p(k) - log(k), k*psi(k) = k*digamma1p(k) - 1. A shape may be the
sum of the exponentials of a row: what is left of that is the row's softmax.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import sympy as sp

from symloss.heads.binders import LogSumExp, Softmax, SoftmaxComplement, SoftmaxGap, Total
from symloss.heads.functions import (
    digamma1p,
    digamma_difference,
    exp_times,
    log_beta,
    loggamma1p,
    loggamma_rest,
    loggamma_rest_curvature,
    loggamma_rest_slope,
    rising_log,
    sigmoid,
    softplus,
    trigamma_difference,
)

from .gamma_excess import log_of

_GAMMAS = (sp.loggamma, sp.polygamma)
_DIFFERENCES = (rising_log, log_beta, digamma_difference, trigamma_difference)
_RESTS = (loggamma_rest, loggamma_rest_slope, loggamma_rest_curvature)

_SMALL = 2
"""The logarithm of a shape up to which it is a small one: there loggamma_rest is more than what it is added to."""

_SMALL_BENT = 3
"""The same in second derivatives, where two such terms cancel."""

_SMALL_CURVED = 0
"""The same where the second derivative of the largest shape's own gamma function is in the sum: from k = 1 on the
multiples k**2 psi'(1 + k) that cancel by the recurrence are larger than what is left of them by Stirling's formula."""

_INFINITE = 2**1023
"""Beyond that logarithm of a shape, multiples of the shape and a rest are infinities; the first are the sum."""

_SCALED_BEYOND = 700
"""exp(709.8) overflows; beyond that logarithm of their sum, shapes are counted in multiples of exp(log - 700)."""

_SUM = sp.Dummy("sum", positive=True)
"""Stands for the sum of the shapes of a row while terms are multiplied out."""


def by_log_shapes(e: sp.Expr) -> sp.Expr | None:
    """The expression in rests; None where a gamma function in it has another argument, or a higher order."""
    if not isinstance(e, (sp.Add, sp.Mul)) or not e.has(*_GAMMAS) or e.has(*_DIFFERENCES):
        return None
    heads = e.atoms(*_GAMMAS)
    found = [_log_of_shape(head.args[-1]) for head in heads]
    logs = {a for a in found if a is not None}
    rows = [a for a in logs if isinstance(a, LogSumExp)]
    if None in found or len(rows) > 1 or any(_order(head) > 2 for head in heads):
        return None
    row = rows[0] if rows else None
    near, far = (_rewritten(e, {head: known(head) for head in heads}, row) for known in (_near, _far))
    if near is None or far is None:
        return None
    scalars = [a for a in logs if a is not None]
    largest: list[sp.Expr] = list(rows) or [a for a in scalars if not any((b - a).is_positive for b in scalars)]
    leading = sp.Add(*(t for t in sp.Add.make_args(far) if not t.has(*_RESTS)))
    curved = len(largest) == 1 and any(_order(head) == 2 for head, a in zip(heads, found, strict=True) if a in largest)
    bent = any(_order(head) == 2 for head in heads)
    bound = _SMALL_CURVED if curved else _SMALL_BENT if bent else _SMALL
    is_small, is_infinite = sp.And(*(a <= bound for a in largest)), sp.Or(*(a >= _INFINITE for a in largest))
    return sp.Piecewise((near, is_small), (leading, is_infinite), (far, True))


def _rewritten(e: sp.Expr, known: dict[sp.Expr, sp.Expr], row: LogSumExp | None) -> sp.Expr | None:
    terms = sp.Add.make_args(sp.expand_mul(sp.expand_mul(e.xreplace(known))))
    return _together(terms) if row is None else _row_together(terms, row)


def _order(head: sp.Expr) -> sp.Expr:
    """Which derivative of log Gamma it is."""
    return sp.S.Zero if isinstance(head, sp.loggamma) else head.args[0] + 1


def _shape(head: sp.Expr) -> sp.Expr:
    shape = head.args[-1]
    return _SUM if isinstance(shape, Total) else shape


def _log_of_shape(shape: sp.Expr) -> sp.Expr | None:
    """log(k) for an exponential, a multiple of one, or the sum of exponentials over a row."""
    if isinstance(shape, Total):
        return LogSumExp(shape.body.args[0], shape.bound) if isinstance(shape.body, sp.exp) else None
    if not any(isinstance(f, sp.exp) for f in sp.Mul.make_args(shape)):
        return None
    return log_of(shape)


def _near(head: sp.Expr) -> sp.Expr:
    """By the recurrence, at 1 + k."""
    k, a = head.args[-1], _log_of_shape(head.args[-1])
    value, slope, curvature = loggamma1p(k), digamma1p(k), sp.polygamma(1, 1 + k)
    k = _shape(head)
    return (value - a, slope - 1 / k, curvature + 1 / k**2)[int(_order(head))]


def _far(head: sp.Expr) -> sp.Expr:
    """By Stirling's formula."""
    k, a = _shape(head), _log_of_shape(head.args[-1])
    value, slope, curvature = (kind(a, sp.exp(a) if k == _SUM else k) for kind in _RESTS)
    return (value + k * a - k, slope / k + a, (curvature - slope) / k**2 + 1 / k)[int(_order(head))]


# --- numbers --------------------------------------------------------------------------------------


def _together(terms: Sequence[sp.Expr]) -> sp.Expr:
    """Rests one by one; the other terms by their exponential, in front of the sum of what it multiplies."""
    rests = [t for t in terms if t.has(*_RESTS)]
    groups = _by_exponential([t for t in terms if not t.has(*_RESTS)])
    return sp.Add(*_collected(rests), *(_times(k, _joined(inside)) for k, inside in groups.items()))


def _times(k: sp.Expr, factor: sp.Expr) -> sp.Expr:
    """k*factor of an exponential k, which may overflow where the product does not."""
    return exp_times(k.args[0], factor) if isinstance(k, sp.exp) else k * factor


def _by_exponential(terms: Sequence[sp.Expr]) -> dict[sp.Expr, list[sp.Expr]]:
    groups: dict[sp.Expr, list[sp.Expr]] = defaultdict(list)
    for term in terms:
        factor = sp.Mul(*(f for f in sp.Mul.make_args(term) if isinstance(f, sp.exp)))
        groups[factor].append(term / factor)
    return groups


def _collected(terms: Sequence[sp.Expr]) -> Iterator[sp.Expr]:
    """Every rest once, with the sum of its factors."""
    factors: dict[sp.Expr, sp.Expr] = defaultdict(lambda: sp.S.Zero)
    for term in terms:
        rest = next((f for f in sp.Mul.make_args(term) if isinstance(f, _RESTS)), sp.S.One)
        factors[rest] += term / rest
    return (rest * _complemented(factor) for rest, factor in factors.items())


def _joined(terms: Sequence[sp.Expr]) -> sp.Expr:
    """The sum, by sigmoid(u) + sigmoid(-u) = 1 and softplus(u) - softplus(-u) = u, with common factors in front."""
    found: sp.Expr | None = sp.Add(*terms)
    while found is not None:
        whole, found = found, _joined_once(found)
    powers = [t.as_powers_dict() for t in sp.Add.make_args(whole)]
    common = sp.Mul(*(s ** min(p[s] for p in powers) for s in whole.atoms(sigmoid)))
    return common * sp.Add(*(t / common for t in sp.Add.make_args(whole)))


def _joined_once(whole: sp.Expr) -> sp.Expr | None:
    terms = set(sp.Add.make_args(whole))
    for first in terms:
        for factor in {f.base if isinstance(f, sp.Pow) else f for f in sp.Mul.make_args(first)}:
            mirrored = factor.func(-factor.args[0]) if isinstance(factor, (sigmoid, softplus)) else None
            if mirrored is None:
                continue
            c = first / factor
            if isinstance(factor, sigmoid) and c * mirrored in terms:
                return whole - first - c * mirrored + c
            if isinstance(factor, softplus) and -c * mirrored in terms:
                return whole - first + c * mirrored + sp.expand_mul(c * factor.args[0])
    return None


# --- rows -----------------------------------------------------------------------------------------


def _row_together(terms: Sequence[sp.Expr], row: LogSumExp) -> sp.Expr | None:
    """`_together` where the sum of the shapes is one of them: its multiples go into the sums over the row."""
    spread = [part for term in terms for part in _spread(term, row)]
    if any(t.has(_SUM) for t in spread):
        return None
    rests = [t for t in spread if t.has(*_RESTS)]
    sums = [t for t in spread if isinstance(t, Total) and t not in rests]
    single = _by_exponential([t for t in spread if t not in rests and t not in sums])
    whole = _over_the_row(sums, row) if sums else sp.S.Zero
    parts = (_times(k, _complemented(_with_gaps(sp.Add(*inside), row))) for k, inside in single.items())
    return sp.Add(*_collected(rests), whole, *parts)


def _spread(term: sp.Expr, row: LogSumExp) -> list[sp.Expr]:
    """The terms of one that is a sum over a row, or a multiple of the sum of the shapes, or divided by it."""
    if isinstance(term, Total):
        index, body = term.open()
        return [Total(t, index) for t in sp.Add.make_args(sp.expand_mul(body))]
    count = int(term.as_powers_dict()[_SUM])
    if count == 1:
        return [Total(term / _SUM * sp.exp(row.body), row.bound)]
    for _ in range(-count):
        term = _as_share(term, row)
    return [term]


def _as_share(term: sp.Expr, row: LogSumExp) -> sp.Expr:
    """exp(z[i])/sum exp(z) = softmax(z)[i], also inside a sum over i."""
    for factor in sp.Mul.make_args(term):
        if isinstance(factor, sp.exp):
            for logit in _logits(factor.args[0], row):
                return term * _SUM * sp.exp(-logit) * Softmax(row.body, row.bound, _place(row, logit))
        if isinstance(factor, Total):
            index, body = factor.open()
            shared = body * sp.exp(-row.at(index)) * Softmax(row.body, row.bound, index)
            return term / factor * _SUM * Total(shared, index)
    return term


def _logits(e: sp.Expr, row: LogSumExp) -> list[sp.Indexed]:
    return [t for t in sp.Add.make_args(e) for t in [t.as_coeff_Mul()[1]] if _place(row, t) is not None]


def _place(row: LogSumExp, logit: sp.Expr) -> sp.Expr | None:
    """The index at which the body of the row is that entry."""
    body = row.body
    if not isinstance(body, sp.Indexed) or not isinstance(logit, sp.Indexed) or row.bound not in body.indices:
        return None
    place = logit.indices[body.indices.index(row.bound)] if body.rank == logit.rank else None
    return place if place is not None and row.at(place) == logit else None


def _over_the_row(sums: Sequence[sp.Expr], row: LogSumExp) -> sp.Expr:
    """sum exp(z[k])*g[k] = exp(c)*sum exp(z[k] - c)*g[k]: where exp(z) overflows, the sum still has a sign."""
    index = row.bound
    bodies = [t.at(index) for t in sums]
    if not any(body.has(row) for body in bodies):
        return Total(sp.Add(*bodies), index)
    inside = sp.Add(*(sp.expand_mul(body * sp.exp(-row.body)) for body in bodies))
    scale = sp.Max(row - _SCALED_BEYOND, 0)
    return sp.exp(scale) * Total(sp.exp(row.body - scale) * _with_gaps(inside, row), index)


def _with_gaps(e: sp.Expr, row: LogSumExp) -> sp.Expr:
    """z[i] - logsumexp(z) = -gap."""
    for logit in _logits(e, row):
        if e.coeff(logit) == 1 and e.coeff(row) == -1:
            return e - logit + row - SoftmaxGap(row.body, row.bound, _place(row, logit))
    return e


def _complemented(e: sp.Expr) -> sp.Expr:
    """1 - softmax(z)[i], and what has it as a factor, as the complement."""
    shares = [s for s in e.atoms(Softmax) if type(s) is Softmax] if isinstance(e, sp.Add) else []
    for share in shares:
        without = e.subs(share, 0)
        if sp.expand(e - without + share) == 0 and sp.S.One in e.args:
            return without - 1 + SoftmaxComplement(*share.args)
        if sp.expand(e.subs(share, 1)) == 0 and e.is_polynomial(share):
            return sp.cancel(e / (1 - share)) * SoftmaxComplement(*share.args)
    return e
