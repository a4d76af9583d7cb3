"""Trigonometric functions: the C library's, which are below 1 ulp in glibc and reduce huge arguments rightly.

A sum of two numbers is reduced here, each to quarter turns in two parts: its sine is not the sum of two products that
cancel.
"""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.arithmetic import floor
from symloss.elementary.parts import product_in_parts, sum_in_parts
from symloss.elementary.primitives import bits, fma, from_bits

SMALL_ANGLE = 9e-9  # its square is less than half an ulp of 1: its sine is the angle and its cosine 1
FAR_FROM_ZERO = 64.0  # a sine that is so many times its correction has not cancelled

# 2/pi in chunks of 24 bits, after the point, and pi/2 and 2/pi in two parts; from 2000 bits.
TWO_OVER_PI_CHUNKS = (
    10680707.0, 7228996.0, 1387004.0, 2578385.0, 16069853.0, 12639074.0, 9804092.0, 4427841.0, 16666979.0, 11263675.0,
    12935607.0, 2387514.0, 4345298.0, 14681673.0, 3074569.0, 13734428.0, 16653803.0, 1880361.0, 10960616.0, 8533493.0,
    3062596.0, 8710556.0, 7349940.0, 6258241.0, 3772886.0, 3769171.0, 3798172.0, 8675211.0, 12450088.0, 3874808.0,
    9961438.0, 366607.0, 15675153.0, 9132554.0, 7151469.0, 3571407.0, 2607881.0, 12013382.0, 4155038.0, 6285869.0,
    7677882.0, 13102053.0, 15825725.0, 473591.0, 9065106.0, 15363067.0, 6271263.0, 9264392.0,
)  # fmt: skip
HALF_PI = 1.5707963267948966
HALF_PI_TAIL = 6.123233995736766e-17
TWO_OVER_PI = 0.6366197723675814
TWO_OVER_PI_TAIL = -3.935735335036497e-17

MANTISSA = 0x000FFFFFFFFFFFFF
TWO_52_BITS = 0x4330000000000000  # the bits of 2^52, where the mantissa counts ones
CHUNKS = 8  # from the first chunk whose product is no whole number of turns on: the next is below 2^-110


def sin(x: float) -> float:
    """Sine; NaN at the infinities. Measured error: 0.51 ulp."""
    return math.sin(x)


def cos(x: float) -> float:
    """Cosine; NaN at the infinities. Measured error: 0.51 ulp."""
    return math.cos(x)


def within_two(x: float) -> float:
    """x less the nearest multiple of 4, which is exact."""
    return x - 4.0 * floor(0.25 * x + 0.5)


def quarter_turns(x: float) -> tuple[float, float]:
    """2 x/pi less a multiple of 4, as a number and what is left of it, to 2^-100.

    |x| is a whole number of 53 bits times 2^k. What it is times a chunk of 2/pi is exact as a sum of two numbers, and a
    multiple of 4 for the first chunks of a huge x (M. Payne and R. Hanek, Radian reduction for trigonometric
    functions, SIGNUM Newsletter 18 (1983), 19-24).
    """
    if math.fabs(x) < 1.0:
        return product_in_parts(x, 0.0, TWO_OVER_PI, TWO_OVER_PI_TAIL)
    word = bits(math.fabs(x))
    k = (word >> 52) - 1075
    whole = from_bits((word & MANTISSA) | TWO_52_BITS)
    first = (k - 2) // 24 if k > 2 else 0
    turns, rest = 0.0, 0.0
    for n in range(first, first + CHUNKS):
        scale = from_bits((k - 24 * (n + 1) + 1023) << 52)
        product = whole * TWO_OVER_PI_CHUNKS[n]
        below = fma(whole, TWO_OVER_PI_CHUNKS[n], -product) * scale
        product = product * scale
        turns, rest = sum_in_parts(turns, rest, within_two(product), within_two(below))
    return (-turns if x < 0.0 else turns), (-rest if x < 0.0 else rest)


def sine_of_sum(x: float, error: float, ahead: float) -> float:
    """sin(x + error + ahead pi/2): the sum in quarter turns, less the nearest whole number of them, is an angle."""
    turns, rest = quarter_turns(x)
    others, left = quarter_turns(error)
    turns, rest = sum_in_parts(turns, rest, others, left)
    quarters = floor(turns + 0.5)
    turns, rest = sum_in_parts(turns, rest, -quarters, 0.0)
    angle, low = product_in_parts(turns, rest, HALF_PI, HALF_PI_TAIL)
    quadrant = quarters + ahead - 4.0 * floor(0.25 * (quarters + ahead))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = quadrant == 1.0 or quadrant == 3.0
    y = fma(-low, sine, cosine) if odd else fma(low, cosine, sine)
    return -y if quadrant > 1.5 else y


def sin_corrected(x: float, error: float) -> float:
    """sin(x + error), where rounding x left the error, which may be as large as x has an ulp."""
    sine = math.sin(x)
    if error == 0.0 or error - error != 0.0:
        return sine
    y = fma(error, math.cos(x), sine)
    size = math.fabs(error)
    return y if size < SMALL_ANGLE and FAR_FROM_ZERO * size < math.fabs(y) else sine_of_sum(x, error, 0.0)


def cos_corrected(x: float, error: float) -> float:
    """cos(x + error), where rounding x left the error, which may be as large as x has an ulp."""
    cosine = math.cos(x)
    if error == 0.0 or error - error != 0.0:
        return cosine
    y = fma(-error, math.sin(x), cosine)
    size = math.fabs(error)
    return y if size < SMALL_ANGLE and FAR_FROM_ZERO * size < math.fabs(y) else sine_of_sum(x, error, 1.0)


def tan(x: float) -> float:
    """Tangent; NaN at the infinities. Measured error: 0.52 ulp."""
    return math.tan(x)


def asin(x: float) -> float:
    """The inverse of sin on [-1, 1]; NaN outside. Measured error: 0.51 ulp."""
    return math.asin(x)


def acos(x: float) -> float:
    """The inverse of cos on [-1, 1]; NaN outside. Measured error: 0.51 ulp."""
    return math.acos(x)


def atan(x: float) -> float:
    """The inverse of tan; -pi/2 and pi/2 at the infinities. Measured error: 0.51 ulp."""
    return math.atan(x)


def atan2(y: float, x: float) -> float:
    """The angle of the point (x, y). Measured error: 0.51 ulp."""
    return math.atan2(y, x)


def cosm1(x: float) -> float:
    """cos x - 1 = -2 sin^2(x/2); -x^2/2 near 0. Measured error: 1.9 ulp."""
    half = math.sin(0.5 * x)
    return -2.0 * half * half
