"""Rules about gamma and Bessel functions: what is left where a shape or a concentration is huge."""

from __future__ import annotations

import sympy as sp

from symloss.declare.lift_gamma import depends_on_quantities
from symloss.heads.functions import (
    bessel_ratio,
    bessel_ratio_gap,
    bessel_ratio_slope,
    digamma_curvature,
    digamma_difference,
    digamma_excess,
    finished,
    log1p,
    log1p_excess,
    log_bessel_i0,
    log_bessel_i0_scaled,
    log_beta,
    log_softplus,
    rising_log,
    sigmoid,
    softplus,
    softplus_excess,
    softplus_second_excess,
    trigamma_difference,
    trigamma_excess,
)

from .gamma_excess import beta_quotient, of_links, without_large_parts
from .stable_rule import StableRule, X, Y


def coefficients(e: sp.Expr, kind: type) -> list[tuple[sp.Expr, sp.Expr, sp.Expr]]:
    """(term, coefficient, node) for every term coefficient*node of a sum, the coefficient being any expression."""
    return [(t, t / f, f) for t in e.args for f in sp.Mul.make_args(t) if isinstance(f, kind)]


def _polygamma_difference(e: sp.Expr) -> sp.Expr | None:
    """c psi(x + n) - c psi(x), and the same of psi'."""
    if not isinstance(e, sp.Add) or not e.has(sp.polygamma):
        return None
    found = coefficients(e, sp.polygamma)
    for first, c, above in found:
        for second, d, below in found:
            order, n = above.args[0], sp.expand(above.args[1] - below.args[1])
            if c + d != 0 or order != below.args[0] or order not in (0, 1) or n.could_extract_minus_sign():
                continue
            if depends_on_quantities(n) and not n.is_positive:
                continue
            head = digamma_difference if order == 0 else trigamma_difference
            return e - first - second + c * head(below.args[1], n)
    return None


def _log_of_quotient(e: sp.Expr) -> sp.Expr | None:
    """c log(b + m) - c log(b) = c log1p(m/b) for positive b and m."""
    if not isinstance(e, sp.Add):
        return None
    found = coefficients(e, sp.log)
    for first, c, above in found:
        for second, d, below in found:
            b, whole = below.args[0], above.args[0]
            if c + d == 0 and isinstance(whole, sp.Add) and b in whole.args and b.is_positive:
                m = whole - b
                if m.is_positive:
                    return e - first - second + c * log1p(m / b)
    return None


def _softplus_and_slope(e: sp.Expr) -> sp.Expr | None:
    """c softplus(u) - c sigmoid(u), the second with c or a multiple of it."""
    if not isinstance(e, sp.Add) or not e.has(softplus):
        return None
    for first, c, a in coefficients(e, softplus):
        for second, d, s in coefficients(e, sigmoid):
            ratio = d / c
            if s.args == a.args and ratio.is_Rational and ratio <= -1:
                return e - first - second + c * softplus_excess(a.args[0]) + (c + d) * s
    return None


def _second_excess(e: sp.Expr) -> sp.Expr | None:
    """c (softplus(u) - sigmoid(u)) - (c/2) sigmoid(u)**2."""
    if not isinstance(e, sp.Add) or not e.has(softplus_excess):
        return None
    for first, c, a in coefficients(e, softplus_excess):
        second = -c / 2 * sigmoid(a.args[0]) ** 2
        if second in e.args:
            return e - first - second + c * softplus_second_excess(a.args[0])
    return None


def _logistic_less_variance(e: sp.Expr) -> sp.Expr | None:
    """c s - c s (1 - s) = c s**2 for s = sigmoid(u); a multiple of c where softplus(u) waits for what is left."""
    if not isinstance(e, sp.Add):
        return None
    for first, c, s in coefficients(e, sigmoid):
        other = next((f for f in sp.Mul.make_args(c) if isinstance(f, sigmoid) and _are_mirrored(f, s)), None)
        if other is None:
            continue
        c = c / other
        for second, d, single in coefficients(e, sigmoid):
            ratio = d / c
            enough = ratio == -1 or (ratio.is_Rational and ratio < -1 and e.has(softplus(s.args[0])))
            if single == s and enough:
                return e - first - second - c * s**2 + (c + d) * s
    return None


def _are_mirrored(a: sp.Expr, b: sp.Expr) -> bool:
    return bool(sp.expand(a.args[0] + b.args[0]) == 0)


def _log1p_and_slope(e: sp.Expr) -> sp.Expr | None:
    """c log(1 + u) - c u/(1 + u), the second as one term or as several."""
    if not isinstance(e, sp.Add) or not e.has(log1p):
        return None
    for first, c, logarithm in coefficients(e, log1p):
        u = logarithm.args[0]
        rational = [t for t in e.args if not t.has(sp.Function) and t.free_symbols <= (c * u).free_symbols]
        for size in (1, 2):
            for chosen in sp.utilities.iterables.subsets(rational, size):
                second = sp.Add(*chosen)
                if sp.cancel(second * (1 + u) / (c * u)) == -1:
                    return e - first - second + c * log1p_excess(u)
    return None


def _rational_rest(e: sp.Expr) -> sp.Expr | None:
    """Rational terms of both signs beside an excess, whose sum has one sign over a common denominator."""
    if not isinstance(e, sp.Add) or not e.has(*_EXCESSES):
        return None
    rational = [t for t in e.args if not t.has(sp.Function, sp.Piecewise) and t.free_symbols]
    for symbols in {frozenset(t.free_symbols) for t in rational}:
        terms = [t for t in rational if t.free_symbols <= symbols]
        signs = {t.could_extract_minus_sign() for t in terms}
        if len(signs) < 2:
            continue
        whole = sp.factor(sp.Add(*terms))
        above = sp.Add.make_args(sp.expand(sp.fraction(whole)[0]))
        if len({t.could_extract_minus_sign() for t in above}) == 1:
            return e - sp.Add(*terms) + whole
    return None


_EXCESSES = (digamma_excess, trigamma_excess, digamma_curvature, log1p_excess, digamma_difference, trigamma_difference)


def _concentration(e: sp.Expr) -> sp.Expr | None:
    """c log I0(k) - c k cos(u) = c (log I0(k) - k) + 2 c k sin(u/2)**2 for k >= 0."""
    if not isinstance(e, sp.Add) or not e.has(sp.cos):
        return None
    for first, c, bessel in coefficients(e, log_bessel_i0):
        k = bessel.args[0]
        for second, d, cosine in coefficients(e, sp.cos):
            if d == -c * k and k.is_nonnegative:
                half = sp.sin(cosine.args[0] / 2)
                return e - first - second + c * log_bessel_i0_scaled(k) + 2 * c * k * half**2
    return None


def _scaled_bessel(e: sp.Expr) -> sp.Expr | None:
    """c log I0(k) - c k for k >= 0."""
    if not isinstance(e, sp.Add):
        return None
    for term, c, bessel in coefficients(e, log_bessel_i0):
        k = bessel.args[0]
        if -c * k in e.args and k.is_nonnegative:
            return e - term + c * k + c * log_bessel_i0_scaled(k)
    return None


def _one_minus_cosine(e: sp.Expr) -> sp.Expr | None:
    """c - c cos(u) = 2 c sin(u/2)**2."""
    if not isinstance(e, sp.Add) or not e.has(sp.cos):
        return None
    for term, c, cosine in coefficients(e, sp.cos):
        if -c in e.args:
            return e - term + c - 2 * c * sp.sin(cosine.args[0] / 2) ** 2
    return None


def _concentration_slope(e: sp.Expr) -> sp.Expr | None:
    """c I1(k)/I0(k) - c cos(u) = 2 c sin(u/2)**2 - c (1 - I1(k)/I0(k))."""
    if not isinstance(e, sp.Add) or not e.has(sp.cos):
        return None
    for first, c, ratio in coefficients(e, bessel_ratio):
        for second, d, cosine in coefficients(e, sp.cos):
            if c + d == 0:
                half = sp.sin(cosine.args[0] / 2)
                return e - first - second + 2 * c * half**2 - c * bessel_ratio_gap(ratio.args[0])
    return None


def _one_minus_bessel_ratio(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, sp.Add):
        return None
    for term, c, ratio in coefficients(e, bessel_ratio):
        if -c in e.args:
            return e - term + c - c * bessel_ratio_gap(ratio.args[0])
    return None


def _concentration_far_out(e: sp.Expr) -> sp.Expr | None:
    """k (x - g) and k (x - g + k A') at k = exp(u), for g = 1 - A and the slope A' of A = I1/I0.

    They are k x - 1/2 - 1/(8 k) and k x + 1/(8 k) from u = 40 on, where the next term of each is below the last bit.
    """
    if not isinstance(e, sp.Mul):
        return None
    for total in (f for f in e.args if isinstance(f, sp.Add) and f.has(bessel_ratio_gap)):
        for k in (f for f in e.args if isinstance(f, sp.exp) and -bessel_ratio_gap(f) in total.args):
            slope = k * bessel_ratio_slope(k)
            rest = total + bessel_ratio_gap(k) - (slope if slope in total.args else 0)
            if rest.has(k):
                continue
            others = sp.Mul(*(f for f in e.args if f not in (total, k)))
            end = sp.exp(-k.args[0]) / 8 if slope in total.args else -sp.S.Half - sp.exp(-k.args[0]) / 8
            return others * sp.Piecewise((k * rest + end, k.args[0] > 40), (finished(k * total), True))
    return None


def rising_binomial(e: sp.Expr) -> sp.Expr | None:
    """c rising_log(x, n) - c log(n!) = -c (log_beta(x, n + 1) + log(x + n))."""
    if not isinstance(e, sp.Add) or not e.has(rising_log):
        return None
    for first, c, rising in coefficients(e, rising_log):
        x, n = rising.args
        for factorial in (sp.loggamma(n + 1), sp.log(sp.gamma(n + 1))):
            if -c * factorial in e.args:
                return e - first + c * factorial - c * (log_beta(x, n + 1) + sp.log(x + n))
    return None


def _log_binomial(e: sp.Expr) -> sp.Expr | None:
    """c (log(n!) - log(k!) - log((n - k)!)) = -c (log_beta(k + 1, n - k + 1) + log(n + 1))."""
    if not isinstance(e, sp.Add):
        return None
    found = [(t, c, sp.expand(f.args[0])) for kind in (sp.loggamma,) for t, c, f in coefficients(e, kind)]
    found += [
        (t, c, sp.expand(f.args[0].args[0])) for t, c, f in coefficients(e, sp.log) if isinstance(f.args[0], sp.gamma)
    ]
    for first, c, whole in found:
        for second, d, a in found:
            for third, g, b in found:
                if c + d == 0 and c + g == 0 and second != third and sp.expand(whole + 1 - a - b) == 0:
                    return e - first - second - third - c * (log_beta(a, b) + sp.log(whole))
    return None


def _large_parts(e: sp.Expr) -> sp.Expr | None:
    return without_large_parts(e, rising_binomial)


def _of_links(e: sp.Expr) -> sp.Expr | None:
    return of_links(e, (*RULES, *LAST[1:]))


RULES: tuple[StableRule, ...] = (
    StableRule(
        "difference of polygammas",
        "psi(x + n) - psi(x) = the sum of 1/(x + k), k < n",
        "both are log(x), the difference is n/x",
        "x > 1e3 n",
        "README rule 66",
        _polygamma_difference,
        sp.polygamma(0, sp.exp(X) + 3) - sp.polygamma(0, sp.exp(X)),
        ({"x": 20.0}, {"x": 30.0}),
    ),
    StableRule(
        "logarithm of a quotient",
        "log(b + m) - log(b) = log1p(m/b), b, m > 0",
        "b + m rounds to b",
        "m < 0.001 b",
        "rules.json log1p, nb_bigr",
        _log_of_quotient,
        sp.log(sp.cosh(X) + sp.cosh(Y)) - sp.log(sp.cosh(X)),
        ({"x": 40.0, "y": 1.0}, {"x": 20.0, "y": 0.0}),
    ),
    StableRule(
        "logistic less its variance",
        "s - s (1 - s) = s**2, s = sigmoid(u)",
        "1 - s rounds to 1",
        "u < -10",
        "README rule 66, second derivatives",
        _logistic_less_variance,
        sigmoid(X) - sigmoid(X) * sigmoid(-X),
        ({"x": -20.0}, {"x": -37.0}),
    ),
    StableRule(
        "softplus less its slope",
        "softplus(u) - sigmoid(u) = softplus_excess(u)",
        "both are exp(u), the difference exp(2u)/2",
        "u < -10",
        "README rule 66; the score of a dispersion near 0",
        _softplus_and_slope,
        softplus(X) - sigmoid(X),
        ({"x": -20.0}, {"x": -37.0}),
    ),
    StableRule(
        "softplus less two terms",
        "softplus(u) - s - s**2/2 = softplus_second_excess(u), s = sigmoid(u)",
        "all are exp(2u)/2, the difference exp(3u)/3",
        "u < -10",
        "README rule 66, second derivatives",
        _second_excess,
        softplus_excess(X) - sigmoid(X) ** 2 / 2,
        ({"x": -20.0}, {"x": -37.0}),
    ),
    StableRule(
        "log1p less its slope",
        "log(1 + u) - u/(1 + u) = log1p_excess(u)",
        "both are u, the difference u**2/2",
        "|u| < 0.001",
        "README rule 66; the score of a dispersion near 0",
        _log1p_and_slope,
        log1p(X**2) - X**2 / (1 + X**2),
        ({"x": 1e-4}, {"x": 1e-8}),
    ),
    StableRule(
        "von Mises near its mode",
        "log I0(k) - k cos(u) = (log I0(k) - k) + 2 k sin(u/2)**2, k >= 0",
        "log I0(k) is k - log(2 pi k)/2 and cos(u) is 1 - u**2/2",
        "k > 1e3",
        "README rule 68",
        _concentration,
        log_bessel_i0(sp.exp(X)) - sp.exp(X) * sp.cos(Y),
        ({"x": 18.0, "y": 1e-3}, {"x": 30.0, "y": 0.0}),
    ),
    StableRule(
        "von Mises, by the concentration",
        "I1(k)/I0(k) - cos(u) = 2 sin(u/2)**2 - (1 - I1(k)/I0(k))",
        "both are 1",
        "k > 1e3",
        "README rule 68, its derivative",
        _concentration_slope,
        bessel_ratio(sp.exp(X)) - sp.cos(Y),
        ({"x": 18.0, "y": 1e-3}, {"x": 30.0, "y": 0.0}),
    ),
    StableRule(
        "log of a scaled Bessel function",
        "log I0(k) - k = log_bessel_i0_scaled(k), k >= 0",
        "the difference is log(2 pi k)/2",
        "k > 1e3",
        "README rule 68",
        _scaled_bessel,
        log_bessel_i0(sp.exp(X)) - sp.exp(X),
        ({"x": 18.0}, {"x": 30.0}),
    ),
    StableRule(
        "one minus a cosine",
        "1 - cos(u) = 2 sin(u/2)**2",
        "cos(u) rounds to 1",
        "|u| < 0.001",
        "rules.json cosm1",
        _one_minus_cosine,
        1 - sp.cos(X),
        ({"x": 1e-6}, {"x": 1e-9}),
    ),
    StableRule(
        "slope of a large concentration",
        "k (x - (1 - A)) = k x - 1/2 - 1/(8 k), k (x - (1 - A) + k A') = k x + 1/(8 k), A = I1(k)/I0(k), k > exp(40)",
        "k**2 overflows and A' underflows; 1/2 less 1/2 is left",
        "k > 1e9",
        "Abramowitz, Stegun (1964), 9.7.1",
        _concentration_far_out,
        branching=True,  # no example: the two sides are equal to the last bit of a float64, not beyond
    ),
    StableRule(
        "one minus a Bessel ratio",
        "1 - I1(k)/I0(k) = bessel_ratio_gap(k)",
        "the ratio rounds to 1",
        "k > 1e3",
        "README rule 68",
        _one_minus_bessel_ratio,
        1 - bessel_ratio(sp.exp(X)),
        ({"x": 18.0}, {"x": 30.0}),
    ),
    StableRule(
        "binomial coefficient",
        "log(n!/(k! (n - k)!)) = -log(n + 1) - log_beta(k + 1, n - k + 1)",
        "the factorials are huge, their quotient is not",
        "k or n - k small against n",
        "README rule 65",
        _log_binomial,
        sp.loggamma(sp.exp(X) + sp.exp(Y) + 1) - sp.loggamma(sp.exp(X) + 1) - sp.loggamma(sp.exp(Y) + 1),
        ({"x": 30.0, "y": 1.0}, {"x": 35.0, "y": 0.0}),
    ),
    StableRule(
        "rational terms beside an excess",
        "a/b - c/d = (a d - b c)/(b d) where a d - b c has one sign",
        "the terms cancel as the excess did",
        "a shape of more than 1e6",
        "README rule 66",
        _rational_rest,
        log1p_excess(X**4) + 1 / (1 + X**2) - 1 / (1 + X**2 + X**4),
        ({"x": 1e-6}, {"x": 1e-7}),
    ),
)

LAST: tuple[StableRule, ...] = (
    StableRule(
        "mean and dispersion by links",
        "g(softplus(u), softplus(v)) = g(m, d) by the rules of gamma functions",
        "the terms grow with 1/d, their sum does not",
        "v < -7",
        "README rule 66 (awslabs/gluonts#287)",
        _of_links,
        digamma_difference(1 / softplus(X), 3)
        - sp.log(softplus(Y) + 1 / softplus(X))
        - log_softplus(X)
        + 1
        - 3 / (softplus(Y) + 1 / softplus(X))
        - 1 / (1 + softplus(X) * softplus(Y)),
        ({"x": -24.0, "y": -1.0}, {"x": -30.0, "y": 0.0}),
    ),
    StableRule(
        "huge shapes",
        "log(Gamma(x + n)/Gamma(x)) = n log(x) + rising_excess(x, n), and its derivatives, where n log(x) cancels",
        "the terms grow with x, their sum does not",
        "x > 1e3 n",
        "README rules 65 and 66, rules.json lgamma_diff, nb_bigr",
        _large_parts,
        rising_log(sp.exp(X), Y**2 + 4) - (Y**2 + 4) * X,
        ({"x": 40.0, "y": 1.0}, {"x": 30.0, "y": 2.0}),
    ),
    StableRule(
        "quotient of beta functions",
        "log(B(a + k, b + l)/B(a, b)) = k log(a/(a + b)) + l log(b/(a + b)) + excesses",
        "the rising factorials are k log(a), l log(b) and (k + l) log(a + b)",
        "a, b > 1e3 (k + l)",
        "README rule 65 (stan-dev/math#2508)",
        beta_quotient,
        rising_log(sp.exp(X), 2)
        + rising_log(2**20 * sp.exp(X), Y**2 + 4000)
        - rising_log((2**20 + 1) * sp.exp(X), Y**2 + 4002),
        ({"x": 60.0, "y": 1.0}, {"x": 80.0, "y": 0.0}),
    ),
    StableRule(
        "negative binomial coefficient",
        "log(Gamma(x + n)/(Gamma(x) n!)) = -log(x + n) - log_beta(x, n + 1)",
        "the rising factorial and n! are huge, their quotient is not",
        "x small against n > 1e3",
        "README rule 65",
        rising_binomial,
        rising_log(sp.exp(X), sp.exp(Y)) - sp.loggamma(sp.exp(Y) + 1),
        ({"x": -0.5, "y": 12.0}, {"x": 0.5, "y": 14.0}),
    ),
)
"""Tried after all others: they keep an unchanged form in one of their branches."""
