"""Which of two infinities of opposite sign is the larger: a sum over an axis of what is linear in exponentials beside a
product of such a factor and one more exponential, as in the slope of a Gaussian by its Cholesky factor.

Counted in multiples of the largest exponential, exp(m - 340), the sum is a number, or an infinity of the right sign. It
is asked for where the plain one is NaN: beside an exponential of another row, that is far larger, all else underflows.
"""

from __future__ import annotations

import sympy as sp

from symloss.heads.binders import Maximum, Total
from symloss.heads.functions import number_or

from .target import depends_on_prediction

_SQUARE_IS_FINITE = 340
"""exp(2*340) and a residual of 1e12 make no infinity."""


def in_multiples_of_the_largest(e: sp.Expr) -> sp.Expr | None:
    """sum of g[d] w[d] + h exp(u[i]) w[i], w[d] = r[d] exp(u[d]) + b[d]; exp(s) times the same of w exp(-s) if NaN."""
    if not isinstance(e, sp.Add):
        return None
    totals = [term for term in e.args if isinstance(term, Total)]
    others = [term for term in e.args if term not in totals]
    if len(totals) != 1 or not others or not all(any(isinstance(f, sp.exp) for f in _factors(t)) for t in others):
        return None
    index, body = totals[0].open()
    linear, known = _linear_factor(body), [_linear_factor(term) for term in others]
    if linear is None or None in known:
        return None
    exponent = _exponent_in(linear)
    if exponent is None or not exponent.has(index):
        return None
    scale = sp.Max(Maximum(exponent, index) - _SQUARE_IS_FINITE, 0)
    inside = Total(_less(body, linear, scale), index)
    scaled = sp.Add(inside, *(_less(t, w, scale) for t, w in zip(others, known, strict=True) if w))
    return number_or(e, sp.exp(scale) * scaled)


def _factors(e: sp.Expr) -> tuple[sp.Expr, ...]:
    return tuple(sp.Mul.make_args(e))


def _linear_factor(e: sp.Expr) -> sp.Add | None:
    """The one factor that is a sum with an exponential of a prediction as it is given."""
    found = [f for f in _factors(e) if isinstance(f, sp.Add) and _exponent_in(f) is not None]
    return found[0] if len(found) == 1 else None


def _exponent_in(w: sp.Add) -> sp.Expr | None:
    found = {f.args[0] for term in w.args for f in _factors(term) if isinstance(f, sp.exp)}
    exponent = found.pop() if len(found) == 1 else None
    return exponent if isinstance(exponent, sp.Indexed) and depends_on_prediction(exponent) else None


def _less(e: sp.Expr, w: sp.Add, scale: sp.Expr) -> sp.Expr:
    """e with the factor w times exp(-scale), term by term."""
    exponent = _exponent_in(w)
    inside = []
    for term in w.args:
        own = sp.exp(exponent) if sp.exp(exponent) in _factors(term) else sp.S.One
        inside.append(term / own * sp.exp((exponent if own != 1 else 0) - scale))
    return e / w * sp.Add(*inside)
