"""Raw text to heads: what a user typed with `exp` and `log` is recognised when the loss is declared.

Heads are closed under differentiation; raw exponentials are not (design, decision 1).
Every rule is an identity over the reals for the declared assumptions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from symloss.heads.binders import Binder, LogSumExp, Softmax, Total
from symloss.heads.functions import (
    bernoulli_function,
    bessel_ratio,
    expm1,
    log1mexp,
    log_bessel_i0,
    log_norm_cdf,
    logcosh,
    norm_cdf,
    sigmoid,
    softplus,
    step,
    xlogy,
)
from symloss.heads.numbers import typed
from symloss.heads.rewrite import rewrite

from .roles import RoleSymbol
from .sums import totals


@dataclass(frozen=True)
class LiftingRule:
    """One identity: ``apply`` gives the right-hand side, or None where it does not match."""

    name: str
    identity: str
    apply: Callable[[sp.Expr], sp.Expr | None]

    def __call__(self, e: sp.Expr) -> sp.Expr | None:
        return self.apply(e)


def lift(expression: sp.Expr) -> sp.Expr:
    """The same expression in heads; a raw form and its named form become equal."""
    return rewrite(_branches_outside(totals(sp.sympify(expression))), RULES)


def _branches_outside(e: sp.Expr) -> sp.Expr:
    """Branches chosen by targets and data alone come to the top, so that each is recognised by itself."""
    chosen = [p for p in e.atoms(sp.Piecewise) if not _depends_on_predictions(p)]
    if not chosen or e.has(Binder) or len(chosen) > _MOST_BRANCHINGS:
        return e
    return sp.piecewise_fold(e)


_MOST_BRANCHINGS = 2  # folding multiplies the branches


def _depends_on_predictions(p: sp.Piecewise) -> bool:
    """Whether a prediction decides between the branches."""
    return any(s.role in ("prediction", "parameter") for _, c in p.args for s in c.atoms(RoleSymbol))


# --- numbers and reductions -------------------------------------------------------------------


def _exact_float(e: sp.Expr) -> sp.Expr | None:
    return typed(float(e)) if isinstance(e, sp.Float) else None


def _heaviside(e: sp.Expr) -> sp.Expr | None:
    return step(e.args[0]) if isinstance(e, sp.Heaviside) and e.args[1] == sp.Rational(1, 2) else None


def _factorial(e: sp.Expr) -> sp.Expr | None:
    return sp.gamma(e.args[0] + 1) if isinstance(e, sp.factorial) else None


def _binomial(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, sp.binomial):
        return None
    n, k = e.args
    return sp.exp(sp.loggamma(n + 1) - sp.loggamma(k + 1) - sp.loggamma(n - k + 1))


def _beta_function(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, sp.beta):
        return None
    a, b = e.args[0], e.args[-1]
    return sp.exp(sp.loggamma(a) + sp.loggamma(b) - sp.loggamma(a + b))


# --- sums of exponentials ----------------------------------------------------------------------


def _exponent(e: sp.Expr) -> sp.Expr | None:
    """u with e = exp(u), for a positive e whose logarithm is at hand; None otherwise.

    A nonnegative weight gives log(weight), which is -inf where it is 0: a masked entry.
    """
    if isinstance(e, sp.exp):
        return e.args[0]
    if isinstance(e, sp.Piecewise) and any(isinstance(b, sp.exp) for b, _ in e.args):
        branches = [(-sp.oo if b == 0 else _exponent(b), c) for b, c in e.args]
        return None if any(b is None for b, _ in branches) else sp.Piecewise(*branches)
    if isinstance(e, sp.Mul) and any(isinstance(a, sp.exp) for a in e.args):
        rest = [a for a in e.args if not isinstance(a, sp.exp)]
        if all(a.is_nonnegative for a in rest):
            return sp.Add(*(a.args[0] for a in e.args if isinstance(a, sp.exp)), *(sp.log(a) for a in rest))
    return None


def _exponential_total(e: sp.Expr) -> sp.Expr | None:
    """logsumexp(u) where e is the sum of exp(u)."""
    if not isinstance(e, Total):
        return None
    index, body = e.open()
    exponent = _exponent(body)
    return None if exponent is None else LogSumExp(exponent, index)


def _merge_exponentials(e: sp.Expr) -> sp.Expr | None:
    exponentials = [a for a in e.args if isinstance(a, sp.exp)] if isinstance(e, sp.Mul) else []
    if len(exponentials) < 2:
        return None
    rest = sp.Mul(*(a for a in e.args if not isinstance(a, sp.exp)))
    return rest * sp.exp(sp.Add(*(a.args[0] for a in exponentials)))


def _power_of_total(e: sp.Expr) -> sp.Expr | None:
    if isinstance(e, sp.Pow) and e.exp.is_negative:
        inner = _exponential_total(e.base)
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


# --- the logistic function ---------------------------------------------------------------------


def _one_plus_exp(e: sp.Expr) -> tuple[sp.Expr, sp.Expr] | None:
    """(a, u) with e = a*(1 + exp(u)) for a positive a."""
    if not isinstance(e, sp.Add) or len(e.args) != 2:
        return None
    for constant, other in (e.args, e.args[::-1]):
        exponent = _exponent(other)
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
    found = _one_plus_exp(e.base)
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
    """0 for zero; grows with the number of terms and with the size of the coefficients (exp(2u) is one u away from exp(u))."""
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


def _ratio_to_expm1(e: sp.Expr) -> sp.Expr | None:
    """u/(exp(u) - 1) = B(u), which is 1 at 0 and 0 at infinity."""
    if not isinstance(e, sp.Mul):
        return None
    for factor in e.args:
        base, exponent = factor.as_base_exp()
        if isinstance(base, expm1) and exponent == -1 and base.args[0] in e.args:
            return e / (factor * base.args[0]) * bernoulli_function(base.args[0])
    return None


def _complementary_error_function(e: sp.Expr) -> sp.Expr | None:
    """erfc(u) = 2 Phi(-sqrt(2) u), whose logarithm is at hand."""
    return 2 * norm_cdf(-sp.sqrt(2) * e.args[0]) if isinstance(e, sp.erfc) else None


def _one_minus_normal_cdf(e: sp.Expr) -> sp.Expr | None:
    """1 - Phi(u) = Phi(-u)."""
    if isinstance(e, sp.Add) and len(e.args) == 2:
        number, other = e.as_coeff_Add()
        if isinstance(-other / number if number else None, norm_cdf):
            return number * norm_cdf(-(-other / number).args[0])
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


# --- logarithms --------------------------------------------------------------------------------


def _log_rule(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, sp.log):
        return None
    return _log_of(e.args[0])


def _log_of(u: sp.Expr) -> sp.Expr | None:
    """log(u) in heads, or None."""
    if isinstance(u, sigmoid):
        return -softplus(-u.args[0])
    if isinstance(u, Softmax):
        return u.at(u.place) - LogSumExp(u.body, u.bound)
    if isinstance(u, sp.cosh):
        return logcosh(u.args[0])
    if isinstance(u, norm_cdf):
        return log_norm_cdf(u.args[0])
    if isinstance(u, sp.gamma) and u.args[0].is_positive is not False:
        return sp.loggamma(u.args[0])
    if isinstance(u, sp.besseli) and u.args[0] == 0:
        return log_bessel_i0(u.args[1])
    if isinstance(u, sp.Pow) and u.base.is_nonnegative:
        return u.exp * sp.log(u.base)
    if isinstance(u, sp.Mul):
        return _log_of_product(u)
    if isinstance(u, sp.Piecewise):
        return sp.Piecewise(*((sp.log(b), c) for b, c in u.args))
    return _log_of_sum(u)


def _log_of_product(u: sp.Expr) -> sp.Expr | None:
    known = [a for a in u.args if a.is_nonnegative]
    rest = sp.Mul(*(a for a in u.args if not a.is_nonnegative))
    if not known or (len(known) == len(u.args) == 1):
        return None
    if rest == 1 or rest.could_extract_minus_sign() is False or len(known) > 0:
        logs = [sp.log(a) for a in known]
        return sp.Add(*logs) + (0 if rest == 1 else sp.log(rest))
    return None


def _log_of_sum(u: sp.Expr) -> sp.Expr | None:
    inner = _exponential_total(u)
    if inner is not None:
        return inner
    found = _one_plus_exp(u)
    if found is not None:
        return sp.log(found[0]) + softplus(found[1])
    exponents = _two_exponentials(u)
    if exponents is not None:
        return exponents
    if isinstance(u, sp.Add) and len(u.args) == 2 and u.as_coeff_Add()[0] == 1:
        exponent = _exponent(-(u - 1))
        if exponent is not None and exponent.is_negative:
            return log1mexp(exponent)
    return None


def _two_exponentials(u: sp.Expr) -> sp.Expr | None:
    """log(c exp(a) + d exp(b)) = log(c) + a + softplus(b - a + log(d/c)); for c = d and b = -a it is logcosh."""
    if not isinstance(u, sp.Add) or len(u.args) != 2:
        return None
    parts = []
    for term in u.args:
        exponentials = [f for f in sp.Mul.make_args(term) if isinstance(f, sp.exp)]
        rest = sp.Mul(*(f for f in sp.Mul.make_args(term) if not isinstance(f, sp.exp)))
        if len(exponentials) != 1 or not rest.is_positive:
            return None
        parts.append((rest, exponentials[0].args[0]))
    (c, a), (d, b) = parts
    if c == d and a == -b:
        return sp.log(2 * c) + logcosh(a)
    return sp.log(c) + a + softplus(b - a + sp.log(d / c))


def _normal_cdf_from_erf(e: sp.Expr) -> sp.Expr | None:
    """(1 + erf(u))/2 = Phi(sqrt(2) u), with a common factor."""
    if not isinstance(e, sp.Add) or len(e.args) != 2:
        return None
    constant, other = e.as_coeff_Add()
    factor, function = other.as_coeff_Mul()
    if isinstance(function, sp.erf) and constant.is_positive and abs(factor) == constant:
        return 2 * constant * norm_cdf(sp.sign(factor) * sp.sqrt(2) * function.args[0])
    return None


def _bessel_ratio(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, sp.Mul):
        return None
    for top in e.args:
        for bottom in e.args:
            if isinstance(top, sp.besseli) and top.args[0] == 1 and bottom == 1 / sp.besseli(0, top.args[1]):
                return e / (top * bottom) * bessel_ratio(top.args[1])
    return None


def _product_with_log(e: sp.Expr) -> sp.Expr | None:
    """w*log(u) = xlogy(w, u) where both w and u may be 0: the product means 0 there."""
    if not isinstance(e, sp.Mul):
        return None
    for logarithm in e.args:
        if not isinstance(logarithm, sp.log) or logarithm.args[0].is_zero is not None:
            continue
        if not logarithm.args[0].is_nonnegative:
            continue
        for weight in e.args:
            if weight.is_nonnegative and weight.is_zero is None and not weight.has(sp.log):
                return e / (weight * logarithm) * xlogy(weight, logarithm.args[0])
    return None


def _weighted_sum_of_logs(e: sp.Expr) -> sp.Expr | None:
    """w*(log(u) + g) = xlogy(w, u) + w*g where w and u may be 0: the logarithm must not meet g first."""
    if not isinstance(e, sp.Mul):
        return None
    for bracket in e.args:
        if not isinstance(bracket, sp.Add):
            continue
        rest = e / bracket
        for term in bracket.args:
            product = rest * term
            rewritten = _product_with_log(product)
            if rewritten is not None:
                return rewritten + rest * (bracket - term)
    return None


def _product_with_log_complement(e: sp.Expr) -> sp.Expr | None:
    """(1 - y)*log(1 - p) for y and p in [0, 1]: 1 - y may be 0 where 1 - p is."""
    if not isinstance(e, sp.Mul):
        return None
    for logarithm in e.args:
        for weight in e.args:
            if (
                isinstance(logarithm, sp.log)
                and _is_complement_of_unit(logarithm.args[0])
                and _is_complement_of_unit(weight)
            ):
                return e / (weight * logarithm) * xlogy(weight, logarithm.args[0])
    return None


def _is_complement_of_unit(e: sp.Expr) -> bool:
    """Whether e is 1 - x for a declared quantity x in [0, 1]."""
    x = 1 - e
    base = x.base.label if isinstance(x, sp.Indexed) else x
    return isinstance(base, RoleSymbol) and base.domain.low == 0.0 and base.domain.high == 1.0


RULES: tuple[LiftingRule, ...] = (
    LiftingRule("exact float", "0.5 = 1/2, exactly", _exact_float),
    LiftingRule("Heaviside", "Heaviside(x, 1/2) = step(x)", _heaviside),
    LiftingRule("factorial", "n! = Gamma(n + 1)", _factorial),
    LiftingRule("binomial", "C(n, k) through loggamma", _binomial),
    LiftingRule("beta function", "B(a, b) through loggamma", _beta_function),
    LiftingRule("product of exponentials", "exp(a) exp(b) = exp(a + b)", _merge_exponentials),
    LiftingRule("power of a sum of exponentials", "(sum exp(u))**-n = exp(-n logsumexp(u))", _power_of_total),
    LiftingRule("softmax", "exp(u[i] - logsumexp(u)) = softmax(u)[i]", _softmax_in_exp),
    LiftingRule("logistic", "1/(a + exp(u)) = sigmoid(log(a) - u)/a, a > 0", _reciprocal_of_one_plus_exp),
    LiftingRule("exp times logistic", "exp(u) sigmoid(-u) = sigmoid(u)", _exp_times_sigmoid),
    LiftingRule("exp of softplus", "exp(-softplus(u)) = sigmoid(-u)", _exp_of_softplus),
    LiftingRule("Bernoulli's function", "u/(exp(u) - 1) = B(u)", _ratio_to_expm1),
    LiftingRule("complementary error function", "erfc(u) = 2 Phi(-sqrt(2) u)", _complementary_error_function),
    LiftingRule("complement of the normal cdf", "1 - Phi(u) = Phi(-u)", _one_minus_normal_cdf),
    LiftingRule("complement of a blend", "1 - (w a + (1 - w) b) = w (1 - a) + (1 - w) (1 - b)", _one_minus_blend),
    LiftingRule(
        "function of a binary blend", "f(w a + (1 - w) b) = f(a) or f(b), w in {0, 1}", _function_of_binary_blend
    ),
    LiftingRule("complement of logistic", "1 - sigmoid(u) = sigmoid(-u)", _one_minus_sigmoid),
    LiftingRule("logarithm", "log of exp, products, powers, sigmoid, softmax, cosh, 1 + exp, ...", _log_rule),
    LiftingRule("normal distribution function", "(1 + erf(u))/2 = Phi(sqrt(2) u)", _normal_cdf_from_erf),
    LiftingRule("Bessel ratio", "I1(x)/I0(x)", _bessel_ratio),
    LiftingRule("x log y", "w log(u) is 0 at w = 0 even where u is 0", _product_with_log),
    LiftingRule("x log y in a sum", "w (log(u) + g) = xlogy(w, u) + w g", _weighted_sum_of_logs),
    LiftingRule("complement of x log y", "(1 - y) log(1 - p) likewise", _product_with_log_complement),
)
