"""The logarithm of the scaled exponential integral exp(u) E1(u) at u = v**2/2, closed under differentiation by v.

In v and not in u, since u overflows and underflows where v does not.
"""

from __future__ import annotations

from typing import Any

import mpmath
import sympy as sp

from .functions import Head
from .row import Row


class log_scaled_e1(Head):
    """log(exp(u) E1(u)) at u = v**2/2, even in v; infinite at 0."""

    nargs = 1

    @classmethod
    def eval(cls, v: sp.Expr) -> sp.Expr | None:
        return cls(-v) if v.could_extract_minus_sign() else None


class scaled_e1_slope(Head):
    """Less the derivative of `log_scaled_e1`: odd in v, infinite at 0, close to 2/v far out."""

    nargs = 1

    @classmethod
    def eval(cls, v: sp.Expr) -> sp.Expr | None:
        return -cls(-v) if v.could_extract_minus_sign() else None


class scaled_e1_curvature(Head):
    """The second derivative of `log_scaled_e1`: even in v, infinite at 0, close to 2/v**2 far out."""

    nargs = 1
    is_positive = True

    @classmethod
    def eval(cls, v: sp.Expr) -> sp.Expr | None:
        return cls(-v) if v.could_extract_minus_sign() else None


def _scaled_e1(u: Any) -> Any:
    """exp(u) E1(u), for a large u by its asymptotic series, whose terms shrink until the last bit counted."""
    if u < 4 * mpmath.mp.prec:
        return mpmath.exp(u) * mpmath.e1(u)
    term = total = 1 / u
    k = 0
    while abs(term) > mpmath.ldexp(total, -mpmath.mp.prec):
        k += 1
        term *= -k / u
        total += term
    return total


def _excess(u: Any) -> tuple[Any, Any]:
    """h = 1/(exp(u) E1(u)) - u and h - 2 h**2 + 2 u (1 - h), of which far out terms of the size of u**2 are left."""
    with mpmath.extraprec(20 + 4 * max(mpmath.mag(u), 0)):
        h = 1 / _scaled_e1(u) - u
        return h, h - 2 * h**2 + 2 * u * (1 - h)


def _log_scaled_e1(v: Any) -> Any:
    return mpmath.log(_scaled_e1(v * v / 2)) if v else mpmath.inf


def _slope(v: Any) -> Any:
    return 2 * _excess(v * v / 2)[0] / v if v else mpmath.nan  # without a sign, 0 has no side


def _curvature(v: Any) -> Any:
    return 2 * _excess(v * v / 2)[1] / v**2 if v else mpmath.inf


def _third_derivative(v: sp.Expr) -> sp.Expr:
    slope, curvature = scaled_e1_slope(v), scaled_e1_curvature(v)
    return (v - 1 / v + 2 * slope) * curvature - (1 + 1 / v**2) * slope


EXPONENTIAL_INTEGRAL = (
    Row(log_scaled_e1, lambda v: (-scaled_e1_slope(v),), _log_scaled_e1, "log_scaled_e1"),
    Row(scaled_e1_slope, lambda v: (-scaled_e1_curvature(v),), _slope, "scaled_e1_slope"),
    Row(scaled_e1_curvature, lambda v: (_third_derivative(v),), _curvature, "scaled_e1_curvature"),
)
