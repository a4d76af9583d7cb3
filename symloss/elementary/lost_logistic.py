"""What rounding takes from the logistic function, its slope and the hyperbolic tangent; see `symloss.elementary.lost`.

The exponential comes in two parts, and what the remainder of the quotient leaves is divided once more. In a loop with
the function itself the exponential is computed once.
"""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.constants import LOG2E
from symloss.elementary.exponential import (
    EXP_LOWEST,
    ROUND_1623,
    TWO_MINUS_601,
    doubled_exp_reduced_in_parts,
    power_of_two_in,
)
from symloss.elementary.primitives import fma

# tanh(x)/x - 1 as a polynomial in x^2 up to x = 1/16, highest power first: the series, the next term is 2^-65.
TANH_SERIES = (
    3.592128036572481e-03, -8.863235529902197e-03, 0.021869488536155203, -0.05396825396825397, 0.13333333333333333,
    -0.3333333333333333,
)  # fmt: skip
TANH_NEAR = 0.0625


def exp_decay_in_parts(x: float) -> tuple[float, float]:
    """e^x for x <= 0 as a number and what is left of it, to 2^-60."""
    t = EXP_LOWEST if x < EXP_LOWEST else x
    shifted = fma(t, LOG2E, ROUND_1623)
    leading, rest = doubled_exp_reduced_in_parts(t, shifted - ROUND_1623)
    total = leading + rest
    scale, power = TWO_MINUS_601, power_of_two_in(shifted)
    return total * power * scale, (rest - (total - leading)) * power * scale


def tanh_lost(x: float, error: float, y: float) -> float:
    """What is missing from y = tanh(x), where error is missing from x.

    y (1 + e) less 1 - e for e = e^-2|x|; next to 0, where those are far larger, by the series.
    """
    size, result = math.fabs(x), math.fabs(y)
    e, rest = exp_decay_in_parts(-2.0 * size)
    above, below = 1.0 - e, 1.0 + e
    above_rest, below_rest = ((1.0 - above) - e) - rest, ((1.0 - below) + e) + rest
    far = (fma(-result, below, above) + fma(-result, below_rest, above_rest)) / below
    square = x * x
    p = fma(TANH_SERIES[0], square, TANH_SERIES[1])
    p = fma(
        fma(fma(fma(p, square, TANH_SERIES[2]), square, TANH_SERIES[3]), square, TANH_SERIES[4]), square, TANH_SERIES[5]
    )
    near = fma(size * square, p, size - result)
    return fma(error, fma(-y, y, 1.0), math.copysign(1.0, x) * (near if size < TANH_NEAR else far))


def sigmoid_lost(x: float, error: float, y: float) -> float:
    """What is missing from y = sigmoid(x), the larger or the smaller part of 1 + e at e = e^-|x|, where error is
    missing from x."""
    e, rest = exp_decay_in_parts(-math.fabs(x))
    below = 1.0 + e
    below_rest = ((1.0 - below) + e) + rest
    above, above_rest = (1.0 if x > 0.0 else e), (0.0 if x > 0.0 else rest)
    missing = (fma(-y, below, above) + fma(-y, below_rest, above_rest)) / below
    return fma(y * (1.0 - y), error, missing)


def sigmoid_slope_lost(x: float, error: float, y: float) -> float:
    """What is missing from y = sigmoid_slope(x) = e/(1 + e)^2 at e = e^-|x|, whose slope is -y tanh(x/2), where error
    is missing from x."""
    e, rest = exp_decay_in_parts(-math.fabs(x))
    below = 1.0 + e
    below_rest = ((1.0 - below) + e) + rest
    square = below * below
    square_rest = fma(2.0 * below, below_rest, fma(below, below, -square))
    missing = (fma(-y, square, e) + fma(-y, square_rest, rest)) / square
    return fma(-y * math.copysign((1.0 - e) / below, x), error, missing)
