"""Sums of log-gammas: differences and beta functions, which keep their digits where the single terms are huge.

A log-gamma in a loss is real, so that its argument is positive: SymPy's is complex elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import sympy as sp

from symloss.heads.binders import Total
from symloss.heads.functions import bessel_ratio, log_bessel_i0, log_bessel_i1, log_beta, rising_log

from .lifting_rule import LiftingRule
from .roles import RoleSymbol

Signed = dict[sp.Expr, sp.Rational]
"""Arguments of log-gammas, each with how often it occurs."""

_KINDS = (sp.loggamma, rising_log, log_beta)


def gathered(e: sp.Expr) -> sp.Expr | None:
    """A sum with its log-gammas in pairs and threes; None where they stand so already."""
    if not isinstance(e, sp.Add) or not any(isinstance(f, _KINDS) for t in e.args for f in sp.Mul.make_args(t)):
        return None
    groups: dict[sp.Expr, Signed] = defaultdict(lambda: defaultdict(lambda: sp.S.Zero))
    rest = []
    for term in e.args:
        found = _split(term)
        if found is None:
            rest.append(term)
            continue
        coefficient, factor, head = found
        for argument, count in _log_gammas(head):
            groups[factor][sp.expand(argument)] += coefficient * count
    together = sp.Add(*rest, *(factor * _paired(signed) for factor, signed in groups.items()))
    return None if together == e else together


def _split(term: sp.Expr) -> tuple[sp.Rational, sp.Expr, sp.Expr] | None:
    """Rational coefficient, other factors and the one log-gamma of a term."""
    heads = [f for f in sp.Mul.make_args(term) if isinstance(f, _KINDS)]
    if len(heads) != 1:
        return None
    coefficient, factor = (term / heads[0]).as_coeff_Mul(rational=True)
    if factor.has(*_KINDS):
        return None
    return (-coefficient, -factor, heads[0]) if factor.could_extract_minus_sign() else (coefficient, factor, heads[0])


def _log_gammas(head: sp.Expr) -> Iterator[tuple[sp.Expr, int]]:
    first = head.args[0]
    if isinstance(head, sp.loggamma):
        yield first, 1
        return
    other = head.args[1]
    yield first + other, 1 if isinstance(head, rising_log) else -1
    yield first, -1 if isinstance(head, rising_log) else 1
    if isinstance(head, log_beta):
        yield other, 1


def _paired(signed: Signed) -> sp.Expr:
    """The sum of the log-gammas: rising factorials of given order first, then beta functions, then what is left."""
    terms = [*_rising(signed), *_beta(signed)]
    return sp.Add(*terms, *(count * sp.loggamma(a) for a, count in signed.items() if count != 0))


def _rising(signed: Signed) -> Iterator[sp.Expr]:
    while True:
        pairs = [
            (sp.count_ops(a - b), sp.default_sort_key(a), a, b)
            for a in signed
            for b in signed
            if signed[a] * signed[b] < 0 and _is_order(sp.expand(a - b), b)
        ]
        if not pairs:
            return
        _, _, a, b = min(pairs, key=lambda pair: pair[:2])
        amount = min(abs(signed[a]), abs(signed[b])) * sp.sign(signed[a])
        signed[a] -= amount
        signed[b] += amount
        n = sp.expand(a - b)
        if signed[n] == -amount:  # with Gamma(n) it is a beta function
            signed[n] = sp.S.Zero
            yield -amount * log_beta(b, n)
        else:
            yield amount * rising_log(b, n)


def _is_order(n: sp.Expr, x: sp.Expr) -> bool:
    """Whether n is given, that is no quantity to be found, while x is one, and n is what is added to x."""
    return not depends_on_quantities(n) and depends_on_quantities(x) and n != 0 and not n.could_extract_minus_sign()


def depends_on_quantities(e: sp.Basic) -> bool:
    """Whether a prediction or a parameter occurs, by which the loss may be differentiated."""
    return any(s.role in ("prediction", "parameter", "vector") for s in e.atoms(RoleSymbol))


def _beta(signed: Signed) -> Iterator[sp.Expr]:
    """a, b and a + b, of which one depends on quantities to be found: others are constants, and stay as typed."""
    found = True
    while found:
        found = False
        for a, b in sp.utilities.iterables.subsets(sorted(signed, key=sp.default_sort_key), 2, repetition=True):
            c = sp.expand(a + b)
            both = signed[a] / 2 if a == b else signed[a]
            if c in signed and _are_opposite(both, signed[b], signed[c]) and depends_on_quantities(c):
                amount = min(abs(both), abs(signed[b]), abs(signed[c])) * sp.sign(both)
                signed[a] -= amount
                signed[b] -= amount
                signed[c] += amount
                found = True
                yield amount * log_beta(a, b)


def _are_opposite(a: sp.Expr, b: sp.Expr, c: sp.Expr) -> bool:
    return bool((a > 0 and b > 0 and c < 0) or (a < 0 and b < 0 and c > 0))


def _log_of_gamma_quotient(e: sp.Expr) -> sp.Expr | None:
    """log(Gamma(a) u / Gamma(b)) = loggamma(a) - loggamma(b) + log(u): a real log-gamma has a positive argument."""
    if not isinstance(e, sp.log) or not isinstance(e.args[0], (sp.Mul, sp.Pow)):
        return None
    logs, rest = [], []
    for factor in sp.Mul.make_args(e.args[0]):
        base, exponent = factor.as_base_exp()
        if isinstance(base, sp.gamma):
            logs.append(exponent * sp.loggamma(base.args[0]))
        else:
            rest.append(factor)
    return sp.Add(*logs) + sp.log(sp.Mul(*rest)) if logs else None


def _totals_with_log_gammas(e: sp.Expr) -> sp.Expr | None:
    """c Sum(loggamma(a)) + d Sum(loggamma(b)) = Sum(c loggamma(a) + d loggamma(b)) over the same axis."""
    if not isinstance(e, sp.Add):
        return None
    sums = []
    for term in e.args:
        coefficient, total = term.as_coeff_Mul()
        if isinstance(total, Total) and total.has(*_KINDS):
            sums.append((term, coefficient, total))
    for n, (first, c, a) in enumerate(sums):
        for second, d, b in sums[n + 1 :]:
            if a.bound.label == b.bound.label:
                body = c * a.body + d * b.body.xreplace({b.bound: a.bound})
                return e - first - second + Total(body, a.bound)
    return None


def _rising_factorial(e: sp.Expr) -> sp.Expr | None:
    if not isinstance(e, (sp.RisingFactorial, sp.FallingFactorial)):
        return None
    x, n = e.args
    if isinstance(e, sp.FallingFactorial):
        x = x - n + 1
    return sp.exp(rising_log(x, n))


def _log_of_bessel(e: sp.Expr) -> sp.Expr | None:
    if isinstance(e, sp.log) and isinstance(e.args[0], sp.besseli) and e.args[0].args[0] == 1:
        return log_bessel_i1(e.args[0].args[1])
    if isinstance(e, sp.Add) and len(e.args) == 2:
        for term in e.args:
            coefficient, logarithm = term.as_coeff_Mul()
            if isinstance(logarithm, log_bessel_i1):
                x = logarithm.args[0]
                if e - term == -coefficient * log_bessel_i0(x):
                    return coefficient * sp.log(bessel_ratio(x))
    return None


_HUGE = "Gamma overflows"

RULES: tuple[LiftingRule, ...] = (
    LiftingRule(
        "rising factorial",
        "x (x + 1) ... (x + n - 1) = exp(rising_log(x, n))",
        _rising_factorial,
        _HUGE,
        "x + n > 170",
        "rules.json lgamma_diff",
    ),
    LiftingRule(
        "logarithm of gamma functions",
        "log(Gamma(a)/Gamma(b)) = loggamma(a) - loggamma(b)",
        _log_of_gamma_quotient,
        _HUGE,
        "a > 170",
        "rules.json lgamma_diff",
    ),
    LiftingRule(
        "sums of log-gammas",
        "sum_j f(j) + sum_k g(k) = sum_k (f(k) + g(k)) over one axis",
        _totals_with_log_gammas,
        "two sums hide a difference of log-gammas",
        "everywhere",
        "linearity",
    ),
    LiftingRule(
        "differences of log-gammas",
        "loggamma(x + n) - loggamma(x) = rising_log(x, n), and three of them log_beta(a, b)",
        gathered,
        "two numbers close to x log(x)",
        "x > 300",
        "rules.json lgamma_diff; README rules 65, 66",
    ),
    LiftingRule(
        "log of Bessel functions",
        "log(I1(x)) = log_bessel_i1(x), log(I1(x)/I0(x)) = log(bessel_ratio(x))",
        _log_of_bessel,
        "the Bessel functions overflow",
        "x > 713",
        "rules.json log_i0",
    ),
)
