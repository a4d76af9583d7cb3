"""Logarithms in heads, and products with a logarithm that may be infinite."""

from __future__ import annotations

import sympy as sp

from symloss.heads.algebraic import power_quotient
from symloss.heads.binders import LogSumExp, Softmax
from symloss.heads.functions import (
    bernoulli_function,
    exprel,
    log1mexp,
    log_bessel_i0,
    log_exprel,
    log_norm_cdf,
    log_softplus,
    logaddexp,
    logcosh,
    norm_cdf,
    sigmoid,
    softplus,
    xlogy,
)

from .lift_exponentials import exponent_of, exponential_total, one_plus_exp
from .lift_pairs import is_complement_of_unit, logarithm_of, never_negative
from .lifting_rule import LiftingRule, X
from .roles import RoleSymbol


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
    if isinstance(u, softplus):
        return log_softplus(u.args[0])
    if isinstance(u, sp.cosh):
        return logcosh(u.args[0])
    if isinstance(u, norm_cdf):
        return log_norm_cdf(u.args[0])
    if isinstance(u, (exprel, bernoulli_function)):
        return (1 if isinstance(u, exprel) else -1) * log_exprel(u.args[0])
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
    inner = exponential_total(u)
    if inner is not None:
        return inner
    exponents = _two_exponentials(u)
    if exponents is not None:
        return exponents
    found = one_plus_exp(u)
    if found is not None:
        return _log_of_mixture(u, *found)
    if isinstance(u, sp.Add) and len(u.args) == 2 and u.as_coeff_Add()[0] == 1:
        exponent = exponent_of(1 - u) or _exponent_of_survival(1 - u)
        if exponent is not None and exponent.is_positive is not True:
            return log1mexp(exponent)  # both are real where the exponent is negative
    return None


def _exponent_of_survival(e: sp.Expr) -> sp.Expr | None:
    """t (log(x) - log(x + c)) for a power (x/(x + c))**t of a share of positive numbers."""
    base, exponent = e.as_base_exp()
    above, below = sp.fraction(base)
    if base.is_positive and below != 1 and exponent.is_positive and (below - above).is_positive:
        return exponent * (sp.log(above) - sp.log(below))
    return None


def _log_of_mixture(u: sp.Expr, constant: sp.Expr, exponent: sp.Expr) -> sp.Expr:
    """log(a (1 + exp(v))); where u = a + (1 - a) exp(w), -log(a) is softplus at w = 0, so that w = 0 gives 0."""
    (other,) = (t for t in u.args if t != constant)
    weight = sp.Mul(*(f for f in sp.Mul.make_args(other) if not isinstance(f, sp.exp)))
    if constant != 1 and sp.expand(constant + weight) == 1:
        odds = sp.log(weight / constant)
        return softplus(odds + logarithm_of(other / weight)) - softplus(odds)
    return sp.log(constant) + softplus(exponent)


def _two_exponentials(u: sp.Expr) -> sp.Expr | None:
    """log(c exp(a) + d exp(b)) = logaddexp(a + log(c), b + log(d)); for c = d and b = -a it is logcosh."""
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
    return logaddexp(a + sp.log(c), b + sp.log(d))


def _product_with_log(e: sp.Expr) -> sp.Expr | None:
    """w*log(u) = xlogy(w, u) where both w and u may be 0: the product means 0 there."""
    if not isinstance(e, sp.Mul):
        return None
    for logarithm in e.args:
        if not isinstance(logarithm, sp.log) or logarithm.args[0].is_zero is not None:
            continue
        if not never_negative(logarithm.args[0]):
            continue
        for weight in e.args:
            if never_negative(weight) and weight.is_zero is None and not weight.has(sp.log):
                return e / (weight * logarithm) * xlogy(weight, logarithm.args[0])
            if _is_shifted_count(weight):
                sign = -1 if weight.could_extract_minus_sign() else 1
                return sign * e / (weight * logarithm) * xlogy(sign * weight, logarithm.args[0])
    return None


def _is_shifted_count(weight: sp.Expr) -> bool:
    """k - 1 or 1 - k of a count k, which is 0 at k = 1."""
    number, count = weight.as_coeff_Add()
    _, symbol = count.as_coeff_Mul()
    whole = bool(number.is_Integer) and number != 0 and count in (symbol, -symbol)
    return whole and isinstance(symbol, RoleSymbol) and bool(symbol.is_integer and symbol.is_nonnegative)


def _weighted_sum_of_logs(e: sp.Expr) -> sp.Expr | None:
    """w*(log(u) + g) = xlogy(w, u) + w*g where w and u may be 0: the logarithm must not meet g first."""
    if not isinstance(e, sp.Mul):
        return None
    for bracket in e.args:
        if not isinstance(bracket, sp.Add):
            continue
        rest = e / bracket
        if _is_shifted_count(bracket):
            continue
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
                and is_complement_of_unit(logarithm.args[0])
                and is_complement_of_unit(weight)
            ):
                return e / (weight * logarithm) * xlogy(weight, logarithm.args[0])
    return None


_SILENT = "0 times infinity"


def _power_minus_one_over_exponent(e: sp.Expr) -> sp.Expr | None:
    """(b**(k l) - 1)/l = k*power_quotient(0, log(b), k l), whose limit at l = 0 is k*log(b)."""
    if not isinstance(e, sp.Mul):
        return None
    for bracket in e.args:
        if not isinstance(bracket, sp.Add) or len(bracket.args) != 2:
            continue
        number, term = bracket.as_coeff_Add()
        coefficient, power = term.as_coeff_Mul()
        if number == 0 or coefficient != -number or not isinstance(power, sp.Pow):
            continue
        factor, exponent = power.exp.as_coeff_Mul()
        # Powers of a probability have forms of their own.
        usual = exponent.is_positive and power.base.has(sigmoid, norm_cdf, Softmax)
        if exponent.is_number or usual or 1 / exponent not in e.args or not _exceeds_zero(power.base):
            continue
        return e * exponent / bracket * coefficient * factor * power_quotient(0, sp.log(power.base), power.exp)
    return None


def _exceeds_zero(base: sp.Expr) -> bool:
    """Whether a base is positive: also one plus squares over moduli, which may vanish only in the limit."""
    if base.is_positive:
        return True
    number, rest = base.as_coeff_Add()
    terms = sp.Add.make_args(rest)
    return bool(number > 0) and all(_is_nonnegative_quotient(t) for t in terms)


def _is_nonnegative_quotient(e: sp.Expr) -> bool:
    bases = (f.as_base_exp()[0] for f in sp.Mul.make_args(e))
    return all(b.is_extended_nonnegative or f.is_nonnegative for b, f in zip(bases, sp.Mul.make_args(e), strict=True))


def _log_of_a_softplus_gap(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, log1mexp) or not isinstance(-e.args[0], softplus):
        return None
    return -softplus(-(-e.args[0]).args[0])


RULES: tuple[LiftingRule, ...] = (
    LiftingRule(
        "Box-Cox quotient",
        "(b**l - 1)/l = power_quotient(0, log(b), l), whose limit at l = 0 is log(b)",
        _power_minus_one_over_exponent,
        "0/0 at l = 0, and b**l rounds to 1 close to it",
        "|l log(b)| < 0.003",
        "rules.json boxcox, barron",
        (sp.Integer(3) ** X - 1) / X,
        ({"x": 1e-12}, {"x": -1e-9}),
    ),
    LiftingRule(
        "logarithm",
        "log(exp(u)) = u, and of products, powers, sigmoid, softplus, softmax, cosh, 1 + exp(u), ... likewise",
        _log_rule,
        "the argument rounds to 1, overflows or underflows",
        "|u| > 6",
        "rules.json softplus, log_sigmoid, log_exp, logcosh_naive, logerfc, log1mexp, log_i0; README rules 70, 71",
        sp.log(sigmoid(X)),
        ({"x": 40.0}, {"x": -800.0}),
    ),
    LiftingRule(
        "one minus the exponential of a softplus",
        "log(1 - exp(-softplus(u))) = log(sigmoid(u)) = -softplus(-u)",
        _log_of_a_softplus_gap,
        "softplus(u) underflows to 0",
        "u < -745",
        "1 - exp(-softplus(u)) = 1 - sigmoid(-u)",
        log1mexp(-softplus(X)),
        ({"x": -760.0}, {"x": -800.0}),
    ),
    LiftingRule(
        "x log y",
        "w log(u) = xlogy(w, u), which is 0 at w = 0 even where u is 0",
        _product_with_log,
        _SILENT,
        "w = u = 0",
        "rules.json xlogx; README rule 63",
    ),
    LiftingRule(
        "x log y in a sum",
        "w (log(u) + g) = xlogy(w, u) + w g",
        _weighted_sum_of_logs,
        _SILENT,
        "w = u = 0",
        "README rule 63",
    ),
    LiftingRule(
        "complement of x log y",
        "(1 - y) log(1 - p) = xlogy(1 - y, 1 - p)",
        _product_with_log_complement,
        _SILENT,
        "y = p = 1",
        "README rule 63",
    ),
)
