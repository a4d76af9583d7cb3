"""Logistic functions times an exponential, which takes their argument's part away or meets what underflows."""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.arithmetic import difference_error, sum_error
from symloss.elementary.constants import INFINITY
from symloss.elementary.exponential import exp, exp_corrected, exp_product, exp_product_corrected
from symloss.elementary.logarithm import log1p
from symloss.elementary.logistic import TIMES_FAR, sigmoid, sigmoid_slope, softplus, softplus_excess


def exp_sigmoid(v: float, w: float) -> float:
    """exp(v) sigmoid(w - v) = 1/(exp(-v) + exp(-w)). Measured error: 2.5 ulp."""
    return exp(w) * sigmoid(v - w) if w < v else exp(v) * sigmoid(w - v)


def exp_sigmoid_squared(v: float, w: float) -> float:
    """exp(v) sigmoid(w - v)^2: exp(2 w - v) where w is far below v, and the square underflows. No branches. Measured
    error: 3 ulp."""
    u = w - v
    s = sigmoid(math.fabs(u))
    error = difference_error(w, v) + sum_error(w, u)
    return exp_product_corrected(v if u >= 0.0 else w + u, 0.0 if u >= 0.0 else error, s * s)


def exp_softplus(v: float, w: float) -> float:
    """exp(v) softplus(w - v): exp(w) where w is far below v. Measured error: 3 ulp."""
    u = w - v
    if u >= 0.0:
        return exp(v) * softplus(u)
    z = exp(u)
    return exp(w) if z <= 1e-20 else exp(w) * (log1p(z) / z)


def exp_softplus_excess(v: float, w: float) -> float:
    """exp(v) (softplus(w - v) - sigmoid(w - v)): exp(2 w - v)/2 where w is far below v. Measured error: 4 ulp."""
    u = w - v
    if u <= -40.0:
        return 0.5 * exp_corrected(w + u, difference_error(w, v) + sum_error(w, u))  # e^u may underflow
    # The excess is exp(2 u)/2 far below 0, and takes twice the error of u from it.
    return exp(v) * softplus_excess(u) * (1.0 + 2.0 * difference_error(w, v) if u < 0.0 else 1.0)


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
