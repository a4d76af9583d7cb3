"""Numbers as typed, and functions under their other names."""

from __future__ import annotations

import sympy as sp

from symloss.heads.exponential_integral import log_scaled_e1
from symloss.heads.functions import (
    bernoulli_first,
    bernoulli_function,
    bernoulli_slope,
    bessel_ratio,
    expm1,
    exprel,
    norm_cdf,
    step,
)
from symloss.heads.numbers import typed

from .lifting_rule import LiftingRule, X


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
    """u/(exp(u) - 1) = B(u), which is 1 at 0 and 0 at infinity; and (exp(u) - 1)/u, which is 1 at 0."""
    if not isinstance(e, sp.Mul):
        return None
    for factor in e.args:
        base, exponent = factor.as_base_exp()
        u = exponent_over_one(base)
        if u is not None and exponent == -1 and u in e.args:
            return e / (factor * u) * bernoulli_function(u)
        if u is not None and exponent == 1 and 1 / u in e.args:
            return e / factor * u * exprel(u)
    return None


def _bernoulli_slope(e: sp.Expr) -> sp.Expr | None:
    """u B'(u) as one function, which has a form for u = exp(v)."""
    if not isinstance(e, sp.Mul):
        return None
    for factor in e.args:
        if isinstance(factor, bernoulli_first) and factor.args[0] in e.args:
            return e / (factor * factor.args[0]) * bernoulli_slope(factor.args[0])
    return None


def exponent_over_one(e: sp.Expr) -> sp.Expr | None:
    """u with e = exp(u) - 1."""
    if isinstance(e, expm1):
        return e.args[0]
    number, other = e.as_coeff_Add()
    return other.args[0] if number == -1 and isinstance(other, sp.exp) else None


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


def _exponential_integral(e: sp.Expr) -> sp.Expr | None:
    """E1(u), whose u is positive in a loss: SymPy's is complex elsewhere; even in v = sqrt(2 u), so |x| is x in it."""
    if not isinstance(e, sp.expint) or e.args[0] != 1:
        return None
    u = e.args[1]
    factors = sp.Mul.make_args(sp.sqrt(2 * u))
    return sp.exp(log_scaled_e1(sp.Mul(*(f.args[0] if isinstance(f, sp.Abs) else f for f in factors))) - u)


_NAMES = "one name for each function, so that derivatives and kernels know it"
_HUGE = "Gamma overflows"

RULES: tuple[LiftingRule, ...] = (
    LiftingRule(
        "exact float",
        "0.5 = 1/2, exactly",
        _exact_float,
        "a SymPy float would be rounded again",
        "everywhere",
        "design, decision 3",
    ),
    LiftingRule("Heaviside", "Heaviside(x, 1/2) = step(x)", _heaviside, _NAMES, "everywhere", "a definition"),
    LiftingRule("factorial", "n! = Gamma(n + 1)", _factorial, _NAMES, "everywhere", "a definition"),
    LiftingRule(
        "binomial",
        "C(n, k) = exp(loggamma(n + 1) - loggamma(k + 1) - loggamma(n - k + 1))",
        _binomial,
        _HUGE,
        "n > 170",
        "a definition",
    ),
    LiftingRule(
        "beta function",
        "B(a, b) = exp(loggamma(a) + loggamma(b) - loggamma(a + b))",
        _beta_function,
        _HUGE,
        "a + b > 170",
        "README rule 65",
    ),
    LiftingRule(
        "Bernoulli's function",
        "u/(exp(u) - 1) = B(u); (exp(u) - 1)/u = exprel(u)",
        _ratio_to_expm1,
        "exp(u) rounds to 1; 0/0 at 0; and the derivatives cancel",
        "|u| < 0.007",
        "rules.json t_over_expm1, exprel",
        X / (sp.exp(X) - 1),
        ({"x": 1e-12}, {"x": -1e-9}),
    ),
    LiftingRule(
        "Bernoulli's function, u times its slope",
        "u B'(u) = bernoulli_slope(u)",
        _bernoulli_slope,
        "for u = exp(v) it is a function of v that neither overflows nor takes the error of exp(v)",
        "v > 3",
        "rules.json cexpexp",
        X * bernoulli_first(X),
    ),
    LiftingRule(
        "complementary error function",
        "erfc(u) = 2 Phi(-sqrt(2) u)",
        _complementary_error_function,
        "its logarithm and the ratio to its density are at hand",
        "u > 26",
        "rules.json erfc, logerfc",
        sp.erfc(X),
    ),
    LiftingRule(
        "complement of the normal cdf",
        "1 - Phi(u) = Phi(-u)",
        _one_minus_normal_cdf,
        "Phi(u) rounds to 1",
        "u > 2.4",
        "rules.json erfc",
        1 - norm_cdf(X),
        ({"x": 8.0}, {"x": 9.0}),
    ),
    LiftingRule(
        "normal distribution function",
        "(1 + erf(u))/2 = Phi(sqrt(2) u)",
        _normal_cdf_from_erf,
        "erf(u) rounds to -1",
        "u < -2.4",
        "rules.json erfc",
        1 + sp.erf(X),
        ({"x": -4.5}, {"x": -6.0}),
    ),
    LiftingRule(
        "Bessel ratio",
        "I1(u)/I0(u) = bessel_ratio(u)",
        _bessel_ratio,
        "infinity over infinity",
        "u > 713",
        "rules.json log_i0",
        sp.besseli(1, X) / sp.besseli(0, X),
        ({"x": 800.0},),
    ),
    LiftingRule(
        "exponential integral",
        "E1(u) = exp(log_scaled_e1(sqrt(2 u)) - u), u > 0",
        _exponential_integral,
        "E1(u) underflows",
        "u > 701",
        "M. Abramowitz, I. A. Stegun (1964), Handbook of Mathematical Functions, 5.1",
        sp.expint(1, sp.exp(X)),
    ),
)
