"""Numbers as typed, and functions under their other names."""

from __future__ import annotations

import sympy as sp

from symloss.heads.functions import bernoulli_function, bessel_ratio, expm1, norm_cdf, step
from symloss.heads.numbers import typed

from .lifting_rule import LiftingRule


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


RULES: tuple[LiftingRule, ...] = (
    LiftingRule("exact float", "0.5 = 1/2, exactly", _exact_float),
    LiftingRule("Heaviside", "Heaviside(x, 1/2) = step(x)", _heaviside),
    LiftingRule("factorial", "n! = Gamma(n + 1)", _factorial),
    LiftingRule("binomial", "C(n, k) through loggamma", _binomial),
    LiftingRule("beta function", "B(a, b) through loggamma", _beta_function),
    LiftingRule("Bernoulli's function", "u/(exp(u) - 1) = B(u)", _ratio_to_expm1),
    LiftingRule("complementary error function", "erfc(u) = 2 Phi(-sqrt(2) u)", _complementary_error_function),
    LiftingRule("complement of the normal cdf", "1 - Phi(u) = Phi(-u)", _one_minus_normal_cdf),
    LiftingRule("normal distribution function", "(1 + erf(u))/2 = Phi(sqrt(2) u)", _normal_cdf_from_erf),
    LiftingRule("Bessel ratio", "I1(x)/I0(x)", _bessel_ratio),
)
