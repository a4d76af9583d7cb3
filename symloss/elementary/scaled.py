"""Functions of a residual over a scale, u = r exp(-t), that are numbers where exp(-t) is none.

What r and t are made of may be known better than their rounded sum: u, or exp(t), is given beside them, and they serve
where it has overflowed.
"""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.algebraic import log1psq, log1psq_excess
from symloss.elementary.constants import INFINITY, SMALLEST_NORMAL
from symloss.elementary.exponential import exp, exp_product
from symloss.elementary.hyperbolic import tanh
from symloss.elementary.logarithm import log
from symloss.elementary.power import hypot

TINY_RESIDUAL = 1.026e-289  # 2^-960; an exponential takes it to where it counts from 2^-62 on
TWO_200 = 1.6069380442589903e60
TWO_MINUS_200 = 6.223015277861142e-61


def exp_tanh(a: float, r: float, s: float) -> float:
    """e^a tanh(r e^s / 2), also where the argument of tanh is subnormal and the product is not. No branches. Measured
    error: 4 ulp.

    A tiny r meets the exponentials times 2^200, and tanh v is v where that is below 2^-200.
    """
    tiny = math.fabs(r) < TINY_RESIDUAL
    u = exp_product(s, 0.5 * (r * TWO_200 if tiny else r))
    linear = (1.0 if tiny else INFINITY) * math.fabs(u) < 1.0
    w = u if linear else tanh(u * TWO_MINUS_200 if tiny else u)
    y = exp_product(a, w)
    return y * TWO_MINUS_200 if linear else y


def log1psq_exp(r: float, t: float, u: float) -> float:
    """log(1 + u^2) for u = r exp(-t); 0 at r = 0, whatever t is. Measured error: that of log1psq."""
    if r == 0.0:
        return 0.0 * exp(-t * t)
    return 2.0 * (log(math.fabs(r)) - t) if math.fabs(u) == INFINITY else log1psq(u)


def log1psq_excess_exp(r: float, t: float, u: float) -> float:
    """log(1 + u^2) - u^2/(1 + u^2) for u = r exp(-t); 0 at r = 0. Measured error: that of log1psq_excess."""
    if r == 0.0:
        return 0.0 * exp(-t * t)
    return 2.0 * (log(math.fabs(r)) - t) - 1.0 if math.fabs(u) == INFINITY else log1psq_excess(u)


def inverse_hypot_exp(r: float, t: float, scale: float) -> float:
    """1/hypot(scale, r) for scale = exp(t). Measured error: 1.5 ulp."""
    if scale >= SMALLEST_NORMAL and scale < INFINITY:
        return 1.0 / hypot(scale, r)
    return exp(-t) if r == 0.0 or scale == INFINITY else 1.0 / hypot(scale, r)
