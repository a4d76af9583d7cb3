"""log and its relatives, without branches, so that a loop over them is vectorised."""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.constants import (
    INFINITY,
    LN2,
    LN2_HIGH,
    LN2_LOW,
    LN2_TAIL,
    NOT_A_NUMBER,
    ROUND,
    ROUND_BITS,
    SMALLEST_NORMAL,
    TWO_54,
)
from symloss.elementary.primitives import bits, fma, from_bits

TWO_MINUS_53 = 1.1102230246251565e-16  # below it x^2/2 is less than half an ulp of x
SQRT_HALF_BITS = 0x3FE6A09E667F3BCD  # the bits of sqrt(1/2); subtracted, they leave m in [sqrt 1/2, sqrt 2)

# 2 (atanh(s) / s - 1) / s^2 in powers of z = s^2 for |s| <= 3 - sqrt 8;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 4.6e-16.
LOG = (
    0.14616484198366603, 0.1533171880828007, 0.18182889209266595, 0.22222211133642084, 0.2857142862598255,
    0.3999999999989949, 0.666666666666667,
)  # fmt: skip
# The same for |s| <= 1/5;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 3.7e-17.
LOG_UNIT = (
    0.13604015707124079, 0.1321036048513262, 0.15388834677801916, 0.18181738454723026, 0.22222223037807243,
    0.2857142856733919, 0.400000000000078, 0.6666666666666666,
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


def log_in_parts(x: float) -> tuple[float, float]:
    """A leading part of log x for 0 < x < inf, and what is left of it. No branches.

    x = 2^n m with m in [sqrt 1/2, sqrt 2), f = m - 1 and s = f / (2 + f): log m = 2 atanh s = f - f^2/2 + s (f^2/2 +
    R), the arrangement of FreeBSD's e_log.c; here what rounding takes from n log 2 + (f - f^2/2) is kept.
    """
    tiny = x < SMALLEST_NORMAL
    scaled = x * TWO_54
    word = bits(scaled if tiny else x)
    exponent = (word - SQRT_HALF_BITS) >> 52
    m = from_bits(word - (exponent << 52))
    n = from_bits(exponent + ROUND_BITS) - (ROUND + 54.0 if tiny else ROUND)
    f = m - 1.0
    s = f / (2.0 + f)
    half = 0.5 * f
    above = fma(-half, f, f)
    rest = fma(s, fma(half, f, log_polynomial(s * s)), fma(-half, f, f - above))
    leading = fma(n, LN2_HIGH, above)
    error = fma(n, LN2_HIGH, -leading) + above
    return leading, error + fma(n, LN2_LOW, rest)


def log(x: float) -> float:
    """log x; -inf at 0, NaN below 0, inf at inf. No branches. Measured error: 0.60 ulp."""
    leading, rest = log_in_parts(x)
    y = leading + rest
    outside = -INFINITY if x == 0.0 else NOT_A_NUMBER
    outside = x if x == INFINITY else outside
    y = y if x > 0.0 else outside
    return y if x != INFINITY else x


def log_error(x: float) -> float:
    """What rounding takes from `log`: log x less that, to an eighth; 0 where not finite. No branches."""
    leading, rest = log_in_parts(x)
    error = (leading - (leading + rest)) + rest
    return error if x > 0.0 and x < INFINITY else 0.0


def log_sum_in_parts(high: float, low: float) -> tuple[float, float]:
    """A leading part of log(high + low) for 0 < high < inf and |low| <= ulp(high) / 2, and what is left of it. No
    branches.

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
    shift = 1023 - exponent
    scale = from_bits((0 if shift < 0 else shift) << 52)  # 2^-exponent; 0 where that is subnormal
    correction = low * scale * fma(-2.0 * s, 1.0 - s, 1.0)
    half = 0.5 * f
    above = fma(-half, f, f)
    rest = fma(s, fma(half, f, log_polynomial(s * s)), fma(-half, f, f - above) + correction)
    leading = fma(n, LN2_HIGH, above)
    error = fma(n, LN2_HIGH, -leading) + above
    return leading, error + fma(n, LN2_LOW, rest)


def log_sum(high: float, low: float) -> float:
    """log(high + low) for |low| <= ulp(high) / 2; NaN for high < 0, -inf at high = 0. No branches."""
    leading, rest = log_sum_in_parts(high, low)
    y = leading + rest
    outside = -INFINITY if high == 0.0 else NOT_A_NUMBER
    y = y if high > 0.0 else outside
    return y if high != INFINITY else high


def log1p_unit_polynomial(z: float) -> float:
    """2 (atanh(s) / s - 1) at z = s^2 for |s| <= 1/5."""
    y = LOG_UNIT[0]
    y = fma(y, z, LOG_UNIT[1])
    y = fma(y, z, LOG_UNIT[2])
    y = fma(y, z, LOG_UNIT[3])
    y = fma(y, z, LOG_UNIT[4])
    y = fma(y, z, LOG_UNIT[5])
    y = fma(y, z, LOG_UNIT[6])
    y = fma(y, z, LOG_UNIT[7])
    return z * y


def log1p_unit(x: float) -> float:
    """log(1 + x) for 0 <= x <= 1, in half the time of log1p. No branches.

    As log with n = 0 and f = x below 1/2; from there on with n = 1 and f = (x - 1) / 2, which is exact.
    """
    near = x < 0.5
    f = x if near else fma(0.5, x, -0.5)
    s = f / (2.0 + f)
    half = 0.5 * f
    above = fma(-half, f, f)
    rest = fma(s, fma(half, f, log1p_unit_polynomial(s * s)), fma(-half, f, f - above))
    whole = 0.0 if near else LN2
    leading = whole + above
    return leading + ((above - (leading - whole)) + (rest + (0.0 if near else LN2_TAIL)))


def log1p(x: float) -> float:
    """log(1 + x); -inf at -1, NaN below -1, inf at inf, x itself where |x| < 2^-53. No branches. Measured error: 0.66
    ulp.

    1 + x is rounded, and the exact error of that sum (TwoSum) is handed on.
    """
    total = 1.0 + x
    part = total - 1.0
    error = (1.0 - (total - part)) + (x - part)
    y = log_sum(total, error)
    return x if math.fabs(x) < TWO_MINUS_53 else y


def xlogy(x: float, y: float) -> float:
    """x log y; 0 where x = 0, even at y = 0; NaN where y is NaN."""
    product = x * log(y)
    return 0.0 if x == 0.0 and y == y else product


def xlog1py(x: float, y: float) -> float:
    """x log(1 + y); 0 where x = 0, even at y = -1; NaN where y is NaN."""
    product = x * log1p(y)
    return 0.0 if x == 0.0 and y == y else product
