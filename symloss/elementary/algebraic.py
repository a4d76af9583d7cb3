"""Functions of sqrt(1 + v^2) and of 1 + v^2 on the whole line: nothing overflows, and none has branches."""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.arithmetic import floor
from symloss.elementary.constants import INFINITY, NOT_A_NUMBER
from symloss.elementary.exponential import TWO_MINUS_600, exp, expm1, exprel
from symloss.elementary.log_difference import LOG1PMX
from symloss.elementary.logarithm import log_sum
from symloss.elementary.primitives import fma

# 2^28, from where on 1 + v^2 rounds to v^2 and sqrt(1 + v^2) = |v| (1 + 2^-57): a fact of the format.
SQUARE_DOMINATES = 268435456.0
# 2^26: up to here the last place of 1 + v^2 is at most 1, so that 1 - (1 + v^2) is exact.
ONE_IS_LAST_PLACE = 67108864.0
LOG_2_1200 = 831.7766166719344  # log(2^1200)
POWER_QUOTIENT_MOST = 60.0  # more steps of its recurrence than any derivative asks for


def one_plus_square(size: float) -> tuple[float, float]:
    """1 + size^2 rounded, and the error of that, for 0 <= size <= 2^28."""
    total = fma(size, size, 1.0)
    above = size > ONE_IS_LAST_PLACE
    rest = fma(size, size, -total if above else 1.0 - total)
    return total, rest + (1.0 if above else 0.0)


def inverse_hypot_parts(size: float) -> tuple[float, float]:
    """1 / sqrt(1 + size^2) = y (1 + c) for 0 <= size <= 2^28: y is the quotient as computed, c what rounding took."""
    total, error = one_plus_square(size)
    root = math.sqrt(total)
    y = 1.0 / root
    # (root + d)^2 = total + error, and y (1 + r) = 1 / root
    d = 0.5 * y * (fma(-root, root, total) + error)
    return y, fma(-y, d, fma(-y, root, 1.0))


def algebraic_sigmoid(v: float) -> float:
    """v / sqrt(1 + v^2), odd; -1 and 1 at the infinities. No branches. Measured error: 0.5 ulp."""
    size = math.fabs(v)
    size = SQUARE_DOMINATES if size > SQUARE_DOMINATES else size
    y, correction = inverse_hypot_parts(size)
    z = size * y
    return math.copysign(z + fma(z, correction, fma(size, y, -z)), v)


def inverse_hypot(v: float) -> float:
    """1 / sqrt(1 + v^2); 1/|v| far out, 0 at the infinities. No branches. Measured error: 0.5 ulp."""
    size = math.fabs(v)
    far = size > SQUARE_DOMINATES
    y, correction = inverse_hypot_parts(SQUARE_DOMINATES if far else size)
    return 1.0 / size if far else fma(y, correction, y)


def log1psq(v: float) -> float:
    """log(1 + v^2); v^2 near 0, 2 log|v| far out, inf at the infinities. No branches. Measured error: 1.2 ulp."""
    size = math.fabs(v)
    far = size > SQUARE_DOMINATES
    total, error = one_plus_square(SQUARE_DOMINATES if far else size)
    y = log_sum(size if far else total, 0.0 if far else error)
    return 2.0 * y if far else y


def log1psq_excess(v: float) -> float:
    """log(1 + v^2) - v^2 / (1 + v^2); v^4/2 near 0, inf at the infinities. No branches. Measured error: 5.2 ulp.

    With w = v^2 and s = w / (2 + w): log(1 + w) = 2 atanh s and 2 s - w / (1 + w) = s w / (1 + w), so that below 1
    nothing cancels. Above, w / (1 + w) is 1 - 1 / (1 + w), and log(1 + w) - 1 is exact up to v = 2.5.
    """
    size = math.fabs(v)
    near = size < 1.0
    w = size * size if near else 1.0
    s = w / (2.0 + w)
    z = s * s
    y = LOG1PMX[0]
    y = fma(y, z, LOG1PMX[1])
    y = fma(y, z, LOG1PMX[2])
    y = fma(y, z, LOG1PMX[3])
    y = fma(y, z, LOG1PMX[4])
    y = fma(y, z, LOG1PMX[5])
    y = fma(y, z, LOG1PMX[6])
    y = fma(y, z, LOG1PMX[7])
    y = fma(y, z, LOG1PMX[8])
    y = fma(y, z, LOG1PMX[9])
    y = fma(y, z, LOG1PMX[10])
    part = w / (1.0 + w)
    # d/dw of the whole is w / (1 + w)^2: what rounding took from w counts twice
    inner = fma(fma(size, size, -w) if near else 0.0, part * (1.0 - part), s * fma(z, y, part))
    c = inverse_hypot(size)
    return inner if near else fma(c, c, log1psq(size) - 1.0)


def power1psq(v: float, e: float) -> float:
    """(1 + v^2)^e; 1 at e = 0 even with NaN. Measured error: 1.2 ulp.

    C's pow of 1 + v^2 as rounded, times exp(e d) for the relative error d of that; far out the power 2 e of |v|.
    """
    size = math.fabs(v)
    if size > SQUARE_DOMINATES:
        return math.pow(size, 2.0 * e)
    total, error = one_plus_square(size)
    y = math.pow(total, e)
    corrected = fma(y, expm1(e * (error / total)), y)
    return corrected if corrected == corrected else y


def power1psq_quotient(v: float, e: float) -> float:
    """((1 + v^2)^e - 1) / e, and log(1 + v^2) at e = 0. Measured error: 4.0 ulp.

    The exponential of e log(1 + v^2) multiplies the error of that; so where it is not close to 1 the power is taken.
    """
    t = log1psq(v)
    x = e * t
    if math.fabs(x) > 1.0 and e != 0.0:
        return (power1psq(v, e) - 1.0) / e
    return power_quotient(0.0, t, e)


def power1psq_quotient_product(v: float, e: float, c: float) -> float:
    """c ((1 + v^2)^e - 1) / e, where the quotient may overflow and the product does not."""
    y = power1psq_quotient(v, e)
    if math.fabs(y) == INFINITY and math.fabs(v) != INFINITY:
        return (c / e) * power1psq(v, e)
    return c * y


def log1psq_quotient(u: float, n: float) -> float:
    """log(1 + (u/n)^2), where the quotient may overflow and its logarithm does not. No branches.

    Measured error: 1.7 ulp.
    """
    v = u * INFINITY if n == 0.0 else u / n
    far = math.fabs(v) == INFINITY and math.fabs(u) != INFINITY and n != 0.0
    y = log1psq((u * TWO_MINUS_600) / n if far else v)
    return y + LOG_2_1200 if far else y


def power_quotient(n: float, t: float, rate: float) -> float:
    """The integral of s^n e^(rate s) from 0 to t >= 0, n = 0, 1, ...

    It is t^(n+1) times that of s^n e^(x s) from 0 to 1, x = rate t.
    For n = 0 it is (e^x - 1) / rate. Else by series of positive terms for |x| <= 4; above by the recurrence of partial
    integration, in which at most a factor of 2 cancels per step. NaN for other orders, and above 60.
    """
    if not 0.0 <= n <= POWER_QUOTIENT_MOST or floor(n) != n:
        return NOT_A_NUMBER
    x = rate * t
    if x != x and t == t and rate == rate:
        return t  # an infinite t at a rate of 0, or the reverse at t = 0
    if n == 0.0:
        return expm1(x) / rate if math.fabs(x) > 1.0 else t * exprel(x)
    scale = math.pow(t, n + 1.0)
    if math.fabs(x) <= 4.0:
        size, term, k = math.fabs(x), 1.0, 0.0
        total = 0.0
        while k < 40.0:
            # x > 0: x^k / (k! (n + 1 + k)); x < 0: e^x |x|^k / ((n + 1) ... (n + 1 + k)), Kummer's form
            total += term / (n + 1.0 + k)
            k += 1.0
            term = term * size / (k if x > 0.0 else n + k)
        return scale * total * (1.0 if x > 0.0 else exp(x))
    value, m = expm1(x) / x, 0.0
    while m < n:
        m += 1.0
        value = (exp(x) - m * value) / x
    return scale * value
