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

# Below it what the exponential lacks, 2^-60, is more than a sixteenth of an ulp of tanh x.
TANH_KNOWN_FROM = 0.0625


def exp_decay_in_parts(x: float) -> tuple[float, float]:
    """exp_decay(x), and what is left of e^x for x <= 0."""
    t = EXP_LOWEST if x < EXP_LOWEST else x
    shifted = fma(t, LOG2E, ROUND_1623)
    leading, rest = doubled_exp_reduced_in_parts(t, shifted - ROUND_1623)
    total = leading + rest
    power = power_of_two_in(shifted)
    return total * power * TWO_MINUS_601, (rest - (total - leading)) * power * TWO_MINUS_601


def sigmoid_lost(x: float, error: float, y: float) -> float:
    """What is missing from y = sigmoid(x), where error is missing from x."""
    e, rest = exp_decay_in_parts(-math.fabs(x))
    below = 1.0 + e
    below_rest = (e - (below - 1.0)) + rest
    positive = x > 0.0
    remainder = fma(-y, below, 1.0 if positive else e) + (0.0 if positive else rest)
    inverse = 1.0 / below
    return inverse * fma(e * inverse, error, fma(-y, below_rest, remainder))


def sigmoid_slope_lost(x: float, error: float, y: float) -> float:
    """What is missing from y = sigmoid_slope(x), where error is missing from x. With the exponential e it is
    e / (1 + e (2 + e))."""
    e, rest = exp_decay_in_parts(-math.fabs(x))
    inner = 2.0 + e
    product = e * inner
    below = 1.0 + product
    inner_rest = e - (inner - 2.0)
    below_rest = (product - (below - 1.0)) + fma(e, inner_rest, fma(e, inner, -product)) + 2.0 * rest * (1.0 + e)
    lost = (fma(-y, below_rest, fma(-y, below, e) + rest)) / below
    turn = (1.0 - e) / (1.0 + e)
    return fma(y * (-turn if x > 0.0 else turn), error, lost)


def tanh_lost(x: float, error: float, y: float) -> float:
    """What is missing from y = tanh(x), where error is missing from x; of rounding's own part nothing next to 0, where
    1 - e^-2|x| cancels."""
    size = math.fabs(x)
    e, rest = exp_decay_in_parts(-2.0 * size)
    above, below = 1.0 - e, 1.0 + e
    above_rest = ((1.0 - above) - e) - rest
    below_rest = (e - (below - 1.0)) + rest
    z = math.fabs(y)
    lost = fma(-z, below_rest, fma(-z, below, above) + above_rest) / below
    own = math.copysign(lost, lost * x) if size >= TANH_KNOWN_FROM else 0.0
    return fma(fma(-y, y, 1.0), error, own)
