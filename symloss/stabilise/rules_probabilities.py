"""Rules about probabilities: what is left over by a blend, tanh against a target, powers."""

from __future__ import annotations

import sympy as sp

from symloss.heads.functions import (
    error_complement,
    inverse_mills,
    mills_excess,
    mills_slope,
    norm_cdf,
    sigmoid,
    truncated_cumulant,
    truncated_variance,
)

from .stable_rule import StableRule, X, Y
from .target import depends_on_prediction


def _rest_of_a_blend(e: sp.Expr) -> sp.Expr | None:
    """c - c w p - c (1 - w) q = c w (1 - p) + c (1 - w) (1 - q) for probabilities p and q."""
    number = e.as_coeff_Add()[0] if isinstance(e, sp.Add) else sp.S.Zero
    if number == 0:
        return None
    found = [(t, -t / (number * p), p) for t in e.args for p in sp.Mul.make_args(t) if isinstance(p, _PROBABILITIES)]
    for n, (term, w, p) in enumerate(found):
        for other, v, q in found[n + 1 :]:
            if not w.has(*_PROBABILITIES) and sp.expand(w + v) == 1:
                rest = e - number - term - other
                return number * (w * p.func(-p.args[0]) + v * q.func(-q.args[0])) + rest
    return None


_PROBABILITIES = (sigmoid, norm_cdf)


def _tanh_against_a_number(e: sp.Expr) -> sp.Expr | None:
    """c + k tanh(u) = (c + k) s(2u) + (c - k) s(-2u) for a number c and a k that no prediction is in."""
    if not isinstance(e, sp.Add):
        return None
    found = [(t, f) for t in e.args for f in sp.Mul.make_args(t) if isinstance(f, sp.tanh)]
    if not found:
        return None
    whole = found[0][1]
    terms = [t for t, f in found if f == whole]
    k, c = sp.Add(*(t / whole for t in terms)), e - sp.Add(*terms)
    if not c.is_number or c == 0 or k.is_number or depends_on_prediction(k):
        return None
    u = 2 * whole.args[0]
    return sp.expand(c + k) * sigmoid(u) + sp.expand(c - k) * sigmoid(-u)


def _normal_cdf_of_a_scaled_argument(e: sp.Expr) -> sp.Expr | None:
    """Phi(sqrt(2) v) = erfc(-v)/2: the rounding error of sqrt(2) v counts v**2 times."""
    if not isinstance(e, norm_cdf):
        return None
    v = e.args[0] / sp.sqrt(2)
    return error_complement(-v) / 2 if not v.has(sp.sqrt(2)) and e.args[0].has(sp.sqrt(2)) else None


def _slope_of_mills_ratio(e: sp.Expr) -> sp.Expr | None:
    """m(u) (m(u) + u) as one function: infinity times 0 at both ends."""
    if not isinstance(e, sp.Mul):
        return None
    for factor in e.args:
        m, j = factor.as_base_exp()
        if not isinstance(m, inverse_mills):
            continue
        for other in e.args:
            if other.as_base_exp()[0] == mills_excess(m.args[0]):
                k = other.as_base_exp()[1]
                if j.is_Integer and k.is_Integer and j > 0 and k > 0:
                    n = min(j, k)
                    return (
                        e
                        / (factor * other)
                        * m ** (j - n)
                        * mills_excess(m.args[0]) ** (k - n)
                        * mills_slope(m.args[0]) ** n
                    )
    return None


def _variance_below(e: sp.Expr) -> sp.Expr | None:
    """c - c m e = c v for e = m(u) + u: the variance of a normal variable below u."""
    if not isinstance(e, sp.Add):
        return None
    for term in e.args:
        for p in (f for f in sp.Mul.make_args(term) if isinstance(f, mills_slope)):
            c = -term / p
            if c in e.args:
                return e - term - c + c * truncated_variance(p.args[0])
    return None


def _cumulant_below(e: sp.Expr) -> sp.Expr | None:
    """c e**2 - c v = c w/m, the third cumulant over m: the second derivative of m."""
    if not isinstance(e, sp.Add):
        return None
    for term in e.args:
        for v in (f for f in sp.Mul.make_args(term) if isinstance(f, truncated_variance)):
            c, u = -term / v, v.args[0]
            for square in (c * mills_excess(u) ** 2, c / inverse_mills(u) * mills_slope(u) * mills_excess(u)):
                if square in e.args:
                    return e - term - square + c / inverse_mills(u) * truncated_cumulant(u)
    return None


RULES: tuple[StableRule, ...] = (
    StableRule(
        "slope of the Mills ratio",
        "m(u) (m(u) + u) = mills_slope(u), m = phi/Phi",
        "infinity times 0 at u = -inf and at u = inf",
        "u infinite",
        "limits at infinity (acceptance figure A2)",
        _slope_of_mills_ratio,
    ),
    StableRule(
        "variance below a point",
        "1 - m(u) (m(u) + u) = truncated_variance(u), m = phi/Phi",
        "the product rounds to 1",
        "u < -30",
        "rules.json mills_plus_x, its derivative",
        _variance_below,
        1 - mills_slope(X),
        ({"x": -1e6}, {"x": -1e9}),
    ),
    StableRule(
        "third cumulant below a point",
        "e**2 - v = w/m for e = m + u, v = 1 - m e, w the third cumulant",
        "both are 1/u**2",
        "u < -30",
        "rules.json mills, its second derivative",
        _cumulant_below,
        mills_excess(X) ** 2 - truncated_variance(X),
        ({"x": -1e4}, {"x": -1e9}),
    ),
    StableRule(
        "normal distribution function of a scaled argument",
        "Phi(sqrt(2) v) = erfc(-v)/2",
        "the rounding error of sqrt(2) v counts v**2 times",
        "v < -3",
        "rules.json erfc; acceptance figure A6",
        _normal_cdf_of_a_scaled_argument,
    ),
    StableRule(
        "rest of a blend",
        "1 - w p - (1 - w) q = w (1 - p) + (1 - w) (1 - q)",
        "the probabilities round to 1",
        "x > 5.7",
        "rules.json one_minus_sigmoid",
        _rest_of_a_blend,
        1 - Y * sigmoid(X) - (1 - Y) * sigmoid(X + 1),
        ({"x": 40.0, "y": 1.0}, {"x": 50.0, "y": 0.25}),
    ),
    StableRule(
        "tanh against a number",
        "c + k tanh(u) = (c + k) s(2u) + (c - k) s(-2u)",
        "tanh(u) rounds to 1",
        "|u| > 3.7",
        "rules.json one_minus_tanh; README rule 73",
        _tanh_against_a_number,
        1 + Y * sp.tanh(X) - (1 - Y) * sp.tanh(X),
        ({"x": -20.0, "y": 1.0}, {"x": 20.0, "y": 0.0}),
    ),
)
