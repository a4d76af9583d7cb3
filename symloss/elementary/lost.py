"""What rounding takes from a result, to first order: the result as computed, plus this, is nearer to the exact one.

`symloss.stabilise.carried` adds these up along an expression and corrects its value once, at the end. `error` is what
is missing from an argument itself. None has branches, and none is guarded: `with_lost` leaves out what is not finite.
"""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.algebraic import SQUARE_DOMINATES, inverse_hypot_parts
from symloss.elementary.constants import INFINITY, LOG2E, ROUND, SMALLEST_NORMAL
from symloss.elementary.exponential import (
    doubled_exp_reduced_in_parts,
    exp_error,
    power_of_two_in_thirds,
    product_bounded,
)
from symloss.elementary.logarithm import TWO_MINUS_53, log_in_parts, log_sum_in_parts
from symloss.elementary.power import hypot, powers_of_two_at
from symloss.elementary.primitives import fma

SMALLEST_SQUARE = 2.004168360008973e-292  # 2^-969: half an ulp of it is a normal number


def with_lost(y: float, lost: float) -> float:
    """y + lost, and y where what is lost is not known."""
    return y + (lost if math.fabs(lost) < INFINITY else 0.0)


def sum_lost(a: float, b: float) -> float:
    """What rounding takes from a + b (Knuth's TwoSum)."""
    total = a + b
    part = total - a
    return (a - (total - part)) + (b - part)


def difference_lost(a: float, b: float) -> float:
    """What rounding takes from a - b (Knuth's TwoSum)."""
    difference = a - b
    part = difference - a
    return (a - (difference - part)) - (b + part)


def product_lost(a: float, b: float) -> float:
    """What rounding takes from a b."""
    return fma(a, b, -(a * b))


def quotient_lost(a: float, b: float, error: float, y: float) -> float:
    """b times what is missing from y = a / b, where error is missing from a; nothing where a is subnormal, since the
    remainder is rounded there."""
    remainder = fma(-y, b, a) + error
    return remainder if math.fabs(a) >= SMALLEST_NORMAL else 0.0


def sqrt_lost(x: float, error: float, y: float) -> float:
    """What is missing from y = sqrt(x), where error is missing from x; nothing where x is subnormal."""
    return 0.5 * (fma(-y, y, x) + error) / y if x >= SMALLEST_NORMAL else 0.0


def inverse_hypot_lost(v: float, error: float, z: float) -> float:
    """What is missing from z = inverse_hypot(v), whose slope is -v z^3, where error is missing from v."""
    size = math.fabs(v)
    far = size > SQUARE_DOMINATES
    y, correction = inverse_hypot_parts(SQUARE_DOMINATES if far else size)
    lost = z * fma(-z, size, 1.0) if far else fma(y, correction, y - z)
    return fma(-(z * z) * (z * v), error, lost)


def algebraic_sigmoid_lost(v: float, error: float, w: float) -> float:
    """What is missing from w = algebraic_sigmoid(v), whose slope is (1 + v^2)^(-3/2), where error is missing from v."""
    size = math.fabs(v)
    far = size > SQUARE_DOMINATES
    near = SQUARE_DOMINATES if far else size
    y, correction = inverse_hypot_parts(near)
    z = near * y
    lost = 0.0 if far else fma(z, correction, fma(near, y, -z)) - (math.fabs(w) - z)
    slope = 1.0 / size if far else y
    return fma(slope * slope * slope, error, math.copysign(lost, lost * v))


def exp_lost(x: float, error: float, y: float) -> float:
    """What is missing from y = exp(x), where error is missing from x."""
    return fma(y, error, exp_error(x))


def exp_product_lost(x: float, c: float, error: float, error_c: float, y: float) -> float:
    """What is missing from y = exp_product(x, c), where the errors are missing from x and from c."""
    t = product_bounded(x)
    n = fma(t, LOG2E, ROUND) - ROUND
    leading, rest = doubled_exp_reduced_in_parts(t, n)
    total = leading + rest
    part, last = power_of_two_in_thirds(n)
    scaled = c * part * part * last
    lost = fma(scaled, total, -y) + scaled * (rest - (total - leading))
    return fma(y, error, fma(error_c * part * part * last, total, lost))


def hypot_lost(x: float, y: float, error_x: float, error_y: float, z: float) -> float:
    """What is missing from z = hypot(x, y), where the errors are missing from x and y."""
    a, b = math.fabs(x), math.fabs(y)
    down, up = powers_of_two_at(a if a > b else b)
    p, q, root = x * down, y * down, z * down
    p_square, q_square = p * p, q * q
    total = p_square + q_square
    part = total - p_square
    rest = (p_square - (total - part)) + (q_square - part) + (fma(p, p, -p_square) + fma(q, q, -q_square))
    known = fma(p, error_x * down, q * (error_y * down))
    return fma(0.5, fma(-root, root, total) + rest, known) / (1.0 if root == 0.0 else root) * up


def inverse_hypot_exp_lost(
    r: float, t: float, scale: float, error_r: float, error_t: float, error_s: float, y: float
) -> float:
    """What is missing from y = inverse_hypot_exp(r, t, scale) for a scale that is a normal number, where the errors are
    missing from r and from the scale; that of t is in the scale's."""
    h = hypot(scale, r)
    lost = y * fma(-y, hypot_lost(scale, r, error_s, error_r, h), fma(-y, h, 1.0))
    return lost if scale >= SMALLEST_NORMAL else 0.0


def times_square_lost(w: float, g: float, error_w: float, error_g: float, y: float) -> float:
    """What is missing from y = w g^2, where the errors are missing from w and g; nothing where the square's own error
    is subnormal."""
    square = g * g
    inner = fma(2.0 * g, error_g, fma(g, g, -square))
    lost = fma(w, square, -y) + fma(w, inner, error_w * square)
    return lost if square >= SMALLEST_SQUARE else 0.0


def log_lost(x: float, error: float, y: float) -> float:
    """What is missing from y = log(x) for 0 < x < inf, where error is missing from x."""
    positive = 1.0 if x <= 0.0 else x
    leading, rest = log_in_parts(positive)
    return error / positive + (rest - (y - leading))


def log1p_lost(x: float, error: float, y: float) -> float:
    """What is missing from y = log1p(x), where error is missing from x."""
    total = 1.0 + x
    part = total - 1.0
    leading, rest = log_sum_in_parts(total, (1.0 - (total - part)) + (x - part))
    return error / (1.0 if total == 0.0 else total) + (rest - (y - leading) if math.fabs(x) >= TWO_MINUS_53 else 0.0)
