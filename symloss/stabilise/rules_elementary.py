"""Rules about exponentials, logarithms and powers close to one."""

from __future__ import annotations

import sympy as sp

from symloss.declare.lift import recognised
from symloss.heads.functions import expm1, expm1mx, exprel, log1mexp, log1p, sigmoid, sqrt1pm1

from .stable_rule import StableRule, X, pairs


def _log_of_one_plus(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, sp.log) or not isinstance(e.args[0], sp.Add) or e.args[0].as_coeff_Add()[0] != 1:
        return None
    u = e.args[0] - 1
    if isinstance(-u, sp.exp) and (-u).args[0].is_negative:
        return log1mexp((-u).args[0])
    return log1p(u)


def _exp_minus_one(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, sp.Add):
        return None
    number = e.as_coeff_Add()[0]
    for coefficient, node, rest in pairs(e, sp.exp):
        if number != 0 and coefficient == -number:
            return coefficient * expm1(node.args[0]) + (rest - number)
    return None


def _exp_minus_line(e: sp.Expr) -> sp.Expr | None:
    """c exp(u) - c u - c = c expm1mx(u), also where expm1 has been recognised."""
    if not isinstance(e, sp.Add):
        return None
    for kind in (sp.exp, expm1):
        for coefficient, node, rest in pairs(e, kind):
            u = node.args[0]
            without = rest + coefficient * u + (coefficient if kind is sp.exp else 0)
            if len(sp.Add.make_args(without)) < len(e.args) - 1 or without == 0:
                return coefficient * expm1mx(u) + without
    return None


def _one_minus_power(e: sp.Expr) -> sp.Expr | None:
    """c - c (1 + w)**n = -c w (n + C(n, 2) w + ... + w**(n - 1)) for a small whole n."""
    if not isinstance(e, sp.Add):
        return None
    number = e.as_coeff_Add()[0]
    for coefficient, node, rest in pairs(e, sp.Pow):
        if number == 0 or coefficient != -number or not node.exp.is_Integer or not 2 <= int(node.exp) <= 4:
            continue
        if isinstance(node.base, sp.Add) and node.base.as_coeff_Add()[0] == 1:
            w, n = node.base - 1, int(node.exp)
            polynomial = sp.S.Zero
            for k in range(n, 0, -1):
                polynomial = sp.binomial(n, k) + w * polynomial
            return coefficient * w * polynomial + (rest - number)
    return None


def _one_minus_positive_power(e: sp.Expr) -> sp.Expr | None:
    """c - c b**t = -c expm1(t log b) for a b whose logarithm is at hand."""
    if not isinstance(e, sp.Add):
        return None
    number = e.as_coeff_Add()[0]
    for coefficient, node, rest in pairs(e, sp.Pow):
        if number != 0 and coefficient == -number:
            logarithm = _log_of_positive(node.base)
            if logarithm is not None:
                return coefficient * expm1(node.exp * logarithm) + (rest - number)
    return None


def _log_of_positive(base: sp.Expr) -> sp.Expr | None:
    """log(base) in a form that keeps its digits where the base is close to 1; None where there is none."""
    if isinstance(base, sp.Add) and base.as_coeff_Add()[0] == 1:
        logarithm = recognised(sp.log(base))
        return log1p(base - 1) if logarithm.has(sp.log) else logarithm
    logarithm = recognised(sp.log(base))
    return None if logarithm.has(sp.log) else logarithm


def _log_of_log_survival(e: sp.Expr) -> sp.Expr | None:
    """log(1 - exp(-exp(u))): u + log(exprel(-exp(u))) below 0, where exp(u) may underflow."""
    if not isinstance(e, log1mexp) or not isinstance(-e.args[0], sp.exp):
        return None
    u = (-e.args[0]).args[0]
    # Above 0 the inner exponential must not be seen by this rule again.
    return sp.Piecewise((u + sp.log(exprel(e.args[0])), u < 0), (sp.log(-expm1(e.args[0])), True))


def _root_minus_one(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, sp.Add):
        return None
    number = e.as_coeff_Add()[0]
    for term in e.args:
        coefficient, node = term.as_coeff_Mul()
        if number == 0 or coefficient != -number or not isinstance(node, sp.Pow) or node.exp != sp.Rational(1, 2):
            continue
        if isinstance(node.base, sp.Add) and node.base.as_coeff_Add()[0] == 1:
            return e - number - term + coefficient * sqrt1pm1(node.base - 1)
    return None


RULES: tuple[StableRule, ...] = (
    StableRule(
        "log of one plus",
        "log(1 + u) = log1p(u)",
        "1 + u rounds",
        "|u| < 0.004",
        "rules.json log1p, log1mexp",
        _log_of_one_plus,
        sp.log(1 + X),
        ({"x": 1e-20}, {"x": 1e-9}),
    ),
    StableRule(
        "exp minus its tangent",
        "exp(u) - 1 - u = expm1mx(u)",
        "the first two terms of the series cancel",
        "|u| < 0.05",
        "rules.json linex",
        _exp_minus_line,
        sp.exp(X) - X - 1,
        ({"x": 1e-9}, {"x": -1e-5}),
    ),
    StableRule(
        "one minus a power",
        "1 - (1 + w)**n = -w (n + C(n, 2) w + ... + w**(n - 1)), n = 2, 3, 4",
        "(1 + w)**n rounds to 1",
        "|w| < 0.001",
        "rules.json powm1 for a whole exponent; Horner's form",
        _one_minus_power,
        1 - (1 - X**2) ** 3,
        ({"x": 1e-9}, {"x": 1e-5}),
    ),
    StableRule(
        "one minus a power of a probability",
        "1 - b**t = -expm1(t log b)",
        "b**t rounds to 1",
        "b close to 1",
        "rules.json powm1",
        _one_minus_positive_power,
        1 - sigmoid(X) ** sp.Rational(7, 10),
        ({"x": 40.0}, {"x": 37.0}),
    ),
    StableRule(
        "complementary log-log",
        "log(1 - exp(-exp(u))) = u + log(exprel(-exp(u)))",
        "exp(u) underflows",
        "u < -30",
        "rules.json cexpexp, log1mexp",
        _log_of_log_survival,
        log1mexp(-sp.exp(X)),
        ({"x": -800.0},),
    ),
    StableRule(
        "exp minus one",
        "exp(u) - 1 = expm1(u)",
        "exp(u) rounds to 1",
        "|u| < 0.006",
        "rules.json expm1, one_minus_exp_neg",
        _exp_minus_one,
        sp.exp(X) - 1,
        ({"x": 1e-20}, {"x": -1e-9}),
    ),
    StableRule(
        "root minus one",
        "sqrt(1 + u) - 1 = u/(1 + sqrt(1 + u))",
        "sqrt(1 + u) rounds to 1",
        "|u| < 0.001",
        "rules.json pseudo_huber",
        _root_minus_one,
        sp.sqrt(1 + X**2) - 1,
        ({"x": 1e-9},),
    ),
)
