"""Differences of two values of one function: of logistic functions, exponentials and softplus."""

from __future__ import annotations

import sympy as sp

from symloss.declare.lift_pairs import multiplied_out
from symloss.heads.functions import expm1, logcosh, sigmoid, softplus, softplus_difference

from .stable_rule import StableRule, X, Y


def opposite_terms(e: sp.Expr, kind: type) -> tuple[sp.Expr, sp.Expr, sp.Expr, sp.Expr] | None:
    """(c, f, g, rest) with e = c f - c g + rest, f and g different functions of that kind, c any factor."""
    if not isinstance(e, sp.Add):
        return None
    found = [(t, f) for t in e.args for f in sp.Mul.make_args(t) if isinstance(f, kind)]
    for n, (plus, f) in enumerate(found):
        for minus, g in found[n + 1 :]:
            c = without(plus, f)
            if plus != minus and f != g and c == -without(minus, g):
                c, f, g = (-c, g, f) if c.could_extract_minus_sign() else (c, f, g)
                return c, f, g, e - plus - minus
    return None


def without(term: sp.Expr, factor: sp.Expr) -> sp.Expr:
    """term/factor, where SymPy leaves exp(a)/exp(a) as it is."""
    return sp.Mul(*(f for f in sp.Mul.make_args(term) if f != factor))


def signed(d: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """The sign and the size of d, where the declared domains tell them without asking at run time."""
    if d.is_nonnegative:
        return sp.S.One, d
    return (-sp.S.One, -d) if d.is_nonpositive else (sp.sign(d), sp.Abs(d))


def ends(a: sp.Expr, b: sp.Expr, d: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """The larger and the smaller of a and b, d being their difference."""
    if d.is_nonnegative:
        return a, b
    return (b, a) if d.is_nonpositive else (sp.Max(a, b), sp.Min(a, b))


def logistic_difference(a: sp.Expr, b: sp.Expr) -> sp.Expr:
    """s(a) - s(b) = s(a) s(-b) (1 - exp(b - a)) for a > b, and minus that with a and b exchanged for a < b."""
    if a == -b:
        return sp.tanh(a / 2)
    d = multiplied_out(a - b)
    (sign, size), (high, low) = signed(d), ends(a, b, d)
    return -sign * sigmoid(high) * sigmoid(-low) * expm1(-size)


def _difference_of_logistics(e: sp.Expr) -> sp.Expr | None:
    found = opposite_terms(e, sigmoid)
    if found is None:
        return None
    c, f, g, rest = found
    return c * logistic_difference(f.args[0], g.args[0]) + rest


def _products(e: sp.Expr) -> list[tuple[sp.Expr, sp.Expr, sigmoid, sigmoid]]:
    """(term, c, p, q) for the terms c p q of a sum with exactly two logistic factors."""
    found = []
    for term in e.args if isinstance(e, sp.Add) else ():
        factors = [f for f in sp.Mul.make_args(term) if isinstance(f, sigmoid)]
        if len(factors) == 2:
            found.append((term, term / (factors[0] * factors[1]), *factors))
    return found


def _crossed_logistics(e: sp.Expr) -> sp.Expr | None:
    """c s(a) s(-b) - c s(-a) s(b) = c (s(a) - s(b))."""
    products = _products(e)
    for n, (term, c, p, q) in enumerate(products):
        for other, k, r, t in products[n + 1 :]:
            a, b = p.args[0], -q.args[0]
            if c == -k and {r.args[0], t.args[0]} == {-a, b} and a != b:
                return c * logistic_difference(a, b) + (e - term - other)
    return None


def _difference_of_densities(e: sp.Expr) -> sp.Expr | None:
    """c s(a) s(-a) - c s(b) s(-b) = c (s(a) - s(b)) (s(-b) - s(a))."""
    densities = [(t, c, p) for t, c, p, q in _products(e) if p.args[0] == -q.args[0]]
    for n, (term, c, p) in enumerate(densities):
        for other, k, q in densities[n + 1 :]:
            a, b = p.args[0], q.args[0]
            if c == -k and a not in (b, -b):
                return c * logistic_difference(a, b) * logistic_difference(-b, a) + (e - term - other)
    return None


def _difference_of_exponentials(e: sp.Expr) -> sp.Expr | None:
    """c exp(a) - c exp(b) = c exp(a) (1 - exp(b - a)) for a > b."""
    found = opposite_terms(e, sp.exp)
    if found is None:
        return None
    c, f, g, rest = found
    a, b = f.args[0], g.args[0]
    d = multiplied_out(a - b)
    if a == -b or d.count_ops() > a.count_ops() + b.count_ops():
        return None
    (sign, size), (high, _) = signed(d), ends(a, b, d)
    return -c * sign * sp.exp(high) * expm1(-size) + rest


def _difference_of_softplus(e: sp.Expr) -> sp.Expr | None:
    """c softplus(a) - c softplus(b) as a function of the simpler one and the difference.

    Base plus difference is formed again in the kernel: a small difference of two large numbers must not be the base.
    """
    found = opposite_terms(e, softplus)
    if found is None:
        return None
    c, f, g, rest = found
    a, b = f.args[0], g.args[0]
    if b.count_ops() > a.count_ops():
        c, a, b = -c, b, a
    return c * softplus_difference(b, multiplied_out(a - b)) + rest


def _entropy_of_logistic(e: sp.Expr) -> sp.Expr | None:
    """c softplus(u) - c u s(u) is even in u: at -|u| no two large terms meet."""
    if not isinstance(e, sp.Add):
        return None
    for term in e.args:
        for f in (f for f in sp.Mul.make_args(term) if isinstance(f, softplus)):
            c, u = term / f, f.args[0]
            other = -c * u * sigmoid(u)
            if other in e.args and not u.is_nonpositive:
                size = sp.Abs(u)
                return c * (softplus(-size) + size * sigmoid(-size)) + (e - term - other)
    return None


def _popular_logcosh(e: sp.Expr) -> sp.Expr | None:
    """c softplus(2u) - c u - c log(2) = c logcosh(u)."""
    if not isinstance(e, sp.Add):
        return None
    for term in e.args:
        for f in (f for f in sp.Mul.make_args(term) if isinstance(f, softplus)):
            c, u = term / f, f.args[0] / 2
            rest = e - term + sp.expand(c * u) + c * sp.log(2)
            if c.is_number and len(sp.Add.make_args(rest)) < len(e.args) - 1:
                return c * logcosh(u) + rest
    return None


RULES: tuple[StableRule, ...] = (
    StableRule(
        "log cosh as it is often written",
        "softplus(2u) - u - log(2) = log(cosh(u))",
        "three terms that cancel where u is small",
        "|u| < 0.1",
        "rules.json logcosh_popular",
        _popular_logcosh,
        X + softplus(-2 * X) - sp.log(2),
        ({"x": 1e-9}, {"x": 1e-4}),
    ),
    StableRule(
        "entropy of a logistic probability",
        "softplus(u) - u s(u) = softplus(-|u|) + |u| s(-|u|)",
        "two terms close to u",
        "u > 37",
        "softplus(u) - u = softplus(-u); 1 - s(u) = s(-u)",
        _entropy_of_logistic,
        softplus(X) - X * sigmoid(X),
        ({"x": 40.0}, {"x": 80.0}),
    ),
    StableRule(
        "products of two logistic functions crosswise",
        "s(a) s(-b) - s(-a) s(b) = s(a) - s(b) = s(a) s(-b) (1 - exp(b - a))",
        "two numbers close to each other",
        "|a - b| < 0.01",
        "rules.json expm1",
        _crossed_logistics,
        sigmoid(X + 1) * sigmoid(-X - 1 - sp.exp(Y)) - sigmoid(-X - 1) * sigmoid(X + 1 + sp.exp(Y)),
        ({"x": 0.5, "y": -34.0}, {"x": 3.0, "y": -30.0}),
    ),
    StableRule(
        "difference of two logistic densities",
        "s(a) s(-a) - s(b) s(-b) = (s(a) - s(b)) (s(-b) - s(a))",
        "two numbers close to each other",
        "|a - b| < 0.01",
        "(p - q) (1 - p - q) = p (1 - p) - q (1 - q)",
        _difference_of_densities,
        sigmoid(X) * sigmoid(-X) - sigmoid(X + sp.exp(Y)) * sigmoid(-X - sp.exp(Y)),
        ({"x": 0.5, "y": -34.0}, {"x": 3.0, "y": -30.0}),
    ),
    StableRule(
        "difference of two logistic functions",
        "s(a) - s(b) = s(a) s(-b) (1 - exp(b - a))",
        "two numbers close to 1, or to each other",
        "a, b > 5; |a - b| < 0.01",
        "rules.json expm1, one_minus_sigmoid",
        _difference_of_logistics,
        sigmoid(X + 1) - sigmoid(X),
        ({"x": 40.0}, {"x": 80.0}),
    ),
    StableRule(
        "difference of two exponentials",
        "exp(a) - exp(b) = exp(a) (1 - exp(b - a))",
        "two numbers close to each other",
        "|a - b| < 0.01",
        "rules.json expm1",
        _difference_of_exponentials,
        sp.exp(X + sp.exp(Y)) - sp.exp(X),
        ({"x": 0.5, "y": -34.0}, {"x": 3.0, "y": -30.0}),
    ),
    StableRule(
        "difference of two softplus",
        "softplus(a) - softplus(b) = log(1 + s(b) (exp(a - b) - 1))",
        "two numbers close to each other",
        "|a - b| < 0.01",
        "rules.json log1p, expm1",
        _difference_of_softplus,
        softplus(X + sp.exp(Y)) - softplus(X),
        ({"x": 0.5, "y": -34.0}, {"x": 30.0, "y": -30.0}),
    ),
)
