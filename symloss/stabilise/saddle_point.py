"""Likelihoods of counts by saddle points: log-gammas that are huge, and what is left of them beside the logarithms.

log(n!) is n log n - n + factorial_rest(n), and a rising factorial likewise. Their large parts go with the logarithms of
the probabilities into deviances n log(n/m) - n + m, which are functions of their own: every term is positive, and small
where the likelihood is large (C. Loader, Fast and Accurate Computation of Binomial Probabilities, 2000).
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from symloss.heads.functions import (
    divergence,
    log1p,
    log_softplus,
    rising_excess,
    rising_log,
    sigmoid,
    softplus,
    xlogy,
)
from symloss.heads.saddle_point import factorial_rest, rising_rest

Weighted = tuple[sp.Expr, sp.Expr, sp.Expr]
"""A term of a sum, the argument of the log-gamma in it, and its factor."""


def negative_binomial(e: sp.Expr) -> sp.Expr | None:
    """w (log(n!) - log(Gamma(x + n)/Gamma(x)) - x log(p) - n log(q)), p + q = 1, by deviances from x p and x q."""
    if not isinstance(e, sp.Add):
        return None
    for counted, n, w in _of_counts(e):
        for ratio, x in _rising(e - counted, n, -w):
            logs = _logarithms(e - counted - ratio, x, n, -w)
            if logs is not None:
                log_p, log_q, others = logs
                found = _deviances(x, n, log_p, log_q)
                if found is not None:
                    return w * (factorial_rest(n) + rising_rest(x, n) + found) + others
    return None


def poisson(e: sp.Expr) -> sp.Expr | None:
    """w (log(n!) + m - n log(m)) by the deviance from m; by its logarithm where m is small, or underflows."""
    if not isinstance(e, sp.Add):
        return None
    for counted, n, w in _of_counts(e):
        terms = sp.Add.make_args(_plain(e - counted, n))
        powers = [t for t in terms if n in sp.Mul.make_args(t)]
        log_m = sp.Add(*(-t / n / w for t in powers))
        m = _exponential(log_m) if powers else None
        if m is not None and m.is_nonnegative and w * m in terms:
            others = sp.Add(*(t for t in terms if t not in powers and t != w * m))
            deviance = divergence(n, m, m - n)
            if m.has(sp.exp):  # it may underflow
                far = n * (sp.log(n) - log_m) + (m - n)
                deviance = sp.Piecewise((deviance, 4 * m >= n), (far, True))
            return w * (factorial_rest(n) + deviance) + others
    return None


def beta_binomial(e: sp.Expr) -> sp.Expr | None:
    """log(k! m!/n!) - log(B(a + k, b + m)/B(a, b)), n = k + m, by deviances from n a/(a + b) for a >= k and b >= m."""
    if not isinstance(e, sp.Add) or not e.has(rising_log):
        return None
    factorials = list(_factorials(e))
    found = [_upwards(t, f) for t in e.args for f in sp.Mul.make_args(t) if isinstance(f, rising_log)]
    for first, k, w in factorials:
        for second, m, v in factorials:
            whole = next((t for t, n, u in factorials if u == -w == -v and sp.expand(n - k - m) == 0), None)
            parts = _shapes(found, k, m, w) if whole is not None and first != second else None
            if parts is not None:
                (a, b), terms = parts
                rest = e - first - second - whole - sp.Add(*terms)
                far = w * _far(a, b, k, m)
                return rest + sp.Piecewise((far, sp.And(a >= k, b >= m)), (e - rest, True))
    return None


def _far(a: sp.Expr, b: sp.Expr, k: sp.Expr, m: sp.Expr) -> sp.Expr:
    n, d = sp.expand(k + m), (m * a - k * b) / (a + b)
    deviances = divergence(k, n * a / (a + b), d) + divergence(m, n * b / (a + b), -d)
    excesses = rising_excess(a, k) + rising_excess(b, m) - rising_excess(a + b, n)
    return factorial_rest(k) + factorial_rest(m) - factorial_rest(n) + deviances - excesses


def _shapes(
    found: list[Weighted], k: sp.Expr, m: sp.Expr, w: sp.Expr
) -> tuple[tuple[sp.Expr, sp.Expr], list[sp.Expr]] | None:
    """a and b with -w rising_log(a, k) - w rising_log(b, m) + w rising_log(a + b, k + m), and these terms."""
    for one, first, c in found:
        for two, second, d in found:
            (a, order), (b, other) = first.args, second.args
            if c == d == -w and sp.expand(order - k) == 0 == sp.expand(other - m):
                for three, third, g in found:
                    if g == w and sp.expand(third.args[0] - a - b) == 0 == sp.expand(third.args[1] - k - m):
                        return (a, b), [one, two, three]
    return None


def _upwards(term: sp.Expr, head: sp.Expr) -> Weighted:
    """A rising factorial of a negative order is the reciprocal of one of a positive order."""
    x, n = head.args
    above = sp.expand(x + n)
    if sp.count_ops(above) < sp.count_ops(x):
        return term, rising_log(above, -n), -term / head
    return term, head, term / head


def _factorials(e: sp.Expr) -> Iterator[Weighted]:
    """Terms w log(n!) of counts n."""
    for term in e.args:
        for f in sp.Mul.make_args(term):
            inner = f.args[0].args[0] if isinstance(f, sp.log) and isinstance(f.args[0], sp.gamma) else None
            inner = f.args[0] if isinstance(f, sp.loggamma) else inner
            if inner is not None and inner.is_Add and sp.S.One in inner.args:
                yield term, inner - 1, term / f


def _of_counts(e: sp.Expr) -> Iterator[Weighted]:
    return (found for found in _factorials(e) if found[1].is_nonnegative)


def _rising(e: sp.Expr, n: sp.Expr, c: sp.Expr) -> Iterator[tuple[sp.Expr, sp.Expr]]:
    """What is c log(Gamma(x + n)/Gamma(x)) of a positive x in a sum, and x."""
    terms = sp.Add.make_args(e)
    for term in terms:
        head = term / c
        if isinstance(head, rising_log) and head.args[1] == n and head.args[0].is_positive:
            yield term, head.args[0]
        if isinstance(head, sp.loggamma) and n in sp.Add.make_args(head.args[0]):
            x = head.args[0] - n
            if x.is_positive and -c * sp.loggamma(x) in terms:
                yield term - c * sp.loggamma(x), x


def _logarithms(e: sp.Expr, x: sp.Expr, n: sp.Expr, c: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
    """log(p), log(q) and what is left of c (x log(p) + n log(q)) + others."""
    logs = {x: sp.S.Zero, n: sp.S.Zero}
    others = []
    for term in sp.Add.make_args(_plain(e, n)):
        factors = sp.Mul.make_args(term / c)
        of = next((q for q in (n, x) if all(f in factors for f in sp.Mul.make_args(q))), None)
        if of is None:
            others.append(term)
        else:
            logs[of] += term / c / of
    return (logs[x], logs[n], sp.Add(*others)) if all(logs.values()) else None


def _plain(e: sp.Expr, n: sp.Expr) -> sp.Expr:
    """Multiplied out, with n log(u) as a product."""
    products = e.replace(lambda f: isinstance(f, xlogy) and f.args[0] == n, lambda f: n * sp.log(f.args[1]))
    return sp.expand_mul(products)


def _deviances(x: sp.Expr, n: sp.Expr, log_p: sp.Expr, log_q: sp.Expr) -> sp.Expr | None:
    """-n log(q) - x log(p) + n log(n) + x log(x) - (n + x) log(n + x), for the mean m = x q/p of n."""
    p, q, odds = map(_exponential, (log_p, log_q, sp.expand(log_q - log_p)))
    if p is None or q is None or odds is None or not _is_one(p + q):
        return None
    mean, scaled = sp.powsimp(x * odds), sp.powsimp(p / x)
    if not mean.is_nonnegative:
        return None
    if p.has(sigmoid):  # the mean may overflow, and p and q underflow
        expected, share, d = (n + x) * q, (x + n) * scaled, n * scaled - q
        far_n = -n * (log_q + log1p(x / n)) - x * d
        of_n = sp.Piecewise((divergence(n, expected, -x * d), 4 * expected >= n), (far_n, True))
        return of_n + x * sp.Piecewise((divergence(1, share, d), 4 * share >= 1), (d - log_p - log1p(n / x), True))
    of_n = divergence(n, n * q + p * mean, p * (mean - n))
    return of_n + x * divergence(1, (x + n) * scaled, scaled * (n - mean))


def _exponential(e: sp.Expr) -> sp.Expr | None:
    """exp of a sum of logarithms as a product."""
    terms = list(sp.Add.make_args(e))
    for t in terms:
        mirrored = -softplus(-t)
        if -softplus(t) in terms:  # u - softplus(u) = -softplus(-u)
            return _exponential(e - t + softplus(t) + mirrored)
        if isinstance(t, softplus) and -softplus(-t.args[0]) in terms:
            return _exponential(e - t + softplus(-t.args[0]) + t.args[0])
    found = [_exponential_of(*t.as_coeff_Mul()) for t in terms]
    return None if None in found else sp.Mul(*found)


def _exponential_of(count: sp.Expr, f: sp.Expr) -> sp.Expr | None:
    if isinstance(f, sp.log):
        return f.args[0] ** count
    if isinstance(f, log_softplus):
        return softplus(f.args[0]) ** count
    if isinstance(f, log1p):
        return (1 + f.args[0]) ** count
    if isinstance(f, softplus):
        return sigmoid(-f.args[0]) ** -count
    return None if f.has(sp.Function) else sp.exp(count * f)


def _is_one(e: sp.Expr) -> bool:
    plain = e.replace(sigmoid, lambda u: 1 / (1 + sp.exp(-u)))
    return bool(sp.cancel(sp.together(plain) - 1) == 0)
