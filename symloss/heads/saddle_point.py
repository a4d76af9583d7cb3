"""Factorials and rising factorials without what their deviances take from them: likelihoods of counts; stable forms."""

from __future__ import annotations

from typing import Any

import mpmath
import sympy as sp

from .functions import Head, digamma1p, digamma_difference
from .row import Row


class factorial_rest(Head):
    """log(n!) - n*log(n) + n, which is 0 at n = 0."""

    nargs = 1
    is_nonnegative = True


class rising_rest(Head):
    """(x + n)*log(x + n) - x*log(x) - n - log(Gamma(x + n)/Gamma(x)) of a positive x."""

    nargs = 2
    is_nonnegative = True


def _xlogx(x: Any) -> Any:
    return x * mpmath.log(x) if x else mpmath.mpf(0)


def _rising_rest(x: Any, n: Any) -> Any:
    return _xlogx(x + n) - _xlogx(x) - n - mpmath.loggamma(x + n) + mpmath.loggamma(x)


SADDLE_POINT = (
    Row(
        factorial_rest,
        lambda n: (digamma1p(n) - sp.log(n),),
        lambda n: mpmath.loggamma(1 + n) - _xlogx(n) + n,
        "factorial_rest",
    ),
    Row(
        rising_rest,
        lambda x, n: (
            sp.log(1 + n / x) - digamma_difference(x, n),
            sp.log(x + n) - sp.digamma(x + n),
        ),
        _rising_rest,
        "rising_rest",
    ),
)
