"""Functions that need no approximation: signs, steps, rounding to integers, extremes, the error of a difference."""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.constants import INFINITY, SMALLEST_NORMAL
from symloss.elementary.primitives import fma

INTEGERS_ONLY = 4503599627370496.0  # 2^52, from which on every float64 is an integer: a fact of the format


def abs(x: float) -> float:
    """|x|."""
    return math.fabs(x)


def sqrt(x: float) -> float:
    """The square root; NaN for x < 0. Correctly rounded."""
    return math.sqrt(x)


def sign(x: float) -> float:
    """-1, 0 or 1; 0 at 0, NaN at NaN."""
    positive = 1.0 if x > 0.0 else 0.0 * x
    return -1.0 if x < 0.0 else (x if x != x else (0.0 if x == 0.0 else positive))


def step(x: float) -> float:
    """Heaviside's function: 0 below 0, 1/2 at 0, 1 above; NaN at NaN."""
    below = 0.5 if x == 0.0 else 0.0
    value = 1.0 if x > 0.0 else below
    return x if x != x else value


def floor(x: float) -> float:
    """The largest integer that is not above x, as a float; -0.0, infinities and NaN stay."""
    size = math.fabs(x)
    nearest = math.copysign((size + INTEGERS_ONLY) - INTEGERS_ONLY, x)
    rounded = nearest - 1.0 if nearest > x else nearest
    return rounded if size < INTEGERS_ONLY else x


def ceiling(x: float) -> float:
    """The smallest integer that is not below x, as a float; that of -0.5 is -0.0, as in C."""
    return -floor(-x)


def multiply_add(a: float, b: float, c: float) -> float:
    """a b + c, rounded once."""
    return fma(a, b, c)


def product_or_zero(w: float, g: float) -> float:
    """w * g, and 0 where w is 0 although g is infinite."""
    return 0.0 if w == 0.0 else w * g


def number_or(x: float, y: float) -> float:
    """x, and y where x is NaN."""
    return x if x == x else y


def times_square(w: float, g: float) -> float:
    """w g^2, and 0 where w is 0: the square first, so that a subnormal w is not rounded on the way, if that is a normal
    number."""
    square = g * g
    held = square >= SMALLEST_NORMAL and square < INFINITY
    return 0.0 if w == 0.0 else (w * square if held else (w * g) * g)


def quotient_or_zero(x: float, n: float) -> float:
    """x / n, and 0 where n is 0."""
    return 0.0 * x if n == 0.0 else x / n


def masked_difference(a: float, b: float) -> float:
    """a - b, and -inf where both are -inf."""
    return -INFINITY if (a == -INFINITY) & (b == -INFINITY) else a - b


def one_sided_sign(u: float, d: float) -> float:
    """sign(u), and sign(d) where u is 0; NaN if either is."""
    return sign(d) if u == 0.0 or d != d else sign(u)


def maximum(a: float, b: float) -> float:
    """The larger of two; NaN where one of them is."""
    larger = a if a > b else b
    return a if a != a else larger


def minimum(a: float, b: float) -> float:
    """The smaller of two; NaN where one of them is."""
    smaller = a if a < b else b
    return a if a != a else smaller


def plus_error(x: float, error: float) -> float:
    """x and what rounding took from it."""
    return x + error


def sum_error(a: float, b: float) -> float:
    """What rounding takes from a + b: (a + b) computed, plus this, is a + b exactly (Knuth's TwoSum); 0 where not
    finite."""
    total = a + b
    part = total - a
    error = (a - (total - part)) + (b - part)
    return error if error - error == 0.0 else 0.0


def product_error(a: float, b: float) -> float:
    """What rounding takes from a * b, exact unless it is below the subnormal numbers; 0 where not finite."""
    error = fma(a, b, -(a * b))
    return error if error - error == 0.0 else 0.0


def difference_error(a: float, b: float) -> float:
    """What rounding takes from a - b: (a - b) computed, plus this, is a - b exactly (Knuth's TwoSum); 0 where not
    finite."""
    difference = a - b
    part = difference - a
    error = (a - (difference - part)) - (b + part)
    # error - error is 0 where error is finite and NaN elsewhere
    return error if error - error == 0.0 else 0.0
