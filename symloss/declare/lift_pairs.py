"""Logarithms of a sum or a difference of two terms whose own logarithms are at hand."""

from __future__ import annotations

import sympy as sp

from symloss.heads.functions import (
    log1mexp,
    log_norm_cdf,
    log_norm_interval,
    logaddexp,
    norm_cdf,
    sigmoid,
    softplus,
)

from .lifting_rule import LiftingRule, X, Y
from .roles import RoleSymbol


def logarithm_of(e: sp.Expr) -> sp.Expr | None:
    """log(e) for an e made of exponentials, probabilities and nonnegative factors; None where it is not at hand."""
    if isinstance(e, sp.exp):
        return e.args[0]
    if isinstance(e, sigmoid):
        return -softplus(-e.args[0])
    if isinstance(e, norm_cdf):
        return log_norm_cdf(e.args[0])
    if isinstance(e, sp.Mul):
        logs = [logarithm_of(a) for a in e.args]
        return None if any(x is None for x in logs) else sp.Add(*logs)
    if isinstance(e, sp.Pow) and e.exp.is_positive:
        inner = logarithm_of(e.base)
        return None if inner is None else e.exp * inner
    if (e.is_nonnegative and not e.is_zero) or is_complement_of_unit(e):
        return sp.log(e)
    return None


def is_complement_of_unit(e: sp.Expr) -> bool:
    """Whether e is 1 - x for a declared quantity x in [0, 1]."""
    x = 1 - e
    base = x.base.label if isinstance(x, sp.Indexed) else x
    return isinstance(base, RoleSymbol) and base.domain.low == 0.0 and base.domain.high == 1.0


def never_negative(e: sp.Expr) -> bool:
    """Whether e is nonnegative for the declared domains: SymPy does not know that 1 - x is, for x in [0, 1]."""
    if e.is_nonnegative or is_complement_of_unit(e):
        return True
    return isinstance(e, (sp.Add, sp.Mul)) and all(map(never_negative, e.args))


def multiplied_out(e: sp.Expr) -> sp.Expr:
    """Sums of products, with exponentials left whole."""
    return sp.expand(e, power_exp=False, power_base=False, log=False)


def _two_terms(e: sp.Expr) -> tuple[sp.Expr, sp.Expr] | None:
    """The terms of log(a + b)."""
    if not isinstance(e, sp.log) or not isinstance(e.args[0], sp.Add) or len(e.args[0].args) != 2:
        return None
    a, b = e.args[0].args
    return a, b


def _log_of_two_probabilities(e: sp.Expr) -> sp.Expr | None:
    """log(a + b) of two positive terms, one of them a probability or an exponential, through their logarithms."""
    terms = _two_terms(e)
    if terms is None or not e.has(sigmoid, norm_cdf, sp.exp):
        return None
    a, b = (logarithm_of(t) for t in terms)
    if a is None or b is None:
        return None
    difference = shorter(a - b)
    if difference.has(softplus, log_norm_cdf, sp.log):
        return logaddexp(a, b)
    if a.count_ops() > b.count_ops():
        a, difference = b, -difference
    return a + softplus(-difference)


def _log_of_several_terms(e: sp.Expr) -> sp.Expr | None:
    """log(a + b + c + ...) of positive terms with an exponential among them, two at a time."""
    if not isinstance(e, sp.log) or not isinstance(e.args[0], sp.Add) or not e.has(sp.exp, sigmoid, norm_cdf):
        return None
    terms = sorted(e.args[0].args, key=sp.default_sort_key)
    logs = [logarithm_of(t) for t in terms]
    if len(terms) < 3 or any(x is None for x in logs):
        return None
    total = logs[0]
    for x in logs[1:]:
        total = logaddexp(total, x)
    return total


def shorter(e: sp.Expr) -> sp.Expr:
    """The sum with softplus(u) - softplus(-u) = u."""
    e = multiplied_out(e)
    while (replaced := _softplus_pair(e)) is not None:
        e = multiplied_out(replaced)
    return e


def _softplus_pair(e: sp.Expr) -> sp.Expr | None:
    """c softplus(u) - c softplus(-u) = c u."""
    if not isinstance(e, sp.Add):
        return None
    for term in e.args:
        for factor in sp.Mul.make_args(term):
            if isinstance(factor, softplus):
                u = factor.args[0]
                other = -(term / factor) * softplus(-u)
                if other in e.args:
                    return e - term - other + (term / factor) * u
    return None


def _difference(terms: tuple[sp.Expr, sp.Expr], kind: type[sp.Expr]) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
    """(c, u, v) with c f(u) - c f(v) for a positive c and f of that kind."""
    for plus, minus in (terms, terms[::-1]):
        for f in sp.Mul.make_args(plus):
            c = plus / f
            for g in sp.Mul.make_args(-minus):
                if isinstance(f, kind) and isinstance(g, kind) and -minus / g == c and c.is_positive:
                    return c, f.args[0], g.args[0]
    return None


def _log_of_logistic_difference(e: sp.Expr) -> sp.Expr | None:
    """log(s(a) - s(b)) = -softplus(-a) - softplus(b) + log(1 - exp(b - a)); both are real where a > b."""
    terms = _two_terms(e)
    found = _difference(terms, sigmoid) if terms else None
    if found is None:
        return None
    c, a, b = found
    return sp.log(c) - softplus(-a) - softplus(b) + log1mexp(multiplied_out(b - a))


def _log_of_normal_difference(e: sp.Expr) -> sp.Expr | None:
    """log(Phi(a) - Phi(b)) as one function, and of erf likewise; both are real where a > b."""
    terms = _two_terms(e)
    for kind, scale, size in ((norm_cdf, 1, 1), (sp.erf, sp.sqrt(2), 2)):
        found = _difference(terms, kind) if terms else None
        if found is not None:
            c, a, b = found
            return sp.log(size * c) + log_norm_interval(scale * a, scale * b)
    return None


def _log_of_exponential_difference(e: sp.Expr) -> sp.Expr | None:
    """log(exp(a) - exp(b)) = a + log(1 - exp(b - a)); both are real where a > b."""
    terms = _two_terms(e)
    if terms is None:
        return None
    for plus, minus in (terms, terms[::-1]):
        a, b = logarithm_of(plus), logarithm_of(-minus)
        if isinstance(plus, sp.exp) and b is not None and not e.has(sigmoid, norm_cdf):
            return a + log1mexp(multiplied_out(b - a))
    return None


def _log_of_sinh(e: sp.Expr) -> sp.Expr | None:
    """log(sinh(u)) = u + log(1 - exp(-2u)) - log 2; both are real where u > 0."""
    if isinstance(e, sp.log) and isinstance(e.args[0], sp.sinh):
        u = e.args[0].args[0]
        return u + log1mexp(-2 * u) - sp.log(2)
    return None


def _log_of_reciprocal(e: sp.Expr) -> sp.Expr | None:
    """log(1/u) = -log(u); both are real where u > 0."""
    if isinstance(e, sp.log) and isinstance(e.args[0], sp.Pow) and e.args[0].exp == -1:
        return -sp.log(e.args[0].base)
    return None


RULES: tuple[LiftingRule, ...] = (
    LiftingRule(
        "logarithm of a reciprocal",
        "log(1/u) = -log(u)",
        _log_of_reciprocal,
        "u overflows, or the sign of u is not known and log(1 + exp(v)) stays hidden",
        "u > 1e308",
        "rules.json log_sigmoid",
        sp.log(1 / (1 + sp.exp(X) + sp.exp(2 * X))),
        ({"x": 600.0}, {"x": 700.0}),
    ),
    LiftingRule(
        "logarithm of a difference of logistic functions",
        "log(s(a) - s(b)) = -softplus(-a) - softplus(b) + log(1 - exp(b - a))",
        _log_of_logistic_difference,
        "two numbers close to 1, or to each other",
        "a, b > 5; |a - b| < 0.01",
        "rules.json logsubexp",
        sp.log(sigmoid(X + 1) - sigmoid(X)),
        ({"x": 40.0}, {"x": 700.0}),
    ),
    LiftingRule(
        "logarithm of a difference of normal distribution functions",
        "log(Phi(a) - Phi(b)) = log(Phi(-b) - Phi(-a))",
        _log_of_normal_difference,
        "two numbers close to 1, or both 0",
        "a, b > 3; a, b < -38",
        "README rule 67",
        sp.log(norm_cdf(X + 1) - norm_cdf(X)),
        ({"x": 8.0}, {"x": -40.0}),
    ),
    LiftingRule(
        "logarithm of a difference of exponentials",
        "log(exp(a) - exp(b)) = a + log(1 - exp(b - a))",
        _log_of_exponential_difference,
        "overflow; two numbers close to each other",
        "a > 709; |a - b| < 0.01",
        "rules.json logsubexp, logexpm1",
        sp.log(sp.exp(X + sp.exp(Y)) - sp.exp(X)),
        ({"x": 800.0, "y": 0.5}, {"x": 1.0, "y": -40.0}),
    ),
    LiftingRule(
        "logarithm of two terms",
        "log(a + b) = log(a) + softplus(log(b) - log(a))",
        _log_of_two_probabilities,
        "both terms underflow, although their logarithms are of ordinary size",
        "log(a), log(b) < -745",
        "rules.json logaddexp",
        sp.log(sp.exp(X) * sigmoid(-X) ** 2 + sigmoid(X) ** 3),
        ({"x": -800.0},),
    ),
    LiftingRule(
        "logarithm of several terms",
        "log(a + b + c) = log(exp(log(a + b)) + exp(log(c)))",
        _log_of_several_terms,
        "a term overflows, or all underflow",
        "|log(a)| > 709",
        "rules.json logaddexp",
        sp.log(sp.exp(X) + sp.exp(2 * X) + sp.exp(3 * X)),
        ({"x": 600.0}, {"x": -800.0}),
    ),
    LiftingRule(
        "softplus pair",
        "softplus(u) - softplus(-u) = u",
        _softplus_pair,
        "two terms where one is meant",
        "|u| > 37",
        "an identity",
        softplus(X) - softplus(-X),
        ({"x": 1e-12},),
    ),
    LiftingRule(
        "logarithm of sinh",
        "log(sinh(u)) = u + log(1 - exp(-2u)) - log(2)",
        _log_of_sinh,
        "sinh(u) overflows",
        "u > 710",
        "rules.json logsinh",
        sp.log(sp.sinh(sp.exp(X))),
        ({"x": 7.0}, {"x": 300.0}),
    ),
)
