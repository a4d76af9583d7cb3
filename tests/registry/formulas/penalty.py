"""Priors on a row of weights."""

from __future__ import annotations

from typing import Any

from mpmath import e1, exp, fsum, inf, ldexp, log, mp


def log_scaled_e1(u: Any) -> Any:
    """log(e^u E1(u)) for u >= 0: by E1, and for a huge u by log(sum of (-1)^k k!/u^(k+1)), whose terms shrink first."""
    if not u:
        return inf
    if u < 2 * mp.prec:
        return log(exp(u) * e1(u))
    terms = [1 / u]
    while abs(terms[-1]) > ldexp(terms[0], -mp.prec):
        terms.append(-terms[-1] * len(terms) / u)
    return log(fsum(terms))


FORMULAS = {
    "horseshoe": lambda n: -fsum(log_scaled_e1((w / n.scale) ** 2 / 2) for w in n.w),
    "laplace_prior": lambda n: fsum(abs(w) for w in n.w) / n.scale,
    "normal_prior": lambda n: fsum(w**2 for w in n.w) / (2 * n.scale**2),
    "student_t_prior": lambda n: (n.df + 1) / 2 * fsum(log(1 + w**2 / (n.df * n.scale**2)) for w in n.w),
}
