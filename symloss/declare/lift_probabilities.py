"""Probabilities under their other names: blends for a binary target, tanh, the normal distribution's ratios."""

from __future__ import annotations

import sympy as sp

from symloss.heads.functions import expm1, inverse_mills, mills_excess, norm_cdf, sigmoid

from .lifting_rule import LiftingRule, X
from .roles import RoleSymbol


def _symmetric_blend(e: sp.Expr) -> sp.Expr | None:
    """w F(u) + (1 - w) F(-u) = F((2w - 1) u) for a binary w, F(-u) being 1 - F(u)."""
    if not isinstance(e, sp.Add):
        return None
    weighted = [(t, p) for t in e.args for p in sp.Mul.make_args(t) if isinstance(p, (sigmoid, norm_cdf))]
    for term, p in weighted:
        for w in (f for f in sp.Mul.make_args(term) if is_binary(f)):
            c, u = term / (p * w), p.args[0]
            for other, q in weighted:
                if q == p.func(-u) and sp.expand(other / q - c * (1 - w)) == 0:
                    return e - term - other + c * p.func((2 * w - 1) * u)
    return None


def is_binary(e: sp.Expr) -> bool:
    """Whether e is a declared quantity that is 0 or 1."""
    base = e.base.label if isinstance(e, sp.Indexed) else e
    return isinstance(base, RoleSymbol) and base.domain.name == "Binary"


def _one_plus_tanh(e: sp.Expr) -> sp.Expr | None:
    """1 + tanh(u) = 2 s(2u), with a common factor."""
    if not isinstance(e, sp.Add) or len(e.args) != 2:
        return None
    number, other = e.as_coeff_Add()
    factor, function = other.as_coeff_Mul()
    if isinstance(function, sp.tanh) and number != 0 and abs(factor) == abs(number):
        return 2 * number * sigmoid(2 * sp.sign(factor) * sp.sign(number) * function.args[0])
    return None


def _logistic_times_line(e: sp.Expr) -> sp.Expr | None:
    """s(-u) (a exp(u) + b) = a s(u) + b s(-u), and a tanh(u/2) where b = -a."""
    if not isinstance(e, sp.Mul):
        return None
    for p in (f for f in e.args if isinstance(f, sigmoid)):
        for line in (f for f in e.args if isinstance(f, sp.Add) and len(f.args) == 2):
            u = -p.args[0]
            parts = [t.as_coeff_Mul() for t in line.args]
            slope = [c for c, t in parts if t == sp.exp(u)]
            level = [c for c, t in parts if t == 1]
            if slope and level:
                a, b = slope[0], level[0]
                whole = a * sp.tanh(u / 2) if b == -a else a * sigmoid(u) + b * sigmoid(-u)
                return e / (p * line) * whole
    return None


def _exp_over_expm1(e: sp.Expr) -> sp.Expr | None:
    """exp(a)/expm1(u) = -exp(a - u)/expm1(-u), where that shortens the exponent."""
    if not isinstance(e, sp.Mul):
        return None
    for exponential in (f for f in e.args if isinstance(f, sp.exp)):
        for factor in e.args:
            base, n = factor.as_base_exp()
            if isinstance(base, expm1) and n.is_Integer and n < 0:
                u, a = base.args[0], exponential.args[0]
                remaining = sp.expand(a - u)
                if remaining.count_ops() < a.count_ops() or remaining == 0:
                    return -e * base / (exponential * expm1(-u)) * sp.exp(remaining)
    return None


def _mills_ratio(e: sp.Expr) -> sp.Expr | None:
    """exp(n u**2/2) Phi(u)**n = (sqrt(2 pi) m(u))**-n for the ratio m = phi/Phi: both may underflow."""
    if not isinstance(e, sp.Mul):
        return None
    for exponential in (f for f in e.args if isinstance(f, sp.exp)):
        for factor in e.args:
            base, n = factor.as_base_exp()
            if isinstance(base, norm_cdf) and n.is_number:
                u, a = base.args[0], sp.expand(exponential.args[0])
                remaining = a - sp.expand(n * u**2 / 2)
                if remaining == 0 or len(sp.Add.make_args(remaining)) < len(sp.Add.make_args(a)):
                    ratio = sp.sqrt(2 * sp.pi) * inverse_mills(u)
                    return e / (exponential * factor) * sp.exp(remaining) * ratio ** (-n)
    return None


def _mills_plus_line(e: sp.Expr) -> sp.Expr | None:
    """c m(u) + c u = c (m(u) + u) as one function."""
    if not isinstance(e, sp.Add):
        return None
    for term in e.args:
        for m in (f for f in sp.Mul.make_args(term) if isinstance(f, inverse_mills)):
            c, u = term / m, m.args[0]
            if c * u in e.args:
                return e - term - c * u + c * mills_excess(u)
    return None


RULES: tuple[LiftingRule, ...] = (
    LiftingRule(
        "blend for a binary weight",
        "w F(u) + (1 - w) F(-u) = F((2w - 1) u), w in {0, 1}, F = s or Phi",
        _symmetric_blend,
        "1 - F rounds to 1 or 0 in the term that w does not silence",
        "|u| > 6",
        "rules.json one_minus_sigmoid",
    ),
    LiftingRule(
        "one plus tanh",
        "1 + tanh(u) = 2 s(2u)",
        _one_plus_tanh,
        "tanh(u) rounds to -1",
        "u < -3.7",
        "rules.json one_minus_tanh",
        1 + sp.tanh(X),
        ({"x": -20.0}, {"x": -300.0}),
    ),
    LiftingRule(
        "logistic times a line in exp",
        "s(-u) (a exp(u) + b) = a s(u) + b s(-u); a tanh(u/2) for b = -a",
        _logistic_times_line,
        "infinity over infinity; the difference of two numbers close to 1",
        "u > 709; |u| < 0.003",
        "rules.json tanh_exp",
        (sp.exp(X) - 1) * sigmoid(-X),
        ({"x": 800.0}, {"x": 1e-12}),
    ),
    LiftingRule(
        "exp over expm1",
        "exp(u)/expm1(u) = -1/expm1(-u)",
        _exp_over_expm1,
        "infinity over infinity",
        "u > 709",
        "rules.json t_over_expm1",
        sp.exp(X) / expm1(X),
        ({"x": 800.0},),
    ),
    LiftingRule(
        "ratio of the normal density",
        "exp(n u**2/2) Phi(u)**n = (sqrt(2 pi) m(u))**-n, m = phi/Phi",
        _mills_ratio,
        "0 over 0, or infinity times 0",
        "u < -38",
        "rules.json mills, erfcx",
        sp.exp(-(X**2) / 2) / norm_cdf(X),
        ({"x": -60.0}, {"x": -90.0}),
    ),
    LiftingRule(
        "ratio of the normal density plus its argument",
        "m(u) + u as one function, m = phi/Phi",
        _mills_plus_line,
        "m(u) is close to -u",
        "u < -200000",
        "rules.json mills_plus_x",
        inverse_mills(X) + X,
        ({"x": -1e6}, {"x": -1e9}),
    ),
)
