"""log and its relatives. `log`, `log1p`, `log1p_unit` and `log_sum` have no branches, so that a loop over them is
vectorised."""

from __future__ import annotations

from symloss.elementary.constants import (
    INFINITY,
    LN2_HIGH,
    LN2_LOW,
    NOT_A_NUMBER,
    ROUND,
    ROUND_BITS,
    SMALLEST_NORMAL,
    TWO_54,
)
from symloss.elementary.primitives import bits, fma, from_bits

SQRT_HALF_BITS = 0x3FE6A09E667F3BCD  # the bits of sqrt(1/2); subtracted, they leave m in [sqrt 1/2, sqrt 2)
LN2_MINUS_HALF = 0.1931471805599453  # log 2 - 1/2
LN2_MINUS_FIVE_EIGHTHS = 0.06814718055994531  # log 2 - 5/8
SQRT_TWO_MINUS_ONE = 0.41421356237309503  # any bound near it serves

# 2 (atanh(s) / s - 1) / s^2 in powers of z = s^2 for |s| <= 3 - sqrt 8;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 4.6e-16.
LOG = (
    0.14616484198366603, 0.1533171880828007, 0.18182889209266595, 0.22222211133642084, 0.2857142862598255,
    0.3999999999989949, 0.666666666666667,
)  # fmt: skip
# 2 (atanh(s) / s - 1) / s^2 in powers of z = s^2 for |s| <= 1/3;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 3.4e-18.
LOG1PMX = (
    0.1563134332075557, 0.07491740334509496, 0.10845268502768013, 0.1173426795617247, 0.13335179455463733,
    0.15384543927176786, 0.1818181989900684, 0.22222222198220246, 0.2857142857160023, 0.39999999999999525,
    0.6666666666666666,
)  # fmt: skip


def log_polynomial(z: float) -> float:
    """2 (atanh(s) / s - 1) at z = s^2."""
    y = LOG[0]
    y = fma(y, z, LOG[1])
    y = fma(y, z, LOG[2])
    y = fma(y, z, LOG[3])
    y = fma(y, z, LOG[4])
    y = fma(y, z, LOG[5])
    y = fma(y, z, LOG[6])
    return z * y


def log(x: float) -> float:
    """log x; -inf at 0, NaN below 0, inf at inf. No branches. Measured error: 0.8 ulp.

    x = 2^n m with m in [sqrt 1/2, sqrt 2), f = m - 1 and s = f / (2 + f): log m = 2 atanh s = f - (f^2/2 - s (f^2/2 +
    R)), the arrangement of FreeBSD's e_log.c, whose leading term f is exact.
    """
    tiny = x < SMALLEST_NORMAL
    scaled = x * TWO_54
    word = bits(scaled if tiny else x)
    exponent = (word - SQRT_HALF_BITS) >> 52
    m = from_bits(word - (exponent << 52))
    n = from_bits(exponent + ROUND_BITS) - (ROUND + 54.0 if tiny else ROUND)
    f = m - 1.0
    s = f / (2.0 + f)
    half_square = 0.5 * f * f
    small = fma(s, half_square + log_polynomial(s * s), n * LN2_LOW)
    y = n * LN2_HIGH - ((half_square - small) - f)
    outside = -INFINITY if x == 0.0 else NOT_A_NUMBER
    outside = x if x == INFINITY else outside
    y = y if x > 0.0 else outside
    return y if x != INFINITY else x


def log_sum(high: float, low: float) -> float:
    """log(high + low) for |low| <= ulp(high) / 2; NaN for high < 0, -inf at high = 0. No branches.

    As log; `low` adds low / m to the result. It is below 2^-53 of m, so that 1/m = (1 - s) / (1 + s) to 1 % is enough.
    """
    tiny = high < SMALLEST_NORMAL
    scaled = high * TWO_54
    word = bits(scaled if tiny else high)
    exponent = (word - SQRT_HALF_BITS) >> 52
    m = from_bits(word - (exponent << 52))
    n = from_bits(exponent + ROUND_BITS) - (ROUND + 54.0 if tiny else ROUND)
    f = m - 1.0
    s = f / (2.0 + f)
    half_square = 0.5 * f * f
    shift = 1023 - exponent
    scale = from_bits((0 if shift < 0 else shift) << 52)  # 2^-exponent; 0 where that is subnormal
    correction = low * scale * fma(-2.0 * s, 1.0 - s, 1.0)
    small = fma(s, half_square + log_polynomial(s * s), fma(n, LN2_LOW, correction))
    y = n * LN2_HIGH - ((half_square - small) - f)
    outside = -INFINITY if high == 0.0 else NOT_A_NUMBER
    y = y if high > 0.0 else outside
    return y if high != INFINITY else high


def log1p_unit(x: float) -> float:
    """log(1 + x) for 0 <= x <= 1, in half the time of log1p. No branches.

    As log with n = 0 and f = x, which is exact, up to sqrt 2 - 1; above with n = 1 and f = (x - 1) / 2.
    """
    near = x < SQRT_TWO_MINUS_ONE
    f = x if near else 0.5 * (x - 1.0)
    s = f / (2.0 + f)
    half_square = 0.5 * f * f
    small = fma(s, half_square + log_polynomial(s * s), 0.0 if near else LN2_LOW)
    return (0.0 if near else LN2_HIGH) - ((half_square - small) - f)


def log1p(x: float) -> float:
    """log(1 + x); -inf at -1, NaN below -1, inf at inf, x itself at 0. No branches. Measured error: 0.9 ulp.

    1 + x is rounded, and the exact error of that sum (TwoSum) is handed on.
    """
    total = 1.0 + x
    part = total - 1.0
    error = (1.0 - (total - part)) + (x - part)
    y = log_sum(total, error)
    return x if x == 0.0 else y


def log1pmx(x: float) -> float:
    """log(1 + x) - x; -inf at -1 and at inf, NaN below -1. Measured error: 2.2 ulp.

    With s = x / (2 + x): 2 s - x = -s x, so the difference is s (2 (atanh(s)/s - 1) - x) without cancellation near 0.
    """
    if not -0.5 <= x <= 1.0:
        return log1p(x) - x if x != INFINITY else -INFINITY
    s = x / (2.0 + x)
    z = s * s
    y = LOG1PMX[0]
    for coefficient in LOG1PMX[1:]:
        y = fma(y, z, coefficient)
    return s * fma(z, y, -x)


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

    With s = x / (2 + x), z = s^2 and log(1 + x) = 2 s + s z P(z): s z P + 2 z / (1 + s).
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


def xlogy(x: float, y: float) -> float:
    """x log y; 0 where x = 0, even at y = 0; NaN where y is NaN."""
    product = x * log(y)
    return 0.0 if x == 0.0 and y == y else product


def xlog1py(x: float, y: float) -> float:
    """x log(1 + y); 0 where x = 0, even at y = -1; NaN where y is NaN."""
    product = x * log1p(y)
    return 0.0 if x == 0.0 and y == y else product


def logit(p: float) -> float:
    """log(p / (1 - p)), the inverse of sigmoid; -inf at 0, inf at 1, NaN outside. Measured error: 1.5 ulp.

    2p - 1 is exact for p in [1/4, 3/4], so that the zero at 1/2 is approached without cancellation.
    """
    if 0.25 <= p <= 0.75:
        return log1p((2.0 * p - 1.0) / (1.0 - p))
    return log(p) - log1p(-p)
