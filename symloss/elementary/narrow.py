"""What float32 kernels call where a loop computes in float32, in sixteen lanes: float32 arithmetic throughout, no
branches. `symloss.lower.narrow` says where that is allowed, and holds a bound for the error of each."""

from __future__ import annotations

from numpy import float32

from symloss.elementary.primitives import Single, fma, magnitude, short_power_of_two

NARROW_ZERO = float32(0.0)
NARROW_HALF = float32(0.5)
NARROW_ONE = float32(1.0)
NARROW_TWO = float32(2.0)

# Below it e^x is less than half the smallest subnormal float32: 2^-150 = e^-103.97.
NARROW_LOWEST = float32(-104.0)
NARROW_LOG2E = float32(1.442695)  # 1/log(2), rounded
# log(2) in two parts, the first of 15 bits, so that its products with the integers up to 256 are exact.
NARROW_LN2_HIGH = float32(0.69314575)
NARROW_LN2_LOW = float32(1.4286068e-06)
# 1.5 * 2^23, added and taken away, rounds to an integer; and a float32's bias and 32 more, that 2^n is a normal number.
NARROW_ROUND = float32(12583071.0)
NARROW_SCALE = float32(2.3283064365386963e-10)  # 2^-32

# (e^r - 1 - r) / r^2 for |r| <= log(2)/2;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 1.4e-07.
EXP_NARROW = (float32(0.0013926177), float32(0.008363174), float32(0.041666556), float32(0.16666578), float32(0.5))


def exp_decay_narrow(x: Single, error: Single) -> Single:
    """e^(x + error) for x <= 0 and an error far below 1, as rounding x leaves it; 0 below -104, whatever the error.

    t - n log 2 is exact but for its low part; 1 is added to it first, and what rounding takes from that sum is kept.
    Two factors for 2^n, since a subnormal result needs n down to -150: the first product is exact.
    """
    t = NARROW_LOWEST if x < NARROW_LOWEST else x
    kept = NARROW_ZERO if x < NARROW_LOWEST else error
    shifted = fma(t, NARROW_LOG2E, NARROW_ROUND)
    n = shifted - NARROW_ROUND
    above = fma(n, -NARROW_LN2_HIGH, t)
    below = fma(n, -NARROW_LN2_LOW, kept)
    r = above + below
    leading = NARROW_ONE + above
    rest = (above - (leading - NARROW_ONE)) + below
    y = EXP_NARROW[0]
    y = fma(y, r, EXP_NARROW[1])
    y = fma(y, r, EXP_NARROW[2])
    y = fma(y, r, EXP_NARROW[3])
    y = fma(y, r, EXP_NARROW[4])
    return (leading + fma(r * r, y, rest)) * short_power_of_two(shifted) * NARROW_SCALE


def exp_difference_narrow(a: Single, b: Single) -> Single:
    """e^(a - b) for a <= b; 1 where they are equal, at infinity too. The error of a - b is kept (Knuth's TwoSum)."""
    same = a == b
    difference = NARROW_ZERO if same else a - b
    part = difference - a
    error = (a - (difference - part)) - (b + part)
    return exp_decay_narrow(difference, NARROW_ZERO if same else error)


def sigmoid_narrow(x: Single) -> Single:
    """1 / (1 + e^-x)."""
    e = exp_decay_narrow(-magnitude(x), NARROW_ZERO)
    return (NARROW_ONE if x > NARROW_ZERO else e) / (NARROW_ONE + e)


def sigmoid_slope_narrow(x: Single) -> Single:
    """The slope of the logistic function: e / (1 + e)^2 = e / (1 + e (e + 2)) for e = e^-|x|, with what rounding took
    from the divisor and the quotient."""
    e = exp_decay_narrow(-magnitude(x), NARROW_ZERO)
    above = e + NARROW_TWO
    square = fma(e, above, NARROW_ONE)
    lost = fma(e, above, NARROW_ONE - square)
    reciprocal = NARROW_ONE / square
    y = e * reciprocal
    return fma(fma(-y, lost, fma(-y, square, e)), reciprocal, y)


def fma_narrow(a: Single, b: Single, c: Single) -> Single:
    """a * b + c with one rounding."""
    return fma(a, b, c)


def product_or_zero_narrow(w: Single, g: Single) -> Single:
    """w * g, and 0 where w is 0 although g is infinite."""
    return NARROW_ZERO if w == NARROW_ZERO else w * g


def abs_narrow(x: Single) -> Single:
    """|x|."""
    return magnitude(x)


def sign_narrow(x: Single) -> Single:
    """-1, 0 or 1; 0 at 0, NaN at NaN."""
    negative = -NARROW_ONE if x < NARROW_ZERO else (x if x != x else NARROW_ZERO)
    return NARROW_ONE if x > NARROW_ZERO else negative


def step_narrow(x: Single) -> Single:
    """Heaviside's function: 0 below 0, 1/2 at 0, 1 above; NaN at NaN."""
    below = NARROW_HALF if x == NARROW_ZERO else NARROW_ZERO
    value = NARROW_ONE if x > NARROW_ZERO else below
    return x if x != x else value


def maximum_narrow(a: Single, b: Single) -> Single:
    """The larger of two; NaN where one of them is."""
    larger = a if a > b else b
    return a if a != a else larger


def minimum_narrow(a: Single, b: Single) -> Single:
    """The smaller of two; NaN where one of them is."""
    smaller = a if a < b else b
    return a if a != a else smaller
