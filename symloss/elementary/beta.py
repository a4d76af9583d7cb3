"""Ratios of gamma functions: the logarithm of the beta function and of the rising factorial, without cancellation."""

from __future__ import annotations

from symloss.elementary.arithmetic import floor
from symloss.elementary.constants import HALF_LOG_TWO_PI, INFINITY, NOT_A_NUMBER
from symloss.elementary.gamma import (
    STIRLING,
    STIRLING_FROM,
    gamma_positive,
    loggamma_beside_one,
    loggamma_over_two,
    loggamma_positive,
    stirling_rest,
)
from symloss.elementary.log_difference import LOG1PMX
from symloss.elementary.logarithm import log, log1p, log_in_parts
from symloss.elementary.primitives import fma

FIRST_STEP_APART = 0.0625  # below it n/x may be so large that the product of the steps overflows
FEW_FACTORS = 16.0  # up to here a rising factorial of whole order is multiplied out; any such number serves
FAR_FROM_ONE = 1e20  # 1 + x is x from here on


def log_beta(a: float, b: float) -> float:
    """log B(a, b) for a, b > 0; inf where one of them is 0, NaN below 0. Measured error: 4.6 ulp, and as
    much of the largest of its log-gammas next to B = 1.

    The arrangement of A. Didonato and A. Morris, Algorithm 708 (ACM TOMS 1992), BETALN: Stirling's formula with its
    large terms cancelled by hand.
    """
    small = b if b < a else a
    large = a if b < a else b
    if not small > 0.0 or large != large:
        return INFINITY if small == 0.0 and large > 0.0 else NOT_A_NUMBER
    if large == INFINITY:
        return -INFINITY
    if large < STIRLING_FROM:
        if small < 1e-20:
            return log1p(small / large) - log(small)
        if small >= 0.5 and large <= 1.5 and small + large >= 1.5:  # next to B(1, 1) = 1 all three are small
            c, d = small - 1.0, large - 1.0
            return (loggamma_beside_one(c) + loggamma_beside_one(d)) - loggamma_over_two(c + d)
        return log(gamma_positive(small) * (gamma_positive(large) / gamma_positive(small + large)))
    if small < STIRLING_FROM:
        return loggamma_positive(small) - rising_log(large, small)
    ratio = 0.5 * small / (0.5 * small + 0.5 * large)
    rest = stirling_rest(small) + (stirling_rest(large) - stirling_rest(small + large))
    return ((small - 0.5) * log(ratio) + large * log1p(-ratio)) - 0.5 * log(large) + (HALF_LOG_TWO_PI + rest)


def stirling_difference(x: float, n: float) -> float:
    """stirling_rest(x + n) - stirling_rest(x) for x, x + n >= 10, relative to n also where n is tiny.

    A divided difference of the series p S(p^2), p = 1/x, by Horner's rule for a polynomial and its quotient.
    """
    above = x + n
    p, q = 1.0 / x, 1.0 / above
    square, square_above = p * p, q * q
    y, quotient = STIRLING[0], 0.0
    for coefficient in STIRLING[1:]:
        quotient = fma(quotient, square_above, y)
        y = fma(y, square, coefficient)
    # S(q^2) = y + (q^2 - p^2) quotient
    step = -(n / x) * q
    return step * (y + (p + q) * q * quotient)


def rising_main(x: float, n: float) -> float:
    """x ((1 + u) log(1 + u) - u) - log(1 + u)/2 at u = n/x, for x >= 10.

    With s = u / (2 + u) both logarithms are 2 s + s z P(z), z = s^2, and the bracket is z (2 + s (1 + s) P) / (1 - s).
    """
    u = n / x
    if not -0.5 <= u <= 1.0:
        logarithm = log1p(u)
        return fma(x + n, logarithm, -n) - 0.5 * logarithm
    s = u / (2.0 + u)
    z = s * s
    y = LOG1PMX[0]
    for coefficient in LOG1PMX[1:]:
        y = fma(y, z, coefficient)
    bracket = 0.5 * n * s * fma(s * (1.0 + s), y, 2.0)
    return bracket - 0.5 * s * fma(z, y, 2.0)


def rising_far(x: float, n: float) -> float:
    """log Gamma(x + n) - log Gamma(x) - n log x for x, x + n >= 10; 0 at n = 0 and at n = 1."""
    if n == 1.0:
        return 0.0
    return rising_main(x, n) + stirling_difference(x, n)


def log1p_quotient(n: float, x: float) -> float:
    """log(1 + n/x) where n/x may overflow."""
    ratio = n / x
    return log1p(ratio) if ratio < FAR_FROM_ONE else log(n) - log(x)


def rising_product(x: float, n: float) -> float:
    """log of x (x + 1) ... (x + n - 1) for a whole n of at most 16 and x < 10: the product overflows nowhere."""
    product = 1.0
    k = 1.0
    while k < n:
        product = product * (x + k)
        k = k + 1.0
    if x < 1e-290:  # the product with x would have lost digits to underflow
        return log(x) + log(product)
    return log(x * product)


def rising_log(x: float, n: float) -> float:
    """log Gamma(x + n) - log Gamma(x) for x > 0 and x + n > 0; 0 at n = 0. Measured error: 4 ulp, and 4.2 ulp
    of the larger of the two next to its zeros.

    Stirling's formula with its large terms cancelled by hand, after steps of the recurrence up to x >= 10; few whole
    steps are multiplied out.
    """
    if not x > 0.0 or not x + n > 0.0:
        return NOT_A_NUMBER if x != 0.0 or not n > 0.0 else -INFINITY
    if n == INFINITY:
        return INFINITY
    if x >= STIRLING_FROM and x + n >= STIRLING_FROM:
        return fma(n, log(x), rising_far(x, n))
    if 0.0 < n <= FEW_FACTORS and n == floor(n):
        return rising_product(x, n)
    if n > FEW_FACTORS:
        steps = floor(STIRLING_FROM - x) + 1.0
        base = x + steps
        return rising_product(x, steps) + fma(n - steps, log(base), rising_far(base, n - steps))
    return rising_by_steps(x, n)


def rising_by_steps(x: float, n: float) -> float:
    """rising_log for -x < n < 16: each step of the recurrence takes log(1 + n/x), of one sign, from the rest.

    The two logarithms may be ten times as large as what is left: both are kept in two parts, and so is the product.
    """
    first = 0.0
    if 0.5 <= x <= 1.5 and n >= 0.5 and 1.5 <= x + n <= 3.0:  # both are small next to Gamma(2) = Gamma(1)
        return loggamma_over_two((x - 1.0) + (n - 1.0)) - loggamma_beside_one(x - 1.0)
    if n >= 0.5 and x <= 2.5 and x + n <= 5.0:  # both are smaller than n log(10)
        return loggamma_positive(x + n) - loggamma_positive(x)
    if x < FIRST_STEP_APART:
        first = log1p_quotient(n, x)
        x = x + 1.0
    product, low = 1.0, 0.0  # of 1 + n/x, and what rounding took from it
    while x < STIRLING_FROM or x + n < STIRLING_FROM:
        ratio = n / x
        factor = 1.0 + ratio
        # n may be larger than x, and then 1 is what is rounded
        missing = (ratio - (factor - 1.0) if ratio < 1.0 else 1.0 - (factor - ratio)) + fma(-ratio, x, n) / x
        whole = product * factor
        low = fma(product, factor, -whole) + fma(low, factor, product * missing)
        product = whole
        x = x + 1.0
    leading, rest = log_in_parts(x)
    taken, taken_rest = log_in_parts(product)
    main = n * leading
    parts = fma(n, rest, fma(n, leading, -main)) - (taken_rest + low / product)
    return (main - taken) + (parts + (rising_far(x, n) - first))


def rising_excess(x: float, n: float) -> float:
    """log Gamma(x + n) - log Gamma(x) - n log x, the sum of log(1 + k/x) over k < n; 0 at n = 0, n = 1 and x = inf.

    For x > 0 and x + n > 0. From x >= 10 on by Stirling's formula; below, whole steps whose terms have one sign.
    Measured error: 3.6 ulp.
    """
    if not x > 0.0 or not x + n > 0.0:
        return NOT_A_NUMBER if x != 0.0 or not n >= 0.0 else excess_at_zero(n)
    if x == INFINITY:
        return 0.0 * n if n - n == 0.0 else NOT_A_NUMBER
    if n == INFINITY:
        return INFINITY
    if 0.0 < n <= FEW_FACTORS and n == floor(n):
        return excess_product(x, n)
    if x >= STIRLING_FROM and x + n >= STIRLING_FROM:
        return rising_far(x, n)
    if n > FEW_FACTORS:
        steps = floor(STIRLING_FROM - x) + 1.0
        base = x + steps
        return excess_product(x, steps) + fma(n - steps, log1p_quotient(steps, x), rising_far(base, n - steps))
    gained = 0.0
    while x < STIRLING_FROM or x + n < STIRLING_FROM:
        gained = gained + (n * log1p_quotient(1.0, x) - log1p_quotient(n, x))
        x = x + 1.0
    return gained + rising_far(x, n)


def excess_at_zero(n: float) -> float:
    """The limit of rising_excess at x = 0."""
    return 0.0 if n == 0.0 or n == 1.0 else (INFINITY if n > 1.0 else -INFINITY)


def excess_product(x: float, n: float) -> float:
    """log of (1 + 1/x) ... (1 + (n - 1)/x) for a whole n of at most 16, through the product less one."""
    if x < 1e-15:
        return rising_product(1.0, n - 1.0) - (n - 1.0) * log(x) if n > 1.0 else 0.0
    product = 0.0
    k = 1.0
    while k < n:
        ratio = k / x
        product = product + ratio * (1.0 + product)
        k = k + 1.0
    return log1p(product)
