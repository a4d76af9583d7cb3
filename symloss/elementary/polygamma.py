"""Derivatives of log Gamma: digamma, trigamma and polygamma."""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.arithmetic import floor
from symloss.elementary.constants import INFINITY, NOT_A_NUMBER, PI
from symloss.elementary.gamma import sin_pi
from symloss.elementary.logarithm import log
from symloss.elementary.primitives import fma

POLYGAMMA_HIGHEST_ORDER = 170.0  # 171! overflows
DIGAMMA_OVERFLOWS_BELOW = 5.57e-309  # 1 / x is above the largest float64
ASYMPTOTIC_FROM = 10.0  # from here on the eight terms of DIGAMMA_SERIES leave an error below 1e-18

# B_2k / (2k), k = 8 .. 1, from the Bernoulli numbers: psi(x) = log x - 1/(2x) - sum of these over x^(2k); DLMF 5.11.2.
DIGAMMA_SERIES = (
    -0.4432598039215686, 0.08333333333333333, -0.021092796092796094, 0.007575757575757576, -0.004166666666666667,
    0.003968253968253968, -0.008333333333333333, 0.08333333333333333,
)  # fmt: skip
TRIGAMMA_FROM = 12.0  # there the ten terms of its series leave an error below 1e-21
# B_2k, k = 1 .. 10, the Bernoulli numbers.
BERNOULLI = (
    0.16666666666666666, -0.03333333333333333, 0.023809523809523808, -0.03333333333333333, 0.07575757575757576,
    -0.2531135531135531, 1.1666666666666667, -7.092156862745098, 54.971177944862156, -529.1242424242424,
)  # fmt: skip

# The positive zero of psi in two parts.
DIGAMMA_ZERO = 1.4616321449683622
DIGAMMA_ZERO_LOW = 9.549995429965697e-17
# The same, less one.
DIGAMMA1P_ZERO = 0.46163214496836236
DIGAMMA1P_ZERO_LOW = -1.5522348162858677e-17

# psi(x) / (x - zero) in powers of d = x - 1.5, |d| <= 1/2;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 1.5e-17.
DIGAMMA_ROOT_POLYNOMIAL = (
    -0.00017312261802727394, 0.00025968482126430747, -0.00015148586836773365, 0.0002272331660987376,
    -0.0004821990530566789, 0.0007233266279287554, -0.0010376374098418604, 0.0015566317474486838, -0.002345267632540769,
    0.003519006401502276, -0.005279964873257405, 0.007926944646403797, -0.011908218001568644, 0.0179072524394512,
    -0.02697579675613825, 0.04076083381242074, -0.061922133273064534, 0.09498872445494122, -0.14840492305390884,
    0.2405424842407742, -0.4236274212814605, 0.951055876031833,
)  # fmt: skip
# psi(x) in powers of d = x - 2.5, |d| <= 1/2;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 2.7e-17.
DIGAMMA_TWO = (
    -2.047891022197242e-07, 5.126050992843158e-07, -1.0661559311957542e-06, 2.672613474275583e-06,
    -6.802386003463138e-06, 1.7097814576852476e-05, -4.305222744303708e-05, 0.00010882468831361856,
    -0.0002764392890487257, 0.0007073882522027979, -0.0018305640368755439, 0.004821409817920042, -0.01307316664613865,
    0.03731764146960415, -0.11810202582086357, 0.4903577561002345, 0.7031566406452432,
)  # fmt: skip


def digamma_near_zero(x: float) -> float:
    """psi(x) for 1 <= x <= 2, relative to its zero."""
    d = x - 1.5
    y = DIGAMMA_ROOT_POLYNOMIAL[0]
    for coefficient in DIGAMMA_ROOT_POLYNOMIAL[1:]:
        y = fma(y, d, coefficient)
    return ((x - DIGAMMA_ZERO) - DIGAMMA_ZERO_LOW) * y


def digamma1p(x: float) -> float:
    """psi(1 + x) for x > -1, relative to its zero; -inf at -1, inf at inf. Measured error: 3.6 ulp."""
    if 0.0 <= x <= 1.0:
        d = x - 0.5
        y = DIGAMMA_ROOT_POLYNOMIAL[0]
        for coefficient in DIGAMMA_ROOT_POLYNOMIAL[1:]:
            y = fma(y, d, coefficient)
        return ((x - DIGAMMA1P_ZERO) - DIGAMMA1P_ZERO_LOW) * y
    total = 1.0 + x
    y = digamma(total)
    if not 1.0 < x < INFINITY:
        return y
    # What rounding took from 1 + x, times psi' = 1/x + 1/(2 x^2) + 1/(6 x^3) to 1e-2.
    reciprocal = 1.0 / total
    return y + (x - (total - 1.0)) * reciprocal * (1.0 + reciprocal * (0.5 + reciprocal * 0.16666666666666666))


def digamma_positive(x: float) -> float:
    """psi(x) for x > 0: to [1, 2] by one step of the recurrence, or down to [2, 3] by positive terms, or asymptotic."""
    if x < 1e-20:
        return -1.0 / x if x > DIGAMMA_OVERFLOWS_BELOW else -INFINITY
    if x < 1.0:
        return digamma_near_zero(1.0 + x) - 1.0 / x
    if x <= 2.0:
        return digamma_near_zero(x)
    if x >= ASYMPTOTIC_FROM:
        reciprocal = 1.0 / x
        z = reciprocal * reciprocal
        y = DIGAMMA_SERIES[0]
        for coefficient in DIGAMMA_SERIES[1:]:
            y = fma(y, z, coefficient)
        return log(x) - (0.5 * reciprocal + z * y)
    total = 0.0
    while x > 3.0:
        x = x - 1.0
        total = total + 1.0 / x
    d = x - 2.5
    y = DIGAMMA_TWO[0]
    for coefficient in DIGAMMA_TWO[1:]:
        y = fma(y, d, coefficient)
    return y + total


def digamma(x: float) -> float:
    """psi(x) = d log Gamma / dx; -inf at 0, NaN at the negative integers, inf at inf. Measured error: 2.0 ulp for x >
    0.

    Below 0 the reflection formula; only the absolute error is small near the negative zeros.
    """
    if x > 0.0:
        return digamma_positive(x)
    if x == 0.0:
        return -INFINITY
    if x == floor(x) or x != x:
        return NOT_A_NUMBER
    if x > -1e-20:
        return -1.0 / x if x < -DIGAMMA_OVERFLOWS_BELOW else INFINITY
    distance = x - floor(x) if x < -0.5 else x
    return digamma_positive(1.0 - x) - PI / math.tan(PI * (distance - 1.0 if distance > 0.5 else distance))


def hurwitz_zeta(s: float, x: float) -> float:
    """The sum of 1 / (x + k)^s over k = 0, 1, ... for s >= 2 and x > 0 by Euler and Maclaurin's formula; DLMF
    25.11.5."""
    total = 0.0
    smallest = 10.0 + s
    while x < smallest:
        total = total + math.pow(x, -s)
        x = x + 1.0
    last = math.pow(x, -s)
    reciprocal = 1.0 / x
    factor = s * reciprocal
    tail = 0.0
    k = 1.0
    for bernoulli in BERNOULLI:
        # factor is s (s + 1) ... (s + 2k - 2) / ((2k)! x^(2k - 1)), without the 1/2 of (2k)! at k = 1
        tail = tail + 0.5 * bernoulli * factor
        growth = (s + 2.0 * k - 1.0) * (s + 2.0 * k) / ((2.0 * k + 1.0) * (2.0 * k + 2.0))
        factor = factor * growth * reciprocal * reciprocal
        k = k + 1.0
    # x^-s underflows long before x^(1 - s) / (s - 1)
    return total + (math.pow(x, 1.0 - s) / (s - 1.0) + last * (0.5 + tail))


def trigamma_positive(x: float) -> float:
    """psi'(x) for x > 0: the asymptotic series, and the terms 1/(x + k)^2 of the recurrence from the smallest on."""
    steps = 0.0
    while x + steps < TRIGAMMA_FROM:
        steps = steps + 1.0
    reciprocal = 1.0 / (x + steps)
    square = reciprocal * reciprocal
    y = BERNOULLI[9]
    for k in range(8, -1, -1):
        y = fma(y, square, BERNOULLI[k])
    total = reciprocal + fma(0.5, square, square * reciprocal * y)
    while steps > 0.0:
        steps = steps - 1.0
        above = x + steps
        total = total + 1.0 / above / above
    return total


def trigamma(x: float) -> float:
    """psi'(x); inf at 0 and at the negative integers, 0 at inf. Measured error: 2.1 ulp for x > 0."""
    if x > 0.0:
        return trigamma_positive(x) if x != INFINITY else 0.0
    if x == floor(x) or math.fabs(x) < 1e-160:
        return INFINITY
    sine = sin_pi(x)
    return PI / sine * (PI / sine) - hurwitz_zeta(2.0, 1.0 - x) if x == x and x > -INFINITY else NOT_A_NUMBER


def polygamma(n: float, x: float) -> float:
    """The n-th derivative of psi, n = 0 .. 170; x > 0 for n >= 2, NaN elsewhere. Measured error: 5.5 ulp.

    n! times the sum of 1 / (x + k)^(n + 1), all of one sign: terms until x is 10 + n, then the asymptotic series.
    """
    if n != floor(n) or n < 0.0 or n > POLYGAMMA_HIGHEST_ORDER or x != x:
        return NOT_A_NUMBER
    if n == 0.0:
        return digamma(x)
    if not x > 0.0:
        return trigamma(x) if n == 1.0 else NOT_A_NUMBER
    if x == INFINITY:
        return 0.0 if n % 2.0 == 1.0 else -0.0
    sum_of_powers = hurwitz_zeta(n + 1.0, x)
    factorial = 1.0
    k = 2.0
    while k <= n:
        factorial = factorial * k
        k = k + 1.0
    size = factorial * sum_of_powers
    return size if n % 2.0 == 1.0 else -size
