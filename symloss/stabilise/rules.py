"""Rewrites that save digits. Each row: what, by what, why, where the replaced form fails, and who says so.

A row is an identity over the reals; a test checks every row against the oracle and shows
that the replaced form fails at the witness. ``source`` numbers refer to the table of
measured rewrites that started the project (shared/numerics/rules.json).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from symloss.declare.lift import lift
from symloss.heads.binders import LogSumExp, Rank, Softmax, SoftmaxComplement, SoftmaxGap, Sorted, Total
from symloss.heads.functions import (
    expm1,
    expm1mx,
    exprel,
    log1mexp,
    log1p,
    product_or_zero,
    sech2,
    sigmoid,
    softplus,
    sqrt1pm1,
)

_x, _y = sp.symbols("x y", real=True)
_t = sp.Symbol("t", negative=True)


@dataclass(frozen=True)
class StableRule:
    """One rewrite.

    ``example`` is an instance of the pattern in x (and y), ``witnesses`` are points at
    which evaluating it as it stands loses its digits.
    """

    name: str
    identity: str
    reason: str
    region: str
    source: str
    apply: Callable[[sp.Expr], sp.Expr | None]
    example: sp.Expr | None = None
    witnesses: tuple[dict[str, Any], ...] = field(default=())

    def __call__(self, e: sp.Expr) -> sp.Expr | None:
        return self.apply(e)


def _pairs(e: sp.Expr, kind: type) -> list[tuple[sp.Expr, sp.Expr, sp.Expr]]:
    """(coefficient, node, rest) for every term coefficient*node of a sum, ``node`` of that kind."""
    found = []
    for term in e.args:
        coefficient, node = term.as_coeff_Mul()
        if isinstance(node, kind):
            found.append((coefficient, node, e - term))
    return found


def _softmax_minus_target(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, sp.Add) or len(e.args) != 2:
        return None
    for coefficient, node, rest in _pairs(e, Softmax):
        other = -rest / coefficient
        if type(node) is not Softmax or other.has(Softmax):
            continue
        complement = SoftmaxComplement(node.body, node.bound, node.place)
        if other == 1:
            return -coefficient * complement
        if _is_target_like(other):
            return coefficient * _split(other, node, complement)
    return None


def _is_target_like(e: sp.Expr) -> bool:
    """A target, a delta, or a blend of them: what a softmax is compared with entry by entry."""
    return bool(
        e.is_number or isinstance(e, (sp.Indexed, sp.Symbol, sp.KroneckerDelta)) or isinstance(e, (sp.Add, sp.Mul))
    )


def _split(y: sp.Expr, p: sp.Expr, complement: sp.Expr) -> sp.Expr:
    """p - y as (1 - y) p - y (1 - p)."""
    if y in (0, 1):
        return p if y == 0 else -complement
    if isinstance(y, sp.KroneckerDelta):
        return sp.Piecewise((-complement, sp.Eq(*y.args)), (p, True))
    return sp.Add(sp.Mul(1 - y, p, evaluate=False), -sp.Mul(y, complement, evaluate=False), evaluate=False)


def _logistic_minus_target(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, sp.Add) or len(e.args) != 2:
        return None
    for coefficient, node, rest in _pairs(e, sigmoid):
        other = -rest / coefficient
        if other.has(sigmoid):
            continue
        if other == sp.Rational(1, 2):
            return coefficient * sp.tanh(node.args[0] / 2) / 2
        if _is_target_like(other):
            return coefficient * _split(other, node, sigmoid(-node.args[0]))
    return None


def _softplus_minus_linear(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, sp.Add):
        return None
    for coefficient, node, rest in _pairs(e, softplus):
        u = node.args[0]
        for term in sp.Add.make_args(rest):
            y = -term / (coefficient * u)
            if not y.free_symbols & u.free_symbols and not y.has(sp.exp, sp.log, softplus):
                others = rest - term
                blend = coefficient * ((1 - y) * softplus(u) + y * softplus(-u))
                return blend + others
    return None


def _gap(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, sp.Add):
        return None
    for coefficient, node, rest in _pairs(e, LogSumExp):
        for term in sp.Add.make_args(rest):
            place = _place(node, -term / coefficient)
            if place is not None:
                return coefficient * SoftmaxGap(node.body, node.bound, place) + (rest - term)
    for coefficient, node, rest in _pairs(e, LogSumExp):
        place = _place_in_sum(node, -rest / coefficient)
        if place is not None:
            return coefficient * SoftmaxGap(node.body, node.bound, place)
    return None


def _place(node: LogSumExp, term: sp.Expr) -> sp.Expr | None:
    """The index at which ``term`` is the body of the reduction."""
    patterns = [x for x in node.body.atoms(sp.Indexed) if x.has(node.bound)]
    for pattern in patterns:
        for x in term.atoms(sp.Indexed):
            if x.base == pattern.base:
                for p, index in zip(pattern.indices, x.indices, strict=True):
                    if p == node.bound and node.at(index) == term:
                        return index
    return None


def _place_in_sum(node: LogSumExp, rest: sp.Expr) -> sp.Expr | None:
    """As `_place`, where the body is itself a sum and was merged with the terms around it."""
    return _place(node, rest)


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
    for coefficient, node, rest in _pairs(e, sp.exp):
        if number != 0 and coefficient == -number:
            return coefficient * expm1(node.args[0]) + (rest - number)
    return None


def _exp_minus_line(e: sp.Expr) -> sp.Expr | None:
    """c exp(u) - c u - c = c expm1mx(u), also where expm1 has been recognised."""
    if not isinstance(e, sp.Add):
        return None
    for kind in (sp.exp, expm1):
        for coefficient, node, rest in _pairs(e, kind):
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
    for coefficient, node, rest in _pairs(e, sp.Pow):
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
    for coefficient, node, rest in _pairs(e, sp.Pow):
        if number != 0 and coefficient == -number:
            logarithm = _log_of_positive(node.base)
            if logarithm is not None:
                return coefficient * expm1(node.exp * logarithm) + (rest - number)
    return None


def _log_of_positive(base: sp.Expr) -> sp.Expr | None:
    """log(base) in a form that keeps its digits where the base is close to 1; None where there is none."""
    if isinstance(base, sp.Add) and base.as_coeff_Add()[0] == 1:
        logarithm = lift(sp.log(base))
        return log1p(base - 1) if logarithm.has(sp.log) else logarithm
    logarithm = lift(sp.log(base))
    return None if logarithm.has(sp.log) else logarithm


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


def _log_of_log_survival(e: sp.Expr) -> sp.Expr | None:
    """log(1 - exp(-exp(u))): u + log(exprel(-exp(u))) below 0, where exp(u) may underflow."""
    if not isinstance(e, log1mexp) or not isinstance(-e.args[0], sp.exp):
        return None
    u = (-e.args[0]).args[0]
    # Above 0 the inner exponential must not be seen by this rule again.
    return sp.Piecewise((u + sp.log(exprel(e.args[0])), u < 0), (sp.log(-expm1(e.args[0])), True))


def _one_minus_tanh_squared(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, sp.Add):
        return None
    number = e.as_coeff_Add()[0]
    for term in e.args:
        coefficient, node = term.as_coeff_Mul()
        if number != 0 and coefficient == -number and isinstance(node, sp.Pow):
            if isinstance(node.base, sp.tanh) and node.exp == 2:
                return e - number - term + number * sech2(node.base.args[0])
    return None


def _one_minus_tanh(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, sp.Add):
        return None
    number = e.as_coeff_Add()[0]
    for coefficient, node, rest in _pairs(e, sp.tanh):
        if number != 0 and abs(coefficient) == abs(number):
            sign = -1 if coefficient == -number else 1
            return (rest - number) + number * 2 * sigmoid(sign * 2 * node.args[0])
    return None


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


def _one_minus_logistic(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, sp.Add):
        return None
    number = e.as_coeff_Add()[0]
    for coefficient, node, rest in _pairs(e, sigmoid):
        if number != 0 and coefficient == -number and len(e.args) == 2:
            return (rest - number) + number * sigmoid(-node.args[0])
    return None


def _weight_may_be_zero(e: sp.Expr) -> sp.Expr | None:
    """w*g = 0 where the weight w is 0 although g is infinite: a masked class has no cross-entropy."""
    if not isinstance(e, sp.Mul):
        return None
    infinite = [a for a in e.args if isinstance(a, SoftmaxGap)]
    weights = [a for a in e.args if isinstance(a, (sp.Indexed, sp.Symbol)) and a.is_nonnegative and a.is_zero is None]
    if not infinite or not weights:
        return None
    coefficient, factor = (e / weights[0]).as_coeff_Mul()
    return coefficient * product_or_zero(weights[0], factor)


def _number_out_of_total(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, Total):
        return None
    coefficient = e.body.as_coeff_Mul()[0]
    if coefficient == 1:
        return None
    index, body = e.open()
    return coefficient * Total(body / coefficient, index)


def _sum_over_sorted(e: sp.Expr) -> sp.Expr | None:
    """Sum over places p of g(sort(u)[p], p) = sum over entries k of g(u[k], rank(u)[k])."""
    if not isinstance(e, Total):
        return None
    index, body = e.open()
    entries = [s for s in body.atoms(Sorted) if s.place == index]
    if len(entries) != 1 or entries[0].bound.label.axis != index.label.axis:
        return None
    entry = entries[0]
    value = sp.Dummy("value", real=True)
    place = Rank(entry.body, entry.bound, index)
    moved = body.xreplace({entry: value}).xreplace({index: place}).xreplace({value: entry.at(index)})
    return Total(moved, index)


RULES: tuple[StableRule, ...] = (
    StableRule(
        "sum in sorted order",
        "sum_p g(sort(u)[p], p) = sum_k g(u[k], rank(u)[k])",
        "one pass over pairs instead of three nested loops",
        "everywhere",
        "a permutation reorders a sum",
        _sum_over_sorted,
    ),
    StableRule(
        "number out of a sum",
        "sum_k c g(k) = c sum_k g(k)",
        "one multiplication instead of one per entry, and -0 does not appear",
        "everywhere",
        "linearity",
        _number_out_of_total,
    ),
    StableRule(
        "softmax minus target",
        "p - y = (1 - y) p - y (1 - p)",
        "p rounds to 1 in a confident row and p - 1 to 0",
        "gap > 5",
        "rules.json softmax_minus_1; README rule 73",
        _softmax_minus_target,
    ),
    StableRule(
        "logistic minus target",
        "s(x) - y = (1 - y) s(x) - y s(-x)",
        "s(x) rounds to 1 and s(x) - 1 to 0",
        "x > 5.7",
        "README rule 73",
        _logistic_minus_target,
        sigmoid(_x) - _y,
        ({"x": 40.0, "y": 1.0}, {"x": 700.0, "y": 1.0}),
    ),
    StableRule(
        "softplus minus linear",
        "softplus(x) - y x = (1 - y) softplus(x) + y softplus(-x)",
        "softplus(x) - x is 0 beyond 36.7",
        "x > 4",
        "rules.json softplus_minus_x; README rule 74",
        _softplus_minus_linear,
        softplus(_x) - _y * _x,
        ({"x": 40.0, "y": 1.0}, {"x": 700.0, "y": 1.0}),
    ),
    StableRule(
        "cross-entropy of a row",
        "logsumexp(u) - u[k] = log1p(sum_{j != k} exp(u[j] - u[k])) where k is the largest",
        "the difference of two equal numbers in a confident row",
        "gap > 4",
        "rules.json ce_target_max, ce_shifted_lse",
        _gap,
    ),
    StableRule(
        "complement of logistic",
        "1 - s(x) = s(-x)",
        "s(x) rounds to 1",
        "x > 5.7",
        "rules.json one_minus_sigmoid",
        _one_minus_logistic,
        3 - 3 * sigmoid(_x),
        ({"x": 40.0},),
    ),
    StableRule(
        "log of one plus",
        "log(1 + u) = log1p(u)",
        "1 + u rounds",
        "|u| < 0.004",
        "rules.json log1p, log1mexp",
        _log_of_one_plus,
        sp.log(1 + _x),
        ({"x": 1e-20}, {"x": 1e-9}),
    ),
    StableRule(
        "exp minus its tangent",
        "exp(u) - 1 - u = expm1mx(u)",
        "the first two terms of the series cancel",
        "|u| < 0.05",
        "rules.json linex",
        _exp_minus_line,
        sp.exp(_x) - _x - 1,
        ({"x": 1e-9}, {"x": -1e-5}),
    ),
    StableRule(
        "one minus a power",
        "1 - (1 + w)**n = -w (n + C(n, 2) w + ... + w**(n - 1)), n = 2, 3, 4",
        "(1 + w)**n rounds to 1",
        "|w| < 0.001",
        "rules.json powm1 for a whole exponent; Horner's form",
        _one_minus_power,
        1 - (1 - _x**2) ** 3,
        ({"x": 1e-9}, {"x": 1e-5}),
    ),
    StableRule(
        "one minus a power of a probability",
        "1 - b**t = -expm1(t log b)",
        "b**t rounds to 1",
        "b close to 1",
        "rules.json powm1",
        _one_minus_positive_power,
        1 - sigmoid(_x) ** sp.Rational(7, 10),
        ({"x": 40.0}, {"x": 37.0}),
    ),
    StableRule(
        "logistic difference",
        "s(x) - s(-x) = tanh(x/2)",
        "two numbers close to 1/2",
        "|x| < 0.01",
        "rules.json tanh_exp",
        _logistic_difference,
        sigmoid(_x) - sigmoid(-_x),
        ({"x": 1e-9},),
    ),
    StableRule(
        "complementary log-log",
        "log(1 - exp(-exp(u))) = u + log(exprel(-exp(u)))",
        "exp(u) underflows",
        "u < -30",
        "rules.json cexpexp, log1mexp",
        _log_of_log_survival,
        log1mexp(-sp.exp(_x)),
        ({"x": -800.0},),
    ),
    StableRule(
        "exp minus one",
        "exp(u) - 1 = expm1(u)",
        "exp(u) rounds to 1",
        "|u| < 0.006",
        "rules.json expm1, one_minus_exp_neg",
        _exp_minus_one,
        sp.exp(_x) - 1,
        ({"x": 1e-20}, {"x": -1e-9}),
    ),
    StableRule(
        "one minus tanh squared",
        "1 - tanh(x)**2 = sech(x)**2",
        "tanh(x) rounds to 1",
        "|x| > 3.7",
        "rules.json sech2",
        _one_minus_tanh_squared,
        1 - sp.tanh(_x) ** 2,
        ({"x": 20.0}, {"x": -300.0}),
    ),
    StableRule(
        "one minus tanh",
        "1 - tanh(x) = 2 s(-2x)",
        "tanh(x) rounds to 1",
        "x > 3.7",
        "rules.json one_minus_tanh",
        _one_minus_tanh,
        1 - sp.tanh(_x),
        ({"x": 20.0}, {"x": 300.0}),
    ),
    StableRule(
        "root minus one",
        "sqrt(1 + u) - 1 = u/(1 + sqrt(1 + u))",
        "sqrt(1 + u) rounds to 1",
        "|u| < 0.001",
        "rules.json pseudo_huber",
        _root_minus_one,
        sp.sqrt(1 + _x**2) - 1,
        ({"x": 1e-9},),
    ),
    StableRule(
        "zero weight",
        "0*g = 0 although g is infinite",
        "0*inf is NaN",
        "weight = 0",
        "README rule 63",
        _weight_may_be_zero,
    ),
)
