"""What kernels for float32 call instead of functions of the same names without `_single`: float64 arithmetic, but no
digits that rounding to float32 drops, and no float64 division. No branches."""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.constants import LN2, LOG2E
from symloss.elementary.exponential import ROUND_1023, power_of_two_in
from symloss.elementary.logarithm import log
from symloss.elementary.primitives import fma, single

# The bits of 2^n are those of 0 at the first and of infinity at the second, so that all beyond give these; both are far
# beyond what a float32 can hold.
SINGLE_LOWEST = -709.0
SINGLE_HIGHEST = 710.0

# (e^r - 1 - r) / r^2 for |r| <= log(2)/2, in 2^-37 of e^r, which a result that is rounded to float32 does not show;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 5.6e-11.
EXP_SINGLE = (
    2.4859580370116966e-05, 0.00019899276107118009, 0.0013888854047035496, 0.00833329848117442, 0.04166666671898665,
    0.1666666671900332, 0.5,
)  # fmt: skip
# log(1 + x) / x for 0 <= x <= 1;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 2.1e-11.
LOG1P_SINGLE = (
    0.0007950132275741071, -0.0060543815118333415, 0.02162277662889297, -0.049102420489767325, 0.08212817261992637,
    -0.11270121772120155, 0.13909859913312295, -0.16587094998578766, 0.19988934638908445, -0.24999068541803812,
    0.3333329204467681, -0.499999992726098, 0.9999999999785376,
)  # fmt: skip


def exp_decay_single(x: float) -> float:
    """e^x for x <= 0 in 2^-36, for results that are rounded to float32; 0 below -708.7. No branches."""
    return exp_bounded_single(SINGLE_LOWEST if x < SINGLE_LOWEST else x)


def exp_single(x: float) -> float:
    """e^x in 2^-36, for results that are rounded to float32; 0 below -708.7, infinite from 709.5 on. No branches."""
    t = SINGLE_LOWEST if x < SINGLE_LOWEST else x
    return exp_bounded_single(SINGLE_HIGHEST if t > SINGLE_HIGHEST else t)


def exp_product_single(x: float, c: float) -> float:
    """c e^x; 0 at c = 0, also where e^x is infinite. A float32 is nowhere large or small enough to bring that back."""
    return 0.0 if c == 0.0 else c * exp_single(x)


def exp_product_corrected_single(x: float, error: float, c: float) -> float:
    """As `exp_product_single`; what rounding x to float64 takes is far below a float32."""
    return exp_product_single(x, c)


def exp_bounded_single(x: float) -> float:
    """e^x in 2^-36 for x from SINGLE_LOWEST to SINGLE_HIGHEST."""
    shifted = fma(x, LOG2E, ROUND_1023)
    r = fma(shifted - ROUND_1023, -LN2, x)
    y = EXP_SINGLE[0]
    y = fma(y, r, EXP_SINGLE[1])
    y = fma(y, r, EXP_SINGLE[2])
    y = fma(y, r, EXP_SINGLE[3])
    y = fma(y, r, EXP_SINGLE[4])
    y = fma(y, r, EXP_SINGLE[5])
    y = fma(y, r, EXP_SINGLE[6])
    y = fma(y, r, 1.0)
    return fma(y, r, 1.0) * power_of_two_in(shifted)


def log1p_unit_single(x: float) -> float:
    """log(1 + x) for 0 <= x <= 1 in 2^-35: x times a polynomial, without a quotient."""
    y = LOG1P_SINGLE[0]
    y = fma(y, x, LOG1P_SINGLE[1])
    y = fma(y, x, LOG1P_SINGLE[2])
    y = fma(y, x, LOG1P_SINGLE[3])
    y = fma(y, x, LOG1P_SINGLE[4])
    y = fma(y, x, LOG1P_SINGLE[5])
    y = fma(y, x, LOG1P_SINGLE[6])
    y = fma(y, x, LOG1P_SINGLE[7])
    y = fma(y, x, LOG1P_SINGLE[8])
    y = fma(y, x, LOG1P_SINGLE[9])
    y = fma(y, x, LOG1P_SINGLE[10])
    y = fma(y, x, LOG1P_SINGLE[11])
    return x * fma(y, x, LOG1P_SINGLE[12])


def reciprocal_single(x: float) -> float:
    """1 / x in 2^-45 for x in [1, 2]: a float32 quotient, a third of the time of a float64 one, and a Newton step."""
    y = single(1.0 / single(x))
    return fma(y, fma(-x, y, 1.0), y)


def sigmoid_single(x: float) -> float:
    """As `sigmoid`, in 2^-35."""
    e = exp_decay_single(-math.fabs(x))
    return (1.0 if x > 0.0 else e) * reciprocal_single(1.0 + e)


def sigmoid_blend_single(x: float, a: float, b: float) -> float:
    """As `sigmoid_blend`, in 2^-35 of the larger term."""
    e = exp_decay_single(-math.fabs(x))
    positive = x > 0.0
    return fma(b if positive else a, e, a if positive else b) * reciprocal_single(1.0 + e)


def sigmoid_slope_single(x: float) -> float:
    """As `sigmoid_slope`, in 2^-35."""
    e = exp_decay_single(-math.fabs(x))
    quotient = reciprocal_single(1.0 + e)
    return e * quotient * quotient


def softplus_tail_single(x: float) -> float:
    """As `softplus_tail`, in 2^-35."""
    return log1p_unit_single(exp_decay_single(-math.fabs(x)))


def softplus_single(x: float) -> float:
    """As `softplus`, in 2^-35."""
    return (0.0 if x < 0.0 else x) + log1p_unit_single(exp_decay_single(-math.fabs(x)))


def sigmoid_corrected_single(x: float, error: float) -> float:
    """As `sigmoid_corrected`; what rounding x to float64 takes is far below a float32."""
    return sigmoid_single(x)


def sigmoid_slope_corrected_single(x: float, error: float) -> float:
    """As `sigmoid_slope_corrected`."""
    return sigmoid_slope_single(x)


def sigmoid_times_single(x: float, error: float, c: float) -> float:
    """As `sigmoid_times`; what underflows is 0 in float32 whatever the count."""
    return c * sigmoid_single(x)


def sigmoid_slope_times_single(x: float, error: float, c: float) -> float:
    """As `sigmoid_slope_times`."""
    return c * sigmoid_slope_single(x)


def softplus_corrected_single(x: float, error: float) -> float:
    """As `softplus_corrected`."""
    return softplus_single(x)


def sigmoid_power_single(x: float, a: float) -> float:
    """As `sigmoid_power`, in 2^-35 times 1 + |a|; 0 where the power is below e^-709."""
    lower = x if x < 0.0 else 0.0
    return exp_single(a * lower - a * log1p_unit_single(exp_decay_single(-math.fabs(x))))


def exp_corrected_single(x: float, error: float) -> float:
    """As `exp_corrected`."""
    return exp_single(x)


def log_sum_single(high: float, low: float) -> float:
    """As `log_sum`."""
    return log(high)


def plus_error_single(x: float, error: float) -> float:
    """x alone: an error of some ulps of a float64 is below what rounding to float32 drops."""
    return x


def less_share_single(x: float, share: float) -> float:
    """x alone: as `plus_error_single`."""
    return x
