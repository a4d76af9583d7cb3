"""Sums of exponentials: log-sum-exp, softmax, the logistic function and its complement."""

from __future__ import annotations

import sympy as sp

from symloss.heads.binders import LogSumExp, Softmax, Total
from symloss.heads.functions import log_norm_cdf, norm_cdf, sigmoid, softplus

from .lifting_rule import LiftingRule, X, Y
from .roles import RoleSymbol


def exponent_of(e: sp.Expr) -> sp.Expr | None:
    """u with e = exp(u), for a positive e whose logarithm is at hand; None otherwise.

    A nonnegative weight gives log(weight), which is -inf where it is 0: a masked entry.
    """
    if isinstance(e, sp.exp):
        return e.args[0]
    if isinstance(e, sp.Piecewise) and any(isinstance(b, sp.exp) for b, _ in e.args):
        branches = [(-sp.oo if b == 0 else exponent_of(b), c) for b, c in e.args]
        return None if any(b is None for b, _ in branches) else sp.Piecewise(*branches)
    if isinstance(e, sp.Mul) and any(isinstance(a, sp.exp) for a in e.args):
        rest = [a for a in e.args if not isinstance(a, sp.exp)]
        if all(a.is_nonnegative for a in rest):
            return sp.Add(*(a.args[0] for a in e.args if isinstance(a, sp.exp)), *(sp.log(a) for a in rest))
    return None


def exponential_total(e: sp.Expr) -> sp.Expr | None:
    """logsumexp(u) where e is the sum of exp(u)."""
    if not isinstance(e, Total):
        return None
    index, body = e.open()
    exponent = exponent_of(body)
    return None if exponent is None else LogSumExp(exponent, index)


def _merge_exponentials(e: sp.Expr) -> sp.Expr | None:
    exponentials = [a for a in e.args if isinstance(a, sp.exp)] if isinstance(e, sp.Mul) else []
    if len(exponentials) < 2:
        return None
    rest = sp.Mul(*(a for a in e.args if not isinstance(a, sp.exp)))
    return rest * sp.exp(sp.Add(*(a.args[0] for a in exponentials)))


def _power_of_total(e: sp.Expr) -> sp.Expr | None:
    if isinstance(e, sp.Pow) and e.exp.is_negative:
        inner = exponential_total(e.base)
        if inner is not None:
            return sp.exp(e.exp * inner)
    return None


def _softmax_in_exp(e: sp.Expr) -> sp.Expr | None:
    """exp(e[i] - logsumexp(e) + rest) = softmax(e)[i] * exp(rest)."""
    if not isinstance(e, sp.exp):
        return None
    exponent = e.args[0]
    for term in sp.Add.make_args(exponent):
        count, inner = term.as_coeff_Mul()
        if isinstance(inner, LogSumExp) and count <= -1:
            rest = exponent + inner
            place = _place_of(inner, rest)
            if place is not None:
                return Softmax(inner.body, inner.bound, place) * sp.exp(sp.expand(rest - inner.at(place)))
    return None


def _place_of(inner: LogSumExp, exponent: sp.Expr) -> sp.Expr | None:
    """An index at which the body of the reduction occurs in ``exponent``."""
    patterns = [x for x in inner.body.atoms(sp.Indexed) if x.has(inner.bound)]
    seen = {
        index
        for pattern in patterns
        for x in exponent.atoms(sp.Indexed)
        if x.base == pattern.base
        for p, index in zip(pattern.indices, x.indices, strict=True)
        if p == inner.bound
    }
    for place in sorted(seen, key=sp.default_sort_key):
        if sp.expand(exponent - inner.at(place)).count_ops() < exponent.count_ops() or exponent == inner.at(place):
            return place
    return None


def one_plus_exp(e: sp.Expr) -> tuple[sp.Expr, sp.Expr] | None:
    """(a, u) with e = a*(1 + exp(u)) for a positive a."""
    if not isinstance(e, sp.Add) or len(e.args) != 2:
        return None
    for constant, other in (e.args, e.args[::-1]):
        exponent = exponent_of(other)
        if exponent is None or not other.is_positive:
            continue  # log of a weight that may be 0 would put an infinity where there was none
        if constant.is_positive and not constant.has(sp.exp):
            return constant, exponent - sp.log(constant)
        if isinstance(constant, sp.exp):
            return constant, exponent - constant.args[0]
    return None


def _reciprocal_of_one_plus_exp(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, sp.Pow) or not (e.exp.is_negative or e.exp.could_extract_minus_sign()):
        return None
    found = one_plus_exp(e.base)
    return None if found is None else (sigmoid(-found[1]) / found[0]) ** (-e.exp)


def _exp_times_sigmoid(e: sp.Expr) -> sp.Expr | None:
    """exp(a)*sigmoid(v)**n = exp(a + v)*sigmoid(-v)*sigmoid(v)**(n - 1), where that shortens the exponent."""
    if not isinstance(e, sp.Mul):
        return None
    exponentials = [a for a in e.args if isinstance(a, sp.exp)]
    for exponential in exponentials:
        for factor in e.args:
            base, n = factor.as_base_exp()
            if isinstance(base, sigmoid) and (n - 1).is_nonnegative:
                v, a = base.args[0], exponential.args[0]
                remaining = sp.expand(a + v)
                if _size(remaining) < _size(sp.expand(a)):
                    return e / (exponential * base) * sp.exp(remaining) * sigmoid(-v)
    return None


def _size(e: sp.Expr) -> int:
    """0 for zero; grows with the number of terms and with their coefficients (exp(2u) is one u away from exp(u))."""
    if e == 0:
        return 0
    weights = (abs(t.as_coeff_Mul()[0]) for t in sp.Add.make_args(e))
    return sum(1 + (int(w) if w >= 1 else 1) for w in weights)


def _exp_of_softplus(e: sp.Expr) -> sp.Expr | None:
    """exp(-n softplus(u)) = sigmoid(-u)**n and exp(-log_cdf) likewise."""
    if not isinstance(e, sp.exp):
        return None
    for term in sp.Add.make_args(e.args[0]):
        count, node = term.as_coeff_Mul()
        if isinstance(node, softplus) and count < 0:
            return sigmoid(-node.args[0]) ** (-count) * sp.exp(e.args[0] - term)
        if isinstance(node, log_norm_cdf) and count > 0:
            return norm_cdf(node.args[0]) ** count * sp.exp(e.args[0] - term)
    return None


def _one_minus_blend(e: sp.Expr) -> sp.Expr | None:
    """1 - (w a + (1 - w) b) = w (1 - a) + (1 - w) (1 - b): a probability of what was observed and its complement."""
    if not isinstance(e, sp.Add) or len(e.args) != 3 or e.as_coeff_Add()[0] != 1:
        return None
    parts = _blend(1 - e)
    if parts is None:
        return None
    return sp.Add(*(weight * (1 - probability) for weight, probability in parts))


def _blend(e: sp.Expr) -> list[tuple[sp.Expr, sp.Expr]] | None:
    """[(w, a), (1 - w, b)] with e = w a + (1 - w) b for probabilities a and b."""
    if not isinstance(e, sp.Add) or len(e.args) != 2:
        return None
    parts = []
    for term in e.args:
        found = [f for f in sp.Mul.make_args(term) if isinstance(f, (sigmoid, norm_cdf, Softmax))]
        if len(found) != 1:
            return None
        parts.append((term / found[0], found[0]))
    return parts if sp.expand(parts[0][0] + parts[1][0]) == 1 else None


def _function_of_binary_blend(e: sp.Expr) -> sp.Expr | None:
    """f(w a + (1 - w) b) is f(a) where w = 1 and f(b) where w = 0, for a binary w and f a logarithm or a power."""
    if not isinstance(e, (sp.log, sp.Pow)):
        return None
    parts = _blend(e.args[0])
    for weight, probability in parts or []:
        if isinstance(weight, RoleSymbol) and weight.domain.name == "Binary":
            (other,) = (b for w, b in parts if w != weight)  # type: ignore[union-attr]
            rest = e.args[1:]
            return sp.Piecewise((e.func(probability, *rest), sp.Eq(weight, 1)), (e.func(other, *rest), True))
    return None


def _one_minus_sigmoid(e: sp.Expr) -> sp.Expr | None:
    """1 - sigmoid(u) = sigmoid(-u), also with a common sign or in a longer sum."""
    if not isinstance(e, sp.Add):
        return None
    number = e.as_coeff_Add()[0]
    for term in e.args:
        if number == 1 and isinstance(-term, sigmoid):
            return e - 1 - term + sigmoid(-(-term).args[0])
        if number == -1 and isinstance(term, sigmoid):
            return e + 1 - term - sigmoid(-term.args[0])
    return None


RULES: tuple[LiftingRule, ...] = (
    LiftingRule(
        "product of exponentials",
        "exp(a) exp(b) = exp(a + b)",
        _merge_exponentials,
        "infinity times 0",
        "a > 709, b < -745",
        "rules.json exp_ratio",
        sp.exp(X) * sp.exp(-Y),
        ({"x": 800.0, "y": 800.5}, {"x": -900.0, "y": -900.5}),
    ),
    LiftingRule(
        "power of a sum of exponentials",
        "(sum exp(u))**-n = exp(-n logsumexp(u))",
        _power_of_total,
        "the sum overflows",
        "u > 709",
        "rules.json ce_shifted_lse",
    ),
    LiftingRule(
        "softmax",
        "exp(u[i] - logsumexp(u)) = softmax(u)[i]",
        _softmax_in_exp,
        "the difference of two rounded numbers as an exponent",
        "|u| > 100",
        "rules.json softmax_minus_1, exp_shift",
    ),
    LiftingRule(
        "logistic",
        "1/(a + exp(u)) = sigmoid(log(a) - u)/a, a > 0",
        _reciprocal_of_one_plus_exp,
        "a head is closed under differentiation, exp(u)/(1 + exp(u))**2 overflows",
        "u > 355",
        "rules.json sigmoid_neg_large",
        1 / (3 + sp.exp(X)),
    ),
    LiftingRule(
        "exp times logistic",
        "exp(u) sigmoid(-u) = sigmoid(u)",
        _exp_times_sigmoid,
        "infinity times 0",
        "u > 709",
        "rules.json sigmoid_neg_large",
        sp.exp(X) * sigmoid(-X),
        ({"x": 800.0}, {"x": 750.0}),
    ),
    LiftingRule(
        "exp of softplus",
        "exp(-softplus(u)) = sigmoid(-u)",
        _exp_of_softplus,
        "the rounding error of an exponent counts as often as it is large",
        "u > 10",
        "acceptance figure A6",
        sp.exp(-softplus(X)),
    ),
    LiftingRule(
        "complement of a blend",
        "1 - (w a + (1 - w) b) = w (1 - a) + (1 - w) (1 - b)",
        _one_minus_blend,
        "the blend rounds to 1",
        "a, b > 1 - 1e-3",
        "rules.json one_minus_sigmoid",
        1 - (Y * sigmoid(X) + (1 - Y) * sigmoid(X + 1)),
        ({"x": 40.0, "y": 0.5}, {"x": 60.0, "y": 1.0}),
    ),
    LiftingRule(
        "function of a binary blend",
        "f(w a + (1 - w) b) = f(a) or f(b), w in {0, 1}",
        _function_of_binary_blend,
        "the term that w silences hides the head of the other",
        "everywhere",
        "an identity for w in {0, 1}",
    ),
    LiftingRule(
        "complement of logistic",
        "1 - sigmoid(u) = sigmoid(-u)",
        _one_minus_sigmoid,
        "sigmoid(u) rounds to 1",
        "u > 5.7",
        "rules.json one_minus_sigmoid",
        1 - sigmoid(X),
        ({"x": 40.0}, {"x": 80.0}),
    ),
)
