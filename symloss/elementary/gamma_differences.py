"""Differences of digamma and of trigamma: derivatives of the rising factorial's logarithm, without cancellation.

All are sums of terms of one sign where n > 1: steps of the recurrence up to x >= 10, then the asymptotic series with
its large terms cancelled by hand.
"""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.arithmetic import floor
from symloss.elementary.beta import FEW_FACTORS
from symloss.elementary.constants import INFINITY, NOT_A_NUMBER
from symloss.elementary.log_difference import log1p_excess, log1pmx
from symloss.elementary.logarithm import log1p
from symloss.elementary.polygamma import ASYMPTOTIC_FROM
from symloss.elementary.primitives import fma

# From x = 10 on; more terms than psi and psi' need, since 2 digamma_excess/x - trigamma_excess is smaller by a
# factor of x^3.
# B_2k / (2k), k = 13 .. 1, from the Bernoulli numbers: psi(x) = log x - 1/(2x) - sum of these over x^(2k); DLMF 5.11.2.
DIGAMMA_REST_SERIES = (
    54827.583333333336, -3607.5105463980462, 281.46014492753625, -26.456212121212122, 3.0539543302701198,
    -0.4432598039215686, 0.08333333333333333, -0.021092796092796094, 0.007575757575757576, -0.004166666666666667,
    0.003968253968253968, -0.008333333333333333, 0.08333333333333333,
)  # fmt: skip
# B_2k, k = 13 .. 1: psi'(x) = 1/x + 1/(2 x^2) + sum of these over x^(2k + 1); DLMF 5.15.8.
TRIGAMMA_SERIES = (
    1425517.1666666667, -86580.25311355312, 6192.123188405797, -529.1242424242424, 54.971177944862156,
    -7.092156862745098, 1.1666666666666667, -0.2531135531135531, 0.07575757575757576, -0.03333333333333333,
    0.023809523809523808, -0.03333333333333333, 0.16666666666666666,
)  # fmt: skip
# The sum of (j + 1) / (2j + 3) z^j in powers of z, 0 <= z <= 0.37;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 4.2e-18.
DIGAMMA_CURVATURE = (
    30.641013904866092, -77.09042643234432, 97.32257071704224, -75.09070994904778, 41.24441689294601,
    -15.500162795652818, 5.1665128989159275, -0.5617211469851021, 0.6549421944181255, 0.45337104920290533,
    0.4759097586472786, 0.47042688136192035, 0.4666751523526479, 0.46153814943215055, 0.4545454621475626,
    0.4444444443317939, 0.42857142857230834, 0.3999999999999973, 0.3333333333333333,
)  # fmt: skip


def digamma_rest_difference(x: float, n: float) -> float:
    """d(x + n) - d(x) for x, x + n >= 10, where psi(x) = log x - 1/(2x) - d(x); relative to n also where n is tiny."""
    p, q = 1.0 / x, 1.0 / (x + n)
    square, square_above = p * p, q * q
    y, quotient = DIGAMMA_REST_SERIES[0], 0.0
    for coefficient in DIGAMMA_REST_SERIES[1:]:
        quotient = fma(quotient, square_above, y)
        y = fma(y, square, coefficient)
    quotient = fma(quotient, square_above, y)
    return -(n / x) * q * (p + q) * quotient


def trigamma_rest_difference(x: float, n: float) -> float:
    """t(x + n) - t(x) for x, x + n >= 10, where psi'(x) = 1/x + 1/(2 x^2) + t(x)."""
    p, q = 1.0 / x, 1.0 / (x + n)
    square, square_above = p * p, q * q
    y, quotient = TRIGAMMA_SERIES[0], 0.0
    for coefficient in TRIGAMMA_SERIES[1:]:
        quotient = fma(quotient, square_above, y)
        y = fma(y, square, coefficient)
    series_above = y + (square_above - square) * quotient  # which is (S(square_above) - S(square)) / (...) so far
    quotient = fma(quotient, square_above, y)
    # t = p square S(square): t(q) - t(p) = (q - p) (square_above S(square_above) + p (p + q) (quotient of z S(z)))
    step = -share(x, n) * p
    return step * (square_above * series_above + p * (p + q) * quotient)


def digamma_difference(x: float, n: float) -> float:
    """psi(x + n) - psi(x), the sum of 1/(x + k) over k < n, for x > 0 and x + n > 0; 0 at n = 0 and at x = inf.

    Measured error: 3.9 ulp.
    """
    if not x > 0.0 or not x + n > 0.0:
        return INFINITY if x == 0.0 and n > 0.0 else (0.0 if x == 0.0 and n == 0.0 else NOT_A_NUMBER)
    if n == INFINITY:
        return INFINITY
    total = 0.0
    while x < ASYMPTOTIC_FROM or x + n < ASYMPTOTIC_FROM:
        total = total + n / (x + n) / x
        x = x + 1.0
    ratio = n / x
    return total + (log1p(ratio) + (0.5 * ratio / (x + n) - digamma_rest_difference(x, n)))


def trigamma_difference(x: float, n: float) -> float:
    """psi'(x + n) - psi'(x), less the sum of 1/(x + k)^2 over k < n, for x > 0 and x + n > 0; 0 at n = 0.

    Measured error: 4.6 ulp.
    """
    if not x > 0.0 or not x + n > 0.0:
        return -INFINITY if x == 0.0 and n > 0.0 else (0.0 if x == 0.0 and n == 0.0 else NOT_A_NUMBER)
    total = 0.0
    while x < ASYMPTOTIC_FROM or x + n < ASYMPTOTIC_FROM:
        p, q = 1.0 / x, 1.0 / (x + n)
        total = total - share(x, n) * p * (p + q)
        x = x + 1.0
    p, q = 1.0 / x, 1.0 / (x + n)
    return total + (trigamma_rest_difference(x, n) - share(x, n) * p * fma(0.5, p + q, 1.0))


def share(x: float, n: float) -> float:
    """n / (x + n), 1 at n = inf."""
    return 1.0 if n == INFINITY else n / (x + n)


def digamma_excess(x: float, n: float) -> float:
    """n/x - (psi(x + n) - psi(x)), the sum of k / (x (x + k)) over k < n; 0 at n = 0, n = 1 and x = inf.

    For x > 0 and x + n > 0. A step of the recurrence adds n (n - 1) / (x (x + 1) (x + n)). Measured error: 4.6 ulp.
    """
    if not x > 0.0 or not x + n > 0.0 or n == INFINITY or x == INFINITY:
        return excess_outside(x, n)
    if 0.0 <= n <= FEW_FACTORS and n == floor(n):
        total, k = 0.0, 1.0
        while k < n:
            total = total + k / (x + k)
            k = k + 1.0
        return total / x
    total = 0.0
    while x < ASYMPTOTIC_FROM or x + n < ASYMPTOTIC_FROM:
        total = total + n / (x + n) * ((n - 1.0) / (x + 1.0)) / x
        x = x + 1.0
    ratio = n / x
    return total + (digamma_rest_difference(x, n) - (log1pmx(ratio) + 0.5 * ratio / (x + n)))


def trigamma_excess(x: float, n: float) -> float:
    """n/x^2 + psi'(x + n) - psi'(x), the sum of k (2x + k) / (x (x + k))^2 over k < n; 0 at n = 0 and n = 1.

    For x > 0 and x + n > 0. A step adds n (n - 1) (3 x^2 + 2 x (n + 1) + n) / (x (x + 1) (x + n))^2. Measured error:
    5.1 ulp.
    """
    if not x > 0.0 or not x + n > 0.0 or n == INFINITY or x == INFINITY:
        return excess_outside(x, n)
    if 0.0 <= n <= FEW_FACTORS and n == floor(n):
        total, k = 0.0, 1.0
        while k < n:
            part = k / (x + k)
            total = total + part * ((x + (x + k)) / (x + k))
            k = k + 1.0
        return total / x / x
    total = 0.0
    while x < ASYMPTOTIC_FROM or x + n < ASYMPTOTIC_FROM:
        y, above = x + 1.0, x + n
        bracket = 3.0 * (x / y) * (x / above) + 2.0 * (x / y) * ((n + 1.0) / above) + n / above / y
        total = total + n / above * ((n - 1.0) / y) * bracket / x / x
        x = y
    p, q = 1.0 / x, 1.0 / (x + n)
    part = n * q
    return total + (part * p * (n * p - 0.5 * (p + q)) + trigamma_rest_difference(x, n))


def digamma_curvature(x: float, n: float) -> float:
    """2 digamma_excess(x, n)/x - trigamma_excess(x, n), the sum of k^2 / (x (x + k))^2 over k < n.

    From x >= 10 on its main part is (u + w - 2 log(1 + u)) / x with u = n/x, w = u / (1 + u): with s = u / (2 + u) that
    bracket is 8 s^3 times the sum of (j + 1) / (2j + 3) s^(2j). Measured error: 9.9 ulp.
    """
    if not x > 0.0 or not x + n > 0.0 or n == INFINITY or x == INFINITY:
        return excess_outside(x, n)
    if 0.0 <= n <= FEW_FACTORS and n == floor(n):
        total, k = 0.0, 1.0
        while k < n:
            part = k / (x + k)
            total = total + part * part
            k = k + 1.0
        return total / x / x
    if x < ASYMPTOTIC_FROM or x + n < ASYMPTOTIC_FROM:
        difference = digamma_difference(x, n)
        if n > 8.0 * x * difference:  # n/x^2 is nearly all of it
            return (n / x - 2.0 * difference) / x - trigamma_difference(x, n)
        return 2.0 * digamma_excess(x, n) / x - trigamma_excess(x, n)
    u = n / x
    w = n / (x + n)
    s = u / (2.0 + u)
    z = s * s
    y = DIGAMMA_CURVATURE[0]
    for coefficient in DIGAMMA_CURVATURE[1:]:
        y = fma(y, z, coefficient)
    bracket = 8.0 * s * z * y if u < 3.0 else (u - 2.0 * log1p(u)) + w
    rest = 2.0 * digamma_rest_difference(x, n) / x - trigamma_rest_difference(x, n)
    return (bracket - 0.5 * w * (w / x)) / x + rest


def excess_curvature(x: float, n: float) -> float:
    """x (x trigamma_excess(x, n) - digamma_excess(x, n)), the sum of k x / (x + k)^2 over k < n, for x > 0 and n > 0.

    A step of the recurrence at z = x + j adds n m x (z^2 (2x - j) + z (n + 1) (x - j) - n j) / (z (z + 1) (z + n))^2
    for m = n - 1: the steps of the two excesses cancel, these have one sign up to j = x. For a small m the rest, whose
    large parts cancel, is that of z + 1 and m. Measured error: 7.3 ulp.
    """
    if x >= ASYMPTOTIC_FROM:
        return excess_curvature_far(x, n)
    total, z, j, m = 0.0, x, 0.0, n - 1.0
    while z < ASYMPTOTIC_FROM or z + n < ASYMPTOTIC_FROM:
        y, above = z + 1.0, z + n
        bracket = fma(z, x + (x - j), (n + 1.0) * (x - j)) - n * (j / z)
        total = total + n / above * (m / y) * (x / z) * (bracket / (y * above))
        j = j + 1.0
        z = x + j
    if math.fabs(m) < 0.5:
        y, q = z + 1.0, 1.0 / (z + n)
        r = m / y
        first = r / z - (log1pmx(r) + 0.5 * r * q) + digamma_rest_difference(y, m)
        second = r * q * (fma(m, y, z + y) / z / z - 0.5 * (1.0 / y + q)) + trigamma_rest_difference(y, m)
    else:
        p, q = 1.0 / z, 1.0 / (z + n)
        r = n * p
        first = digamma_rest_difference(z, n) - (log1pmx(r) + 0.5 * r * q)
        second = r * q * (r - 0.5 * (p + q)) + trigamma_rest_difference(z, n)
    return total + x * (x * second - first)


def excess_curvature_far(x: float, n: float) -> float:
    """`excess_curvature` for x >= 10: with u = n/x and w = u/(1 + u) its main part is x (log(1 + u) - w) - w (1 - w)/2.

    That cancels next to n = 1, where it is written in m = n - 1 and x + 1.
    """
    q = 1.0 / (x + n)
    if n < 0.5:
        w = n * q
        rest = x * trigamma_rest_difference(x, n) - digamma_rest_difference(x, n)
        return x * (log1p_excess(n / x) + rest) - 0.5 * w * (x * q)
    y, m = x + 1.0, n - 1.0
    r, p = m / y, 1.0 / y
    rest = x * trigamma_rest_difference(y, m) - digamma_rest_difference(y, m)
    return x * (log1p_excess(r) + (0.5 * r * q * (1.0 + (p + n * q)) + rest))


def excess_outside(x: float, n: float) -> float:
    """The limits of both excesses at x = 0 and at infinities; NaN outside of x > 0, x + n > 0."""
    if x == INFINITY:
        return 0.0 if n - n == 0.0 else NOT_A_NUMBER
    if x == 0.0 and n >= 0.0:
        return 0.0 if n == 0.0 or n == 1.0 else (INFINITY if n > 1.0 else -INFINITY)
    return INFINITY if x > 0.0 and n == INFINITY else NOT_A_NUMBER
