"""The normal distribution: its distribution function, that one's logarithm, derivative ratio and inverse."""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.constants import INFINITY, NOT_A_NUMBER, SQRT_HALF, SQRT_TWO_OVER_PI
from symloss.elementary.error_function import erf, erfcx_positive
from symloss.elementary.exponential import exp
from symloss.elementary.logarithm import log, log1p
from symloss.elementary.primitives import fma

HALF_SQUARE_FAR = 60.0  # e^(-x^2/2) underflows above 38.6; squares stay finite below this bound


def exp_half_square(x: float) -> float:
    """e^(-x^2/2) for x >= 0 with the rounding error of x^2 taken into account."""
    x = HALF_SQUARE_FAR if x > HALF_SQUARE_FAR else x
    square = x * x
    error = fma(x, x, -square)
    y = exp(-0.5 * square)
    return fma(y, -0.5 * error, y)


def upper_tail(x: float) -> float:
    """P(Z > x) for x >= 0. The square is that of x itself: rounding x / sqrt 2 first costs x^2 ulp."""
    return 0.5 * exp_half_square(x) * erfcx_positive(SQRT_HALF * x)


def ndtr(x: float) -> float:
    """P(Z <= x), 0 at -inf and 1 at inf, accurate in the lower tail. Measured error: 3.0 ulp."""
    if math.fabs(x) < 0.5:
        return 0.5 + 0.5 * erf(SQRT_HALF * x)
    tail = upper_tail(math.fabs(x))
    return tail if x < 0.0 else 1.0 - tail


def log_ndtr(x: float) -> float:
    """log P(Z <= x), about -x^2/2 at the lower end, -P(Z > x) at the upper. Measured error: 3.2 ulp."""
    if x > 0.0:
        return log1p(-upper_tail(x))
    if x < -1e154:
        return -0.5 * x * x  # the rest is far below one ulp, and at -inf it is inf - inf
    return log(0.5 * erfcx_positive(-SQRT_HALF * x)) - 0.5 * x * x


def log_ndtr_product(x: float, c: float) -> float:
    """c log P(Z <= x), where the square of x may overflow and its product with c does not. Measured error: 2.8 ulp."""
    return (-0.5 * c * x) * x if x < -1e154 and x > -INFINITY else c * log_ndtr(x)


def mills(x: float) -> float:
    """phi(x) / Phi(x), the derivative of log_ndtr: -x - 1/x far below 0, phi(x) far above. Measured error: 2.4 ulp."""
    size = math.fabs(x)
    if x <= 0.0:
        return size if size > 1e10 else SQRT_TWO_OVER_PI / erfcx_positive(SQRT_HALF * size)
    return 0.5 * SQRT_TWO_OVER_PI * exp_half_square(size) / ndtr(size)


def erfinv(y: float) -> float:
    """The inverse of erf on [-1, 1], infinite at its ends; NaN outside. Measured error: 3.0 ulp.

    Near 0 a start from the first terms of the series and Newton steps on erf, whose relative error is small there;
    beyond 1/2 the lower tail (1 - |y|) / 2, which is exact, and Newton steps on its logarithm.
    """
    size = math.fabs(y)
    if size > 1.0 or size != size:
        return NOT_A_NUMBER
    if size > 0.5:
        return math.copysign(-SQRT_HALF * lower_quantile(0.5 * (1.0 - size)), y)
    z = y * y
    # erf^-1(y) = sqrt(pi)/2 (y + pi/12 y^3 + 7 pi^2/480 y^5 + ...), DLMF 7.17.2
    x = 0.886226925452758 * y * (1.0 + z * (0.2617993877991494 + z * 0.14393173084921979))
    for _ in range(3):
        x = x - (erf(x) - y) * 0.886226925452758 * exp(x * x)
    return x


def lower_quantile(p: float) -> float:
    """The x with P(Z <= x) = p for 0 <= p <= 1/4: Newton's method on log P, which is concave.

    So it converges from below, where it starts: P(Z <= x) < e^(-x^2/2) for x < 0. Six steps suffice for every p."""
    if p == 0.0:
        return -INFINITY
    target = log(p)
    x = -math.sqrt(-2.0 * target)
    for _ in range(7):
        x = x - (log_ndtr(x) - target) / mills(x)
    return x


def ndtri(p: float) -> float:
    """The x with P(Z <= x) = p: infinite at 0 and 1, NaN outside. Measured error: 2.0 ulp.

    For p in [1/4, 1] the numbers 2p - 1 and 1 - p that are used are exact.
    """
    if not 0.0 <= p <= 1.0:
        return NOT_A_NUMBER
    if p < 0.25:
        return lower_quantile(p)
    if p > 0.75:
        return -lower_quantile(1.0 - p)
    x = erfinv(2.0 * p - 1.0)
    return x / SQRT_HALF
