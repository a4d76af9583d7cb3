"""Rules about the logistic function, softplus and tanh."""

from __future__ import annotations

import sympy as sp

from symloss.declare.roles import RoleSymbol
from symloss.heads.functions import exprel, finished, log1p, logaddexp, sech2, sigmoid, softplus
from symloss.heads.shares import sigmoid_less

from .stable_rule import StableRule, X, Y, pairs
from .target import against_target, depends_on_prediction


def _logistic_minus_target(e: sp.Expr) -> sp.Expr | None:
    return against_target(e, sigmoid, lambda p: sigmoid(-p.args[0]))


def _logistic_less_parameter(e: sp.Expr) -> sp.Expr | None:
    """k s(x) - k m = k (s(x) - m) for a parameter m in [0, 1)."""
    if not isinstance(e, sp.Add):
        return None
    for term in e.args:
        for node in (f for f in sp.Mul.make_args(term) if isinstance(f, sigmoid)):
            k = term / node
            for other in e.args:
                m = -other / k
                if _is_share(m) and k.is_number:
                    return k * sigmoid_less(node.args[0], m) + (e - term - other)
    return None


def _is_share(m: sp.Expr) -> bool:
    return isinstance(m, RoleSymbol) and m.role == "parameter" and m.domain.low == 0 and m.domain.high == 1


def _log_of_complement(e: sp.Expr) -> sp.Expr | None:
    """log(m + s(-x)) = log(1 - (s(x) - m)) next to its zero, for a parameter m in [0, 1)."""
    if not isinstance(e, logaddexp):
        return None
    for a, b in (e.args, reversed(e.args)):
        if isinstance(a, sp.log) and _is_share(a.args[0]) and isinstance(-b, softplus):
            above = sigmoid_less((-b).args[0], a.args[0])
            return sp.Piecewise((log1p(-above), above < sp.S.Half), (finished(e), True))
    return None


def _logistic_minus_half(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, sp.Add) or len(e.args) != 2:
        return None
    for coefficient, node, rest in pairs(e, sigmoid):
        if rest == -coefficient / 2:
            return coefficient * sp.tanh(node.args[0] / 2) / 2
    return None


def _times_logistic_minus_half(e: sp.Expr) -> sp.Expr | None:
    """k s(x) - k/2 = k tanh(x/2)/2 for any factor k, whichever way round its differences stand."""
    if not isinstance(e, sp.Add):
        return None
    for term in e.args:
        for node in (f for f in sp.Mul.make_args(term) if isinstance(f, sigmoid)):
            k = term / node
            other = next((t for t in e.args if t != term and not k.is_number and sp.expand(t + k / 2) == 0), None)
            if other is not None:
                return k * sp.tanh(node.args[0] / 2) / 2 + (e - term - other)
    return None


def _softplus_minus_linear(e: sp.Expr) -> sp.Expr | None:
    """n softplus(u) - k u = (n - k) softplus(u) + k softplus(-u) for a number n, or n and k free of predictions."""
    if not isinstance(e, sp.Add):
        return None
    for first in e.args:
        for node in (f for f in sp.Mul.make_args(first) if isinstance(f, softplus)):
            n, u = sp.Mul(*(f for f in sp.Mul.make_args(first) if f != node)), node.args[0]
            for term in (t for t in e.args if t != first):
                k = -term / u
                if k.free_symbols & u.free_symbols or k.has(sp.exp, sp.log, softplus):
                    continue
                if n.is_number:
                    return n * ((1 - k / n) * softplus(u) + k / n * softplus(-u)) + (e - first - term)
                if not depends_on_prediction(n) and not depends_on_prediction(k):
                    return (n - k) * softplus(u) + k * softplus(-u) + (e - first - term)
    return None


def _one_minus_logistic(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, sp.Add):
        return None
    number = e.as_coeff_Add()[0]
    for coefficient, node, rest in pairs(e, sigmoid):
        if number != 0 and coefficient == -number and len(e.args) == 2:
            return (rest - number) + number * sigmoid(-node.args[0])
    return None


def _logistic_difference(e: sp.Expr) -> sp.Expr | None:
    """c s(x) - c s(-x) = c tanh(x/2)."""
    if not isinstance(e, sp.Add):
        return None
    for term in e.args:
        for factor in sp.Mul.make_args(term):
            if isinstance(factor, sigmoid):
                coefficient, u = term / factor, factor.args[0]
                other = -coefficient * sigmoid(-u)
                if other in e.args:
                    return e - term - other + coefficient * sp.tanh(u / 2)
    return None


def _logistic_over_softplus(e: sp.Expr) -> sp.Expr | None:
    """s(x)/softplus(x) = (1 - exp(-t))/t at t = softplus(x), which is 1 far below 0."""
    if not isinstance(e, sp.Mul):
        return None
    for factor in e.args:
        base, n = factor.as_base_exp()
        if not isinstance(base, softplus) or not n.is_Integer or n >= 0:
            continue
        for other in e.args:
            if other.as_base_exp()[0] == sigmoid(base.args[0]) and other.as_base_exp()[1].is_Integer:
                m = min(-n, other.as_base_exp()[1])
                if m > 0:
                    return e * base**m / sigmoid(base.args[0]) ** m * exprel(-base) ** m
    return None


def _one_minus_tanh_squared(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, sp.Add):
        return None
    number = e.as_coeff_Add()[0]
    for term in e.args:
        coefficient, node = term.as_coeff_Mul()
        is_square = isinstance(node, sp.Pow) and isinstance(node.base, sp.tanh) and node.exp == 2
        if number != 0 and coefficient == -number and is_square:
            return e - number - term + number * sech2(node.base.args[0])
    return None


def _one_minus_tanh(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, sp.Add):
        return None
    number = e.as_coeff_Add()[0]
    for coefficient, node, rest in pairs(e, sp.tanh):
        if number != 0 and abs(coefficient) == abs(number):
            sign = -1 if coefficient == -number else 1
            return (rest - number) + number * 2 * sigmoid(sign * 2 * node.args[0])
    return None


RULES: tuple[StableRule, ...] = (
    StableRule(
        "logistic function less a threshold",
        "s(x) - m = m (1 - m) (e**d - 1)/(1 + m (e**d - 1)), d = x - logit(m)",
        "next to m it is what rounding leaves of both, and of 1 - m",
        "s(x) within 2**-40 of m",
        "docs/limits.md, the asymmetric loss within a few roundings of its margin",
        _logistic_less_parameter,
    ),
    StableRule(
        "logarithm of the complement of what is above a threshold",
        "log(m + s(-x)) = log(1 - (s(x) - m)), m in [0, 1)",
        "m + s(-x) rounds to 1",
        "s(x) within 0.1 of m",
        "docs/limits.md, the asymmetric loss next to its margin",
        _log_of_complement,
        branching=True,
    ),
    StableRule(
        "logistic minus a half",
        "s(x) - 1/2 = tanh(x/2)/2",
        "two numbers close to 1/2",
        "|x| < 0.01",
        "rules.json tanh_exp",
        _logistic_minus_half,
        sigmoid(X) - sp.Rational(1, 2),
        ({"x": 1e-9},),
    ),
    StableRule(
        "multiple of logistic minus a half",
        "k s(x) - k/2 = k tanh(x/2)/2",
        "two numbers close to k/2; 2 k overflows",
        "|x| < 0.01",
        "rules.json tanh_exp",
        _times_logistic_minus_half,
        2 * Y * sigmoid(X) - Y,
        ({"x": 1e-9, "y": 3.0},),
    ),
    StableRule(
        "logistic minus target",
        "s(x) - y = (1 - y) s(x) - y s(-x)",
        "s(x) rounds to 1 and s(x) - 1 to 0",
        "x > 5.7",
        "README rule 73",
        _logistic_minus_target,
        sigmoid(X) - Y,
        ({"x": 40.0, "y": 1.0}, {"x": 700.0, "y": 1.0}),
    ),
    StableRule(
        "softplus minus linear",
        "softplus(x) - y x = (1 - y) softplus(x) + y softplus(-x)",
        "softplus(x) - x is 0 beyond 36.7",
        "x > 4",
        "rules.json softplus_minus_x; README rule 74",
        _softplus_minus_linear,
        softplus(X) - Y * X,
        ({"x": 40.0, "y": 1.0}, {"x": 700.0, "y": 1.0}),
    ),
    StableRule(
        "complement of logistic",
        "1 - s(x) = s(-x)",
        "s(x) rounds to 1",
        "x > 5.7",
        "rules.json one_minus_sigmoid",
        _one_minus_logistic,
        3 - 3 * sigmoid(X),
        ({"x": 40.0},),
    ),
    StableRule(
        "logistic difference",
        "s(x) - s(-x) = tanh(x/2)",
        "two numbers close to 1/2",
        "|x| < 0.01",
        "rules.json tanh_exp",
        _logistic_difference,
        sigmoid(X) - sigmoid(-X),
        ({"x": 1e-9},),
    ),
    StableRule(
        "logistic over softplus",
        "s(x)/softplus(x) = exprel(-softplus(x))",
        "0 over 0",
        "x < -745",
        "a quotient of two functions that underflow",
        _logistic_over_softplus,
        sigmoid(X) / softplus(X),
        ({"x": -800.0}, {"x": -750.0}),
    ),
    StableRule(
        "one minus tanh squared",
        "1 - tanh(x)**2 = sech(x)**2",
        "tanh(x) rounds to 1",
        "|x| > 3.7",
        "rules.json sech2",
        _one_minus_tanh_squared,
        1 - sp.tanh(X) ** 2,
        ({"x": 20.0}, {"x": -300.0}),
    ),
    StableRule(
        "one minus tanh",
        "1 - tanh(x) = 2 s(-2x)",
        "tanh(x) rounds to 1",
        "x > 3.7",
        "rules.json one_minus_tanh",
        _one_minus_tanh,
        1 - sp.tanh(X),
        ({"x": 20.0}, {"x": 300.0}),
    ),
)
