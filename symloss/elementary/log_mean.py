"""Logistic functions times an exponential, which takes their argument's part away or meets what underflows."""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.arithmetic import difference_error, sum_error
from symloss.elementary.constants import INFINITY
from symloss.elementary.exponential import exp, exp_decay, exp_product, exp_product_corrected
from symloss.elementary.logarithm import log1p
from symloss.elementary.logistic import TIMES_FAR, sigmoid, sigmoid_slope, softplus
from symloss.elementary.lost import log1p_lost
from symloss.elementary.lost_logistic import exp_decay_in_parts, sigmoid_lost
from symloss.elementary.primitives import fma

# (log(1 + x) - x/(1 + x)) / x^2 for 0 <= x <= 1/e;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 6.3e-19.
LOG1P_EXCESS = (
    0.05884207782433792, -0.24256832198042147, 0.5037032679046861, -0.7268306348381097, 0.8536166024624993,
    -0.9023221120305962, 0.9122838956338039, -0.9083878442142476, 0.8999150904388761, -0.8888812870267022,
    0.8749995073928252, -0.8571428348489353, 0.8333333326654873, -0.7999999999878228, 0.7499999999998828,
    -0.6666666666666662, 0.5,
)  # fmt: skip
SERIES_FROM = -1.0


def exp_sigmoid(v: float, w: float) -> float:
    """exp(v) sigmoid(w - v) = 1/(exp(-v) + exp(-w)). Measured error: 2.5 ulp."""
    return exp(w) * sigmoid(v - w) if w < v else exp(v) * sigmoid(w - v)


def exp_sigmoid_squared(v: float, w: float) -> float:
    """exp(v) sigmoid(w - v)^2: exp(2 w - v) where w is far below v, and the square underflows. No branches. Measured
    error: 3 ulp."""
    u = w - v
    e = exp_decay(-math.fabs(u))
    error = difference_error(w, v) + sum_error(w, u)
    return exp_product_corrected(v if u >= 0.0 else w + u, 0.0 if u >= 0.0 else error, 1.0 / fma(e, 2.0 + e, 1.0))


def exp_softplus(v: float, w: float) -> float:
    """exp(v) softplus(w - v): exp(w) where w is far below v. Measured error: 3 ulp."""
    u = w - v
    if u >= 0.0:
        return exp(v) * softplus(u)
    z = exp(u)
    return exp(w) if z <= 1e-20 else exp(w) * (log1p(z) / z)


def exp_softplus_excess(v: float, w: float) -> float:
    """exp(v) (softplus(w - v) - sigmoid(w - v)): a polynomial times exp(2 w - v) where w is below v - 1, elsewhere with
    what rounding takes from its two terms. Measured error: 1.5 ulp."""
    u = w - v
    z = exp(u if u < SERIES_FROM else SERIES_FROM)
    p = fma(LOG1P_EXCESS[0], z, LOG1P_EXCESS[1])
    p = fma(p, z, LOG1P_EXCESS[2])
    p = fma(p, z, LOG1P_EXCESS[3])
    p = fma(p, z, LOG1P_EXCESS[4])
    p = fma(p, z, LOG1P_EXCESS[5])
    p = fma(p, z, LOG1P_EXCESS[6])
    p = fma(p, z, LOG1P_EXCESS[7])
    p = fma(p, z, LOG1P_EXCESS[8])
    p = fma(p, z, LOG1P_EXCESS[9])
    p = fma(p, z, LOG1P_EXCESS[10])
    p = fma(p, z, LOG1P_EXCESS[11])
    p = fma(p, z, LOG1P_EXCESS[12])
    p = fma(p, z, LOG1P_EXCESS[13])
    p = fma(p, z, LOG1P_EXCESS[14])
    p = fma(p, z, LOG1P_EXCESS[15])
    p = fma(p, z, LOG1P_EXCESS[16])
    error = difference_error(w, v) + sum_error(w, u)
    below = exp_product_corrected(w + u, error, p)
    return below if u < SERIES_FROM else exp_product(v, softplus_excess_near(u, difference_error(w, v)))


def softplus_excess_near(u: float, error: float) -> float:
    """softplus(u) - sigmoid(u) for u > -1, where error is missing from u."""
    e, rest = exp_decay_in_parts(-math.fabs(u))
    tail, s = log1p(e), sigmoid(u)
    linear = u if u > 0.0 else 0.0
    y = linear + tail
    difference = y - s
    lost = sum_error(linear, tail) + difference_error(y, s)
    known = fma(s * s, error, log1p_lost(e, rest, tail) - sigmoid_lost(u, 0.0, s))
    corrected = difference + (lost + known)
    return corrected if corrected == corrected else difference


def exp_times_sigmoid(v: float, x: float, c: float) -> float:
    """c e^v sigmoid(x) where sigmoid(x) may underflow and the product does not; 0 at x = -inf. No branches.

    Measured error: 3 ulp.
    """
    size = math.fabs(x)
    near = exp_product(v, c * sigmoid(x))
    below = exp_product_corrected(v - size, difference_error(v, size), c)
    return 0.0 * sigmoid(x) if x == -INFINITY else below if x < -TIMES_FAR else near


def exp_times_slope(v: float, x: float, c: float) -> float:
    """c e^v sigmoid_slope(x), likewise; 0 at both infinities of x."""
    size = math.fabs(x)
    near = exp_product(v, c * sigmoid_slope(x))
    below = exp_product_corrected(v - size, difference_error(v, size), c)
    return 0.0 * sigmoid(x) if size == INFINITY else below if size > TIMES_FAR else near
