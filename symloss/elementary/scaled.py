"""Functions of a residual over a scale, u = r exp(-t), that are numbers where exp(-t) is none.

What r and t are made of may be known better than their rounded sum: u, or exp(t), is given beside them, and they serve
where it has overflowed.
"""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.algebraic import log1psq, log1psq_excess
from symloss.elementary.constants import INFINITY, SMALLEST_NORMAL
from symloss.elementary.exponential import exp
from symloss.elementary.logarithm import log
from symloss.elementary.power import hypot


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
