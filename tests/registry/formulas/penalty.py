"""Priors on a row of weights."""

from __future__ import annotations

from mpmath import fsum, log

FORMULAS = {
    "laplace_prior": lambda n: fsum(abs(w) for w in n.w) / n.scale,
    "normal_prior": lambda n: fsum(w**2 for w in n.w) / (2 * n.scale**2),
    "student_t_prior": lambda n: (n.df + 1) / 2 * fsum(log(1 + w**2 / (n.df * n.scale**2)) for w in n.w),
}
