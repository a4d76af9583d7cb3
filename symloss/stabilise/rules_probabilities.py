"""Rules about probabilities: what is left over by a blend, tanh against a target, powers."""

from __future__ import annotations

import sympy as sp

from symloss.heads.functions import error_complement, norm_cdf, sigmoid

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


RULES: tuple[StableRule, ...] = (
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
