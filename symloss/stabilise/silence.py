"""Which factors of a product can be infinite, and which can be zero and silence them."""

from __future__ import annotations

import sympy as sp

from symloss.heads import binders
from symloss.heads.binders import SoftmaxGap
from symloss.heads.functions import norm_cdf, sech2, sigmoid, step

from .target import depends_on_prediction

_PROBABILITIES = (sigmoid, norm_cdf, binders.Softmax)

_BOUNDED = (sigmoid, norm_cdf, step, sech2, sp.tanh, sp.sign, sp.sin, sp.cos, sp.atan, binders.Softmax, binders.Share)


def is_probability(e: sp.Expr) -> bool:
    """Whether a factor lies in [0, 1]; the gap of a row is no probability, although it is made of one."""
    return isinstance(e, _PROBABILITIES) and not isinstance(e, SoftmaxGap)


def can_be_infinite(e: sp.Expr) -> bool:
    """Whether a factor can be infinite for some prediction (one may be infinite itself)."""
    base, exponent = e.as_base_exp() if isinstance(e, sp.Pow) else (e, sp.S.One)
    if isinstance(base, _BOUNDED) and not isinstance(base, SoftmaxGap) and exponent.is_nonnegative:
        return False
    return depends_on_prediction(e)
