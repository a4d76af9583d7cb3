"""Logarithms from which something nearly equal is subtracted, in two parts each, so that the difference keeps its
digits. `log1pmx`, `logit` and `atanh` have no branches."""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.arithmetic import difference_error, sum_error
from symloss.elementary.constants import (
    INFINITY,
    LN2_HIGH,
    LN2_LOW,
    NEGLIGIBLE,
    NOT_A_NUMBER,
    ROUND,
    ROUND_BITS,
    SMALLEST_NORMAL,
    TWO_54,
)
from symloss.elementary.exponential import TWO_600, TWO_MINUS_600
from symloss.elementary.logarithm import SQRT_HALF_BITS, log, log1p, log1p_unit_polynomial
from symloss.elementary.primitives import bits, fma, from_bits

LN2_MINUS_HALF = 0.1931471805599453  # log 2 - 1/2
LN2_MINUS_FIVE_EIGHTHS = 0.06814718055994531  # log 2 - 5/8

LOG_TWO_1200 = 831.7766166719343  # 1200 log 2

# 2 (atanh(s) / s - 1) / s^2 in powers of z = s^2 for |s| <= 1/3;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 3.4e-18.
LOG1PMX = (
    0.1563134332075557, 0.07491740334509496, 0.10845268502768013, 0.1173426795617247, 0.13335179455463733,
    0.15384543927176786, 0.1818181989900684, 0.22222222198220246, 0.2857142857160023, 0.39999999999999525,
    0.6666666666666666,
)  # fmt: skip


def log_reduced_normal(x: float) -> tuple[float, float]:
    """n and f with x = 2^n (1 + f), sqrt(1/2) <= 1 + f < sqrt 2, for a normal x > 0."""
    word = bits(x)
    exponent = (word - SQRT_HALF_BITS) >> 52
    return from_bits(exponent + ROUND_BITS) - ROUND, from_bits(word - (exponent << 52)) - 1.0


def log_reduced(x: float) -> tuple[float, float]:
    """n and f with x = 2^n (1 + f), sqrt(1/2) <= 1 + f < sqrt 2, for x > 0."""
    tiny = x < SMALLEST_NORMAL
    scaled = x * TWO_54
    n, f = log_reduced_normal(scaled if tiny else x)
    return n - 54.0 if tiny else n, f


def over_one_plus(low: float, f: float) -> float:
    """low / (1 + f) to three digits, from s = f / (2 + f): (1 - s) / (1 + s) is 1 - 2 s (1 - s (1 - s)) and more."""
    s = f / (2.0 + f)
    return fma(low, -2.0 * s * fma(-s, 1.0 - s, 1.0), low)


def power_of_two(n: float) -> float:
    """2^n for an integer n from -1022 to 1023; 0 below, the largest of these above."""
    exponent = bits(n + ROUND) - ROUND_BITS + 1023
    exponent = 0 if exponent < 0 else exponent
    return from_bits((2046 if exponent > 2046 else exponent) << 52)


def log1p_rest(f: float) -> tuple[float, float]:
    """f - log(1 + f) as high - low: half the square, and the rest with the error of the square.

    With s = f / (2 + f): log(1 + f) = 2 atanh s = f - (f^2/2 - s (f^2/2 + R)), the arrangement of FreeBSD's e_log.c.
    """
    s = f / (2.0 + f)
    half = 0.5 * f
    square = half * f
    return square, fma(s, square + log1p_unit_polynomial(s * s), -fma(half, f, -square))


def log_parts(n: float, f: float, correction: float) -> tuple[float, float]:
    """n log 2 + log(1 + f) + correction: the leading terms rounded, and the rest with what rounding took."""
    square, rest = log1p_rest(f)
    above = f - square
    whole = n * LN2_HIGH  # exact
    y = whole + above
    error = ((f - above) - square) + (above - (y - whole))
    return y, error + (rest + fma(n, LN2_LOW, correction))


def log1p_reduced(x: float) -> tuple[float, float]:
    """n and f with 1 + x = 2^n (1 + f), where f is x itself if n is 0, and otherwise rounded with 1 + x."""
    n, f = log_reduced_normal(1.0 + x)
    return n, x if n == 0.0 else f


def log1p_correction(x: float, low: float) -> float:
    """What `log1p_reduced` leaves of log(1 + x + low)."""
    n, f = log1p_reduced(x)
    return over_one_plus((low if n == 0.0 else sum_error(1.0, x) + low) * power_of_two(-n), f)


def log1p_parts(x: float, low: float) -> tuple[float, float]:
    """log(1 + x + low) in two parts, for finite x > -1 and |low| <= ulp(x)."""
    n, f = log1p_reduced(x)
    return log_parts(n, f, log1p_correction(x, low))


def log1pmx(x: float) -> float:
    """log(1 + x) - x; -inf at -1 and at inf, NaN below -1. No branches. Measured error: 1.4 ulp.

    Where 1 + x needs no power of two, x is subtracted by leaving it out.
    """
    n, f = log1p_reduced(x)
    square, small = log1p_rest(f)
    y, rest = log1p_parts(x, 0.0)
    far = (y - x) + (rest + difference_error(y, x))
    outside = -INFINITY if x == -1.0 else NOT_A_NUMBER
    far = far if x > -1.0 else outside
    far = -x if x == INFINITY else far
    return small - square if n == 0.0 else far


def log1p_excess_outside(x: float) -> float:
    """log1p_excess where x is not small; from 1 to 9 as its value at 1 and the growth from there, both positive."""
    if 1.0 < x < 9.0:
        v = 0.5 * (x - 1.0)
        return LN2_MINUS_HALF + (log1p(v) - 0.5 * v / (1.0 + v))
    if x == -1.0 or x == INFINITY:
        return INFINITY
    return log1p(x) - x / (1.0 + x) if x > -1.0 else NOT_A_NUMBER


def log1p_excess(x: float) -> float:
    """log(1 + x) - x / (1 + x); inf at -1 and at inf, NaN below -1.

    With s = x / (2 + x), z = s^2 and log(1 + x) = 2 s + s z P(z): s z P + 2 z / (1 + s). Measured error: 4.8 ulp.
    """
    if not -0.5 <= x <= 1.0:
        return log1p_excess_outside(x)
    s = x / (2.0 + x)
    z = s * s
    y = LOG1PMX[0]
    for coefficient in LOG1PMX[1:]:
        y = fma(y, z, coefficient)
    return s * fma(z, y, 2.0 * s / (1.0 + s))


def log1p_second_excess(x: float) -> float:
    """log(1 + x) - w - w^2/2 at w = x / (1 + x), for x >= 0; x^3/3 near 0, inf at inf.

    As log1p_excess: s z (P(z) + 2 / (1 + s)^2); from 1 to 9 its value at 1 and the growth from there.
    Measured error: 5.4 ulp.
    """
    if not -0.5 <= x <= 1.0:
        if 1.0 < x < 9.0:
            v = 0.5 * (x - 1.0)
            d = 0.5 * v / (1.0 + v)
            return LN2_MINUS_FIVE_EIGHTHS + (log1p(v) - d * (1.5 + 0.5 * d))
        if not -1.0 < x < INFINITY:
            return INFINITY if x == INFINITY else NOT_A_NUMBER
        w = x / (1.0 + x)
        return log1p(x) - w * (1.0 + 0.5 * w)
    s = x / (2.0 + x)
    z = s * s
    y = LOG1PMX[0]
    for coefficient in LOG1PMX[1:]:
        y = fma(y, z, coefficient)
    return s * z * (y + 2.0 / ((1.0 + s) * (1.0 + s)))


def log_ratio(n: float, f: float, g: float, correction: float) -> float:
    """n log 2 + log(1 + f) - log(1 + g) + correction, without cancellation where f and g differ in their sign alone."""
    square_f, rest_f = log1p_rest(f)
    square_g, rest_g = log1p_rest(g)
    linear, square = f - g, square_f - square_g
    error = difference_error(f, g) - difference_error(square_f, square_g)
    above = linear - square
    error = error + difference_error(linear, square)
    whole = n * LN2_HIGH  # exact
    y = whole + above
    return y + (((rest_f - rest_g) + fma(n, LN2_LOW, correction)) + (error + sum_error(whole, above)))


def logit(p: float) -> float:
    """log(p / (1 - p)), the inverse of sigmoid; -inf at 0, inf at 1, NaN outside. No branches. Measured error: 0.6
    ulp."""
    n, f = log_reduced(p)
    m, g = log1p_reduced(-p)
    y = log_ratio(n - m, f, g, -log1p_correction(-p, 0.0))
    outside = INFINITY if p == 1.0 else NOT_A_NUMBER
    outside = -INFINITY if p == 0.0 else outside
    return y if 0.0 < p < 1.0 else outside


def atanh(x: float) -> float:
    """The inverse of tanh on [-1, 1], infinite at its ends; NaN outside. No branches. Measured error: 0.6 ulp."""
    n, f = log1p_reduced(x)
    m, g = log1p_reduced(-x)
    y = 0.5 * log_ratio(n - m, f, g, log1p_correction(x, 0.0) - log1p_correction(-x, 0.0))
    size = math.fabs(x)
    outside = INFINITY if size == 1.0 else NOT_A_NUMBER
    y = y if size < 1.0 else outside
    return math.copysign(size if size < NEGLIGIBLE else y, x)


def divergence(x: float, y: float, d: float) -> float:
    """x log(x / y) + d for d = y - x, which is about d^2 / 2x for close x and y >= 0; y at x = 0. No branches.

    The difference is an argument, since the numbers may be rounded where it is known. Between y = 0.4 x and 1000 x
    neither form loses more than a factor of three. Measured error: 3.9 ulp.
    """
    near = x * (0.0 - log1pmx(d / (x if x != 0.0 else 1.0)))
    below = y if y != 0.0 else 1.0
    ratio = x / below
    large = ratio == INFINITY
    scaled = (TWO_MINUS_600 * x) / (TWO_600 * below) if large else ratio
    logarithm = log(scaled) + (LOG_TWO_1200 if large else 0.0)
    far = INFINITY if y == 0.0 or x == INFINITY else x * logarithm + d
    value = near if 0.4 * x < y < 1000.0 * x else far
    return d if ratio == 0.0 or y == INFINITY else value
