"""What kernels for float32 call instead of functions of the same names without `_single`: float64 arithmetic, but no
digits that rounding to float32 drops, and no float64 division. No branches."""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.constants import LN2, LOG2E
from symloss.elementary.exponential import power_of_two_in
from symloss.elementary.primitives import fma, single

ROUND_1023 = 6755399441056767.0  # ROUND and the bias of a float64's exponent
SINGLE_LOWEST = -709.0  # its 2^n has no bits, so that all below it give 0; e^-708 is far below what a float32 can hold

# (e^r - 1 - r) / r^2 for |r| <= log(2)/2, in 2^-37 of e^r, which a result that is rounded to float32 does not show;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 5.6e-11.
EXP_SINGLE = (
    2.4859580370116966e-05, 0.00019899276107118009, 0.0013888854047035496, 0.00833329848117442, 0.04166666671898665,
    0.1666666671900332, 0.5,
)  # fmt: skip
# log(1 + x) / x in powers of x - 1/2 for 0 <= x <= 1;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 3.4e-12.
LOG1P_SINGLE = (
    -0.0005074701491635587, 0.0008153583329516412, -0.0008728018147367001, 0.0014261708468708623,
    -0.0025017073841962266, 0.004151891445849694, -0.006944516079683295, 0.011832392143750517, -0.020548848917004703,
    0.03661191346012075, -0.0676886427298806, 0.13260975282852808, -0.2885270991008078, 0.8109302162186925,
)  # fmt: skip


def exp_decay_single(x: float) -> float:
    """e^x for x <= 0 in 2^-36, for results that are rounded to float32; 0 below -708.7. No branches."""
    x = SINGLE_LOWEST if x < SINGLE_LOWEST else x
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
    """log(1 + x) for 0 <= x <= 1 in 2^-36: x times a polynomial in x - 1/2, without a quotient."""
    d = x - 0.5
    y = LOG1P_SINGLE[0]
    y = fma(y, d, LOG1P_SINGLE[1])
    y = fma(y, d, LOG1P_SINGLE[2])
    y = fma(y, d, LOG1P_SINGLE[3])
    y = fma(y, d, LOG1P_SINGLE[4])
    y = fma(y, d, LOG1P_SINGLE[5])
    y = fma(y, d, LOG1P_SINGLE[6])
    y = fma(y, d, LOG1P_SINGLE[7])
    y = fma(y, d, LOG1P_SINGLE[8])
    y = fma(y, d, LOG1P_SINGLE[9])
    y = fma(y, d, LOG1P_SINGLE[10])
    y = fma(y, d, LOG1P_SINGLE[11])
    y = fma(y, d, LOG1P_SINGLE[12])
    return x * fma(y, d, LOG1P_SINGLE[13])


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
