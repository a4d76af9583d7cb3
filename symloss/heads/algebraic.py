"""Functions of sqrt(1 + v**2) that are bounded where powers of v overflow; closed under differentiation."""

from __future__ import annotations

import sympy as sp

from .functions import Head


class _Even(Head):
    nargs = 1

    @classmethod
    def eval(cls, v: sp.Expr) -> sp.Expr | None:
        return cls(-v) if v.could_extract_minus_sign() else None


class inverse_hypot(_Even):
    """1/sqrt(1 + v**2), even in v: the cosine of the angle whose tangent is v."""

    is_positive = True


class algebraic_sigmoid(Head):
    """v/sqrt(1 + v**2), odd in v: the sine of the angle whose tangent is v."""

    nargs = 1

    @classmethod
    def eval(cls, v: sp.Expr) -> sp.Expr | None:
        if v.is_zero:
            return sp.S.Zero
        return -cls(-v) if v.could_extract_minus_sign() else None


class log1psq(_Even):
    """log(1 + v**2), even in v."""

    is_nonnegative = True


class log1psq_excess(_Even):
    """log(1 + v**2) - v**2/(1 + v**2), even in v: v**4/2 near 0."""

    is_nonnegative = True


class hypot(Head):
    """sqrt(x**2 + y**2)."""

    nargs = 2
    is_nonnegative = True


class power1psq(Head):
    """(1 + v**2)**e, and 1 where e is 0."""

    nargs = 2
    is_positive = True


class power1psq_quotient(Head):
    """((1 + v**2)**e - 1)/e, and log(1 + v**2) where e is 0."""

    nargs = 2
    is_nonnegative = True


class power_quotient(Head):
    """The integral of s**n exp(l*s) from 0 to t; for n = 0 it is (exp(l*t) - 1)/l, and t at l = 0.

    The n-th derivative by l of the Box-Cox quotient of exp(t).
    """

    nargs = 3
