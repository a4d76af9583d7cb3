"""exp and its relatives. `exp` and `expm1` have no branches, so that a loop over them is vectorised."""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.constants import (
    INFINITY,
    LN2_HIGH,
    LN2_LOW,
    LOG2E,
    NEGLIGIBLE,
    NOT_A_NUMBER,
    ROUND,
    ROUND_BITS,
)
from symloss.elementary.primitives import bits, fma, from_bits

# Below the first exp is less than half the smallest subnormal number (2^-1075 = e^-745.13), above the second it
# overflows (e^709.78); between them the exponent fits into two scale factors.
EXP_LOWEST = -746.0
EXP_HIGHEST = 710.0

EXPREL_FAR = 709.0

# Between them the series of `exp_moment`; outside its recurrence loses at most a factor of three per step.
MOMENT_LOWEST = -1.5
MOMENT_HIGHEST = 8.0
MOMENT_NEGLIGIBLE = 1e-18
MOST_MOMENTS = 50.0  # a bound for the loop; derivatives ask for 1, 2 and 3

# Below this expm1 rounds to -1: e^-40 is 4e-18.
EXPM1_LOWEST = -40.0

# (e^r - 1 - r) / r^2 for |r| <= log(2)/2;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 2.2e-16.
EXP = (
    2.5100377619606372e-08, 2.7620078203806394e-07, 2.7557268476553695e-06, 2.4801521317484083e-05,
    0.00019841269863042963, 0.0013888888917199863, 0.008333333333330063, 0.04166666666662416, 0.16666666666666669,
    0.5000000000000001,
)  # fmt: skip
# (e^x - 1 - x) / x^2 for |x| <= 1;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 4.4e-19.
EXPM1MX = (
    4.838397490830109e-14, 7.753289909061301e-13, 1.1469860083749003e-11, 1.6057448519013338e-10,
    2.0876763758519634e-09, 2.505212058452295e-08, 2.755731919627328e-07, 2.7557319174051555e-06,
    2.4801587301645516e-05, 0.0001984126984137474, 0.0013888888888888835, 0.008333333333333236, 0.041666666666666664,
    0.16666666666666666, 0.5,
)  # fmt: skip


def exp_polynomial(r: float) -> float:
    """(e^r - 1 - r) / r^2 for |r| <= log(2)/2."""
    y = EXP[0]
    y = fma(y, r, EXP[1])
    y = fma(y, r, EXP[2])
    y = fma(y, r, EXP[3])
    y = fma(y, r, EXP[4])
    y = fma(y, r, EXP[5])
    y = fma(y, r, EXP[6])
    y = fma(y, r, EXP[7])
    y = fma(y, r, EXP[8])
    return fma(y, r, EXP[9])


def exp(x: float) -> float:
    """e^x; 0 at -inf, inf at inf. No branches. Measured error: 0.9 ulp.

    x = n log 2 + r with |r| <= log(2)/2; e^r by a polynomial; then 2^n in two factors, since 2^1024 overflows although
    e^709.7 does not, and since a subnormal result needs n down to -1075.
    """
    x = EXP_LOWEST if x < EXP_LOWEST else x
    x = EXP_HIGHEST if x > EXP_HIGHEST else x
    shifted = fma(x, LOG2E, ROUND)
    n = shifted - ROUND
    r = fma(n, -LN2_LOW, fma(n, -LN2_HIGH, x))
    y = 1.0 + fma(r * r, exp_polynomial(r), r)
    exponent = bits(shifted) - ROUND_BITS
    half = exponent >> 1
    return y * from_bits((half + 1023) << 52) * from_bits((exponent - half + 1023) << 52)


def exp_corrected(x: float, error: float) -> float:
    """e^(x + error) for an error far below 1, as rounding x leaves it; e^x where that is infinite."""
    y = exp(x)
    corrected = fma(y, error, y)
    return corrected if corrected == corrected else y


def expm1(x: float) -> float:
    """e^x - 1; -1 at -inf, inf at inf, x itself where |x| < 2^-54. No branches. Measured error: 0.7 ulp.

    As exp, but 2^n - 1 and 2^n r are added first and the error of that sum is kept, and so is the error of r. All is
    done at half its size: 2^1024 overflows.
    """
    t = EXPM1_LOWEST if x < EXPM1_LOWEST else x
    t = EXP_HIGHEST if t > EXP_HIGHEST else t
    shifted = fma(t, LOG2E, ROUND)
    n = shifted - ROUND
    above = fma(n, -LN2_HIGH, t)
    r = fma(n, -LN2_LOW, above)
    r_error = fma(n, -LN2_LOW, above - r)
    rest = fma(r * r, exp_polynomial(r), r_error)
    scale = from_bits((bits(shifted) - ROUND_BITS + 1022) << 52)
    base = scale - 0.5
    first = scale * r
    total = base + first
    error = first - (total - base)
    y = 2.0 * (total + fma(scale, rest, error))
    return x if math.fabs(x) < NEGLIGIBLE else y


def exprel(x: float) -> float:
    """(e^x - 1) / x; 1 at 0, 0 at -inf, inf at inf. Measured error: 1.2 ulp."""
    if math.fabs(x) < NEGLIGIBLE:
        return 1.0
    if x > EXPREL_FAR:
        # e^x overflows from 709.78 on, the quotient by x only later
        half = exp(0.5 * (x if x < 1420.0 else 1420.0))
        return half / x * half if x != INFINITY else x
    return expm1(x) / x


def bernoulli_function(x: float) -> float:
    """x / (e^x - 1): 1 at 0, 0 at inf, -x far below 0."""
    if x > 40.0:
        # e^x - 1 rounds to e^x; in two steps, since e^-x leaves the normal numbers before x e^-x does
        half = exp(-0.5 * x)
        return x * half * half if half > 0.0 else 0.0
    return x / expm1(x) if x < -1.0 else 1.0 / exprel(x)


def bernoulli_slope(x: float) -> float:
    """x B'(x) for B(x) = x / (e^x - 1), as B(x) (e^-x - 1 + x) / (e^-x - 1): -x/2 near 0, 0 at 0 and at inf."""
    b = bernoulli_function(x)
    if b == 0.0:
        return 0.0
    if math.fabs(x) < 1e-8:
        return -0.5 * x * (1.0 - x / 3.0)  # -x/2 + x^2/6 - x^4/180 + ..., from the Bernoulli numbers
    if x > 40.0:
        half = exp(-0.5 * x)
        return x * half * (1.0 - x) * half
    # 1 - B(-x): the quotient near 0, where it cancels, and B itself far below, where e^-x overflows.
    return b * (1.0 - bernoulli_function(-x) if x < -1.0 else expm1mx(-x) / expm1(-x))


def expm1mx(x: float) -> float:
    """e^x - 1 - x; inf at both infinities. Measured error: 1.5 ulp."""
    if math.fabs(x) <= 1.0:
        y = EXPM1MX[0]
        for coefficient in EXPM1MX[1:]:
            y = fma(y, x, coefficient)
        return x * x * y
    return expm1(x) - x if x != INFINITY else x


def exp_moment(n: float, x: float) -> float:
    """The integral of s^n e^(s x) over [0, 1], a derivative of `exprel`; inf at inf, 0 at -inf. Measured error: 8 ulp.

    A power series near 0, where its terms have one sign or nearly so; else n m(n-1) + x m(n) = e^x from m(0) on.
    """
    if n < 0.0:
        return NOT_A_NUMBER
    if MOMENT_LOWEST < x < MOMENT_HIGHEST:
        total, term, k = 0.0, 1.0, 0.0
        while math.fabs(term) > MOMENT_NEGLIGIBLE * total or k < math.fabs(x):
            total = total + term / (n + 1.0 + k)
            k = k + 1.0
            term = term * x / k
        return total
    if math.fabs(x) == INFINITY or x != x:
        return x if x != -INFINITY else 0.0
    # e^x overflows from 709.78 on, the result only later: two factors
    half = exp(0.5 * (x if x < 1440.0 else 1440.0))
    moment = -expm1(-x) / x if x > 0.0 else expm1(x) / x
    scale, top = (half, 1.0) if x > 0.0 else (1.0, exp(x))
    k = 1.0
    while k <= n and k < MOST_MOMENTS:
        moment = (top - k * moment) / x
        k = k + 1.0
    return moment * scale * scale
