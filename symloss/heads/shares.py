"""A share p of a row against a number t, by what has more digits than p where the row is sure: its gap, p - t."""

from __future__ import annotations

from typing import Any

import mpmath
import sympy as sp

from .functions import Head, sigmoid
from .row import Row


class log_over_mean(Head):
    """log(p/m) of t and -log(p), m = (t + p)/2: log(2) where t is 0."""

    nargs = 2


class mean_divergence(Head):
    """t log(t/m) + p log(p/m) of t, p and p - t, m = (t + p)/2: a term of the Jensen-Shannon divergence, twice."""

    nargs = 3
    is_nonnegative = True


class sigmoid_less(Head):
    """sigmoid(x) - m for a number m in [0, 1) that is the same for all samples."""

    nargs = 2


def _log_over_mean(t: Any, gap: Any) -> Any:
    """log(2) - log(1 + t/p); the logarithm of t/p itself where no exponential is that large."""
    if t == 0:
        return mpmath.log(2)
    if gap > 2**20:
        return mpmath.log(2) - mpmath.log(t) - gap
    return -mpmath.log1p((t * mpmath.exp(gap) - 1) / 2)


def _mean_divergence(t: Any, p: Any, d: Any) -> Any:
    """The difference has no say where t and p are exact."""
    return sum((x * mpmath.log(2 * x / (t + p)) for x in (t, p) if x), mpmath.mpf(0))


SHARES = (
    Row(
        sigmoid_less,
        lambda x, m: (sigmoid(x) * sigmoid(-x), sp.S.NegativeOne),
        lambda x, m: 1 / (1 + mpmath.exp(-x)) - m,
        "sigmoid_less",
    ),
    Row(
        log_over_mean,
        lambda t, gap: (-1 / (t + sp.exp(-gap)), -t / (t + sp.exp(-gap))),
        _log_over_mean,
        "log_over_mean",
    ),
    Row(
        mean_divergence,
        lambda t, p, d: (sp.log(2 * t / (t + p)), sp.log(2 * p / (t + p)), sp.S.Zero),
        _mean_divergence,
        "mean_divergence",
    ),
)
