"""exp and its relatives. `exp`, `expm1` and `expm1mx` have no branches, so that a loop over them is vectorised."""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.constants import (
    INFINITY,
    LN2,
    LN2_HIGH,
    LN2_LOW,
    LN2_TAIL,
    LOG2E,
    NEGLIGIBLE,
    NOT_A_NUMBER,
    ROUND,
)
from symloss.elementary.primitives import bits, fma, from_bits

# Below the first exp is less than half the smallest subnormal number (2^-1075 = e^-745.13), above the second it
# overflows (e^709.78), and so does sinh above 710.48; between them the exponent fits into two scale factors.
EXP_LOWEST = -746.0
EXP_HIGHEST = 710.5

TWO_600 = 4.149515568880993e180
TWO_MINUS_600 = 2.409919865102884e-181
TWO_599 = 2.0747577844404965e180
TWO_MINUS_601 = 1.204959932551442e-181

# ROUND and an exponent's bias with what the other scale factor takes away: 600 more or less, 1 or 2 less.
ROUND_423 = 6755399441056167.0
ROUND_1623 = 6755399441057367.0
ROUND_422 = 6755399441056166.0
ROUND_1021 = 6755399441056765.0

EXPREL_FAR = 709.0

# Beyond them c e^x is infinite, or 0, for every c but 0 and infinity: e^1477 is 2^2130.9. A third of that exponent is
# one of a float64.
PRODUCT_HIGHEST = 1477.0
THIRD = 0.3333333333333333
ROUND_1022 = 6755399441056766.0
ROUND_1023 = 6755399441056767.0  # ROUND and the bias of a float64's exponent

# Between them the series of `exp_moment`; outside its recurrence loses at most a factor of three per step.
MOMENT_LOWEST = -1.5
MOMENT_HIGHEST = 8.0
MOMENT_NEGLIGIBLE = 1e-18
MOST_MOMENTS = 50.0  # a bound for the loop; derivatives ask for 1, 2 and 3

# Below this expm1 rounds to -1: e^-40 is 4e-18.
EXPM1_LOWEST = -40.0

# (e^r - 1 - r) / r^2 for |r| <= log(2)/2;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 2.9e-18.
EXP = (
    2.0914680780540263e-09, 2.5105208339987698e-08, 2.7557273657975953e-07, 2.7557255421023506e-06,
    2.4801587325536023e-05, 0.00019841269874804214, 0.0013888888888883752, 0.00833333333332614, 0.04166666666666667,
    0.1666666666666667, 0.5,
)  # fmt: skip
# 2 (e^r - 1 - r - r^2/2) / r^3 for |r| <= log(2)/2;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 5e-17.
EXP_CUBIC = (
    4.18224620118457e-09, 5.0200755239212744e-08, 5.51145659627468e-07, 5.511453695310739e-06,
    4.9603174634273784e-05, 0.00039682539726085926, 0.002777777777777311, 0.016666666666660127, 0.08333333333333333,
    0.33333333333333337,
)  # fmt: skip
# (e^x - 1 - x - x^2/2) / x^3 for |x| <= 1;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 2.5e-18.
EXPM1MX = (
    4.83445137390608e-14, 7.746178593018827e-13, 1.146998832606381e-11, 1.6057679623801638e-10,
    2.0876762155587967e-09, 2.5052117695907823e-08, 2.7557319205890157e-07, 2.7557319191381816e-06,
    2.480158730161747e-05, 0.00019841269841324198, 0.001388888888888887, 0.008333333333333299, 0.041666666666666664,
    0.16666666666666666,
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
    y = fma(y, r, EXP[9])
    return fma(y, r, EXP[10])


def doubled_exp_cubic(r: float) -> float:
    """2 (e^r - 1 - r - r^2/2) / r^3 for |r| <= log(2)/2."""
    y = EXP_CUBIC[0]
    y = fma(y, r, EXP_CUBIC[1])
    y = fma(y, r, EXP_CUBIC[2])
    y = fma(y, r, EXP_CUBIC[3])
    y = fma(y, r, EXP_CUBIC[4])
    y = fma(y, r, EXP_CUBIC[5])
    y = fma(y, r, EXP_CUBIC[6])
    y = fma(y, r, EXP_CUBIC[7])
    y = fma(y, r, EXP_CUBIC[8])
    return fma(y, r, EXP_CUBIC[9])


def doubled_exp_reduced_in_parts(t: float, n: float) -> tuple[float, float]:
    """2 e^t / 2^n, as a leading part and the rest, to 2^-60, for n = t / log 2 rounded to an integer.

    t - n LN2 = r is exact, as it is at most log(2)/2 and a multiple of 2^-54. Twice the exponential is 2 + 2r + r^2
    and a polynomial times r^3; what rounding takes from the first three is known, and n LN2_TAIL meets the whole.
    """
    r = fma(n, -LN2, t)
    square = r * r
    cube = square * r
    leading = square + fma(2.0, r, 2.0)
    lost = fma(r, r, fma(2.0, r, 2.0 - leading))
    y = doubled_exp_cubic(r)
    return leading, fma(cube, y, fma(n * -LN2_TAIL, fma(cube, y, leading), lost))


def doubled_exp_reduced(t: float, n: float) -> float:
    """The sum of `doubled_exp_reduced_in_parts`."""
    leading, rest = doubled_exp_reduced_in_parts(t, n)
    return leading + rest


def exp_reduced_sum_in_parts(t: float, error: float, n: float) -> tuple[float, float]:
    """e^(t + error) / 2^n, as a leading part and the rest, for n = t / log 2 rounded to an integer, where rounding t
    left the error: it joins the low part of n log 2.

    t - n LN2_HIGH is exact; 1 is added to it first, and what rounding takes from that sum is kept.
    """
    above = fma(n, -LN2_HIGH, t)
    below = fma(n, -LN2_LOW, error)
    r = above + below
    leading = 1.0 + above
    return leading, fma(r * r, exp_polynomial(r), below + (above - (leading - 1.0)))


def exp_reduced_sum(t: float, error: float, n: float) -> float:
    """The sum of `exp_reduced_sum_in_parts`."""
    leading, rest = exp_reduced_sum_in_parts(t, error, n)
    return leading + rest


def power_of_two_in(shifted: float) -> float:
    """2^m for shifted = ROUND + m + 1023: its lowest twelve bits are those of m + 1023, and a shift by 52 leaves no
    others."""
    return from_bits(bits(shifted) << 52)


def exp_bounded(x: float) -> float:
    """x, or the nearest number whose exponential is 0 or infinite already."""
    t = EXP_LOWEST if x < EXP_LOWEST else x
    return EXP_HIGHEST if t > EXP_HIGHEST else t


def exp(x: float) -> float:
    """e^x; 0 at -inf, inf at inf. No branches. Measured error: 0.53 ulp; 0.56 where it is subnormal.

    2^n in two factors, since 2^1024 overflows although e^709.7 does not, and since a subnormal result needs n down to
    -1075; the second is 2^599 or 2^-601.
    """
    t = exp_bounded(x)
    base = ROUND_423 if x > 0.0 else ROUND_1623
    shifted = fma(t, LOG2E, base)
    y = doubled_exp_reduced(t, shifted - base) * power_of_two_in(shifted)
    return y * (TWO_599 if x > 0.0 else TWO_MINUS_601)


def product_bounded(x: float) -> float:
    """x, or the nearest number whose exponential decides the product with any number."""
    t = -PRODUCT_HIGHEST if x < -PRODUCT_HIGHEST else x
    return PRODUCT_HIGHEST if t > PRODUCT_HIGHEST else t


def exp_product(x: float, c: float) -> float:
    """c e^x where e^x may overflow or underflow and the product does not; 0 at c = 0. No branches. Measured error: 0.53
    ulp; 1.4 where it is subnormal."""
    t = product_bounded(x)
    n = fma(t, LOG2E, ROUND) - ROUND
    leading, rest = doubled_exp_reduced_in_parts(t, n)
    return c * 0.0 if x == -INFINITY else times_power_of_two(c, leading, rest, n)


def exp_product_corrected(x: float, error: float, c: float) -> float:
    """c e^(x + error) for an error far below 1, as rounding x leaves it; infinite or 0 where c e^x is. No branches."""
    t = product_bounded(x)
    n = fma(t, LOG2E, ROUND) - ROUND
    leading, rest = exp_reduced_sum_in_parts(t, error if t == x else 0.0, n)
    return c * 0.0 if x == -INFINITY else times_power_of_two(c, 2.0 * leading, 2.0 * rest, n)


def power_of_two_in_thirds(n: float) -> tuple[float, float]:
    """p and q with p p q = 2^(n-1), for |n| <= 3000."""
    third = fma(n, THIRD, ROUND_1023)
    return power_of_two_in(third), power_of_two_in(ROUND_1022 + fma(-2.0, third - ROUND_1023, n))


def times_power_of_two(c: float, leading: float, rest: float, n: float) -> float:
    """c y 2^(n-1) for y = leading + rest from 1.4 to 3, rounded once: c 2^(n-1) first, whose factors are exact unless c
    or the product is subnormal; y is above 1, so that what overflows before it overflows after it."""
    part, last = power_of_two_in_thirds(n)
    scaled = c * part * part * last
    y = leading + rest
    lost = rest - (y - leading)
    return fma(scaled, y, scaled * lost if math.fabs(scaled) < INFINITY else 0.0)


def exp_error(x: float) -> float:
    """What rounding takes from `exp`: e^x less that, to 2^-7; 0 where not finite. No branches."""
    t = exp_bounded(x)
    base = ROUND_423 if x > 0.0 else ROUND_1623
    shifted = fma(t, LOG2E, base)
    leading, rest = doubled_exp_reduced_in_parts(t, shifted - base)
    computed = leading + rest
    error = rest - (computed - leading)
    power, scale = power_of_two_in(shifted), TWO_599 if x > 0.0 else TWO_MINUS_601
    finite = computed * power * scale < INFINITY and t == x
    return error * power * scale if finite else 0.0


def exp_corrected(x: float, error: float) -> float:
    """e^(x + error) for an error far below 1, as rounding x leaves it; e^x where there is none, being infinite.

    No branches. Measured error: 0.63 ulp.
    """
    t = exp_bounded(x)
    kept = error if t == x else 0.0
    base = ROUND_423 if x > 0.0 else ROUND_1623
    shifted = fma(t, LOG2E, base)
    y = exp_reduced_sum(t, kept, shifted - base) * power_of_two_in(shifted)
    return y * (TWO_600 if x > 0.0 else TWO_MINUS_600)


def exp_decay(x: float) -> float:
    """e^x for x <= 0, cheaper than exp. No branches. Measured error: 0.53 ulp."""
    t = EXP_LOWEST if x < EXP_LOWEST else x
    shifted = fma(t, LOG2E, ROUND_1623)
    return doubled_exp_reduced(t, shifted - ROUND_1623) * power_of_two_in(shifted) * TWO_MINUS_601


def exp_decay_corrected(x: float, error: float) -> float:
    """e^(x + error) for x <= 0 and an error far below 1, as rounding x leaves it; 0 far below, whatever the error.

    No branches. Measured error: 0.63 ulp.
    """
    t = EXP_LOWEST if x < EXP_LOWEST else x
    kept = error if x >= EXP_LOWEST else 0.0
    shifted = fma(t, LOG2E, ROUND_1623)
    return exp_reduced_sum(t, kept, shifted - ROUND_1623) * power_of_two_in(shifted) * TWO_MINUS_600


def half_exp_nonnegative(x: float) -> float:
    """e^x / 2 for x >= 0; inf above 710.48. No branches."""
    t = EXP_HIGHEST if x > EXP_HIGHEST else x
    shifted = fma(t, LOG2E, ROUND_422)
    return doubled_exp_reduced(t, shifted - ROUND_422) * power_of_two_in(shifted) * TWO_599


def quarter_expm1(t: float) -> float:
    """(e^t - 1) / 4 for -700 <= t <= 710.5; a quarter, since 2^1024 overflows. No branches.

    As exp, but 2^n - 1 and 2^n (t - n LN2_HIGH) are added first, and what rounding takes from that sum is kept.
    """
    shifted = fma(t, LOG2E, ROUND_1021)
    n = shifted - ROUND_1021
    above = fma(n, -LN2_HIGH, t)
    r = fma(n, -LN2_LOW, above)
    rest = fma(r * r, exp_polynomial(r), n * -LN2_LOW)
    scale = power_of_two_in(shifted)
    base = scale - 0.25
    first = scale * above
    total = base + first
    error = first - (total - base)
    return total + fma(scale, rest, error)


def expm1(x: float) -> float:
    """e^x - 1; -1 at -inf, inf at inf, x itself where |x| < 2^-54. No branches. Measured error: 0.91 ulp."""
    t = EXPM1_LOWEST if x < EXPM1_LOWEST else x
    t = EXP_HIGHEST if t > EXP_HIGHEST else t
    return x if math.fabs(x) < NEGLIGIBLE else 4.0 * quarter_expm1(t)


def exprel(x: float) -> float:
    """(e^x - 1) / x; 1 at 0, 0 at -inf, inf at inf. Measured error: 2.4 ulp."""
    if math.fabs(x) < NEGLIGIBLE:
        return 1.0
    if x > EXPREL_FAR:
        # e^x overflows from 709.78 on, the quotient by x only later
        half = exp(0.5 * (x if x < 1420.0 else 1420.0))
        return half / x * half if x != INFINITY else x
    return expm1(x) / x


def bernoulli_function(x: float) -> float:
    """x / (e^x - 1): 1 at 0, 0 at inf, -x far below 0. Measured error: 2.5 ulp."""
    if x > 40.0:
        # e^x - 1 rounds to e^x; in two steps, since e^-x leaves the normal numbers before x e^-x does
        half = exp(-0.5 * x)
        return x * half * half if half > 0.0 else 0.0
    return x / expm1(x) if x < -1.0 else 1.0 / exprel(x)


def bernoulli_slope(x: float) -> float:
    """x B'(x) for B(x) = x / (e^x - 1), as B(x) (e^-x - 1 + x) / (e^-x - 1): -x/2 near 0, 0 at 0 and at inf.

    Measured error: 2.5 ulp.
    """
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


def expm1mx_polynomial(x: float) -> float:
    """(e^x - 1 - x - x^2/2) / x^3 for |x| <= 1."""
    y = EXPM1MX[0]
    y = fma(y, x, EXPM1MX[1])
    y = fma(y, x, EXPM1MX[2])
    y = fma(y, x, EXPM1MX[3])
    y = fma(y, x, EXPM1MX[4])
    y = fma(y, x, EXPM1MX[5])
    y = fma(y, x, EXPM1MX[6])
    y = fma(y, x, EXPM1MX[7])
    y = fma(y, x, EXPM1MX[8])
    y = fma(y, x, EXPM1MX[9])
    y = fma(y, x, EXPM1MX[10])
    y = fma(y, x, EXPM1MX[11])
    y = fma(y, x, EXPM1MX[12])
    return fma(y, x, EXPM1MX[13])


def expm1mx(x: float) -> float:
    """e^x - 1 - x; inf at both infinities. No branches. Measured error: 2.3 ulp."""
    square = x * x
    near = fma(square * x, expm1mx_polynomial(x), 0.5 * square)
    far = x if x == INFINITY else expm1(x) - x
    return near if math.fabs(x) <= 1.0 else far


def exp_times(a: float, x: float) -> float:
    """x e^a for an x that is a difference: as `exp_product`, but a kernel with it has no short forms (`AMPLIFYING`)."""
    return exp_product(a, x)


def exp_times_pair(a: float, x: float, b: float, y: float) -> float:
    """x e^a + y e^b, also where both terms are infinite: with exponents that are less by the larger one they are not,
    and say which infinity it is. Measured error: 1.7 ulp of the larger term."""
    first, second = exp_product(a, x), exp_product(b, y)
    largest = a if a > b else b
    if math.fabs(first) == INFINITY and math.fabs(second) == INFINITY and math.fabs(largest) != INFINITY:
        return (exp_product(a - largest, x) + exp_product(b - largest, y)) * INFINITY
    return first + second


def exp_moment(n: float, x: float) -> float:
    """The integral of s^n e^(s x) over [0, 1], a derivative of `exprel`; inf at inf, 0 at -inf. Measured error: 9 ulp.

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
