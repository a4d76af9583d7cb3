"""Rising factorials whose base is given by its logarithm b, and derivatives by b: no overflow, no underflow.

With x = exp(b), the derivatives of log(Gamma(x + n)/Gamma(x)) by b are the sums of x/(x + k) and of k x/(x + k)^2 over
k < n; log x takes n from the first and nothing from the second.
"""

from __future__ import annotations

from symloss.elementary.arithmetic import floor
from symloss.elementary.beta import FEW_FACTORS, rising_excess, rising_log
from symloss.elementary.constants import INFINITY, NOT_A_NUMBER
from symloss.elementary.exponential import exp, exp_product
from symloss.elementary.gamma import loggamma
from symloss.elementary.gamma_differences import (
    digamma_difference,
    digamma_excess,
    excess_curvature,
    trigamma_difference,
)
from symloss.elementary.logarithm import log

FIRST_TERM_FROM = 1e18  # from that multiple of n + 1 on, the first term in 1/x is all
EXCESS_FROM = 0.35  # from that x on the curvature of the excess, for a small n or an n below x, loses less
LAST_FACTOR_FROM = 0.5  # from that n on what Gamma(x + 1) is taken to, whose derivatives lack one term, loses less
PRODUCT_UNDERFLOWS = 1e-280  # below, x and n are next to the pole
SQUARE_OVERFLOWS = 1e-150  # the inverse square of what is smaller


def rising_log_exp(b: float, n: float) -> float:
    """log Gamma(x + n) - log Gamma(x) at x = exp(b) for n >= 0; 0 at n = 0.

    Measured error: that of rising_log; next to its zeros far below 0 an ulp of b.
    """
    if n == 0.0:
        return 0.0 * exp(-b * b)
    x = exp(b)
    if x > PRODUCT_UNDERFLOWS:
        return rising_log(x, n) if x != INFINITY else n * b
    return b - log(n + x) if n < PRODUCT_UNDERFLOWS else b + loggamma(n)


def rising_excess_exp(b: float, n: float) -> float:
    """log Gamma(x + n) - log Gamma(x) - n b at x = exp(b) for n >= 0; 0 at inf.

    Measured error: that of rising_excess.
    """
    x = exp(b)
    if x > PRODUCT_UNDERFLOWS or x != x or n == 0.0:
        return rising_excess(x, n)
    return (1.0 - n) * b + loggamma(n) if n > PRODUCT_UNDERFLOWS else rising_log_exp(b, n) - n * b


def rising_slope(b: float, n: float) -> float:
    """x (psi(x + n) - psi(x)) at x = exp(b) for n >= 0: n far out, 1 at -inf. Measured error: 4 ulp."""
    x = exp(b)
    if n == 0.0 or n == 1.0:
        return n + 0.0 * exp(-b * b)
    if x >= FIRST_TERM_FROM * (n + 1.0):
        return n
    return n / (x + n) + x * digamma_difference(1.0 + x, n) if x < 1.0 else x * digamma_difference(x, n)


def excess_slope(b: float, n: float) -> float:
    """n - x (psi(x + n) - psi(x)) at x = exp(b) for n >= 0: 0 far out, n - 1 at -inf.

    Measured error: 4 ulp for n <= x.
    """
    if n < 0.0:
        return NOT_A_NUMBER
    x = exp(b)
    if n == 0.0 or n == 1.0:
        return 0.0 * exp(-b * b)
    if x >= FIRST_TERM_FROM * (n + 1.0):
        return exp_product(-b, n * (0.5 * (n - 1.0)))
    if x < 1.0:
        return n * ((x + (n - 1.0)) / (x + n)) - x * digamma_difference(1.0 + x, n)
    return x * digamma_excess(x, n)


def rising_curvature(b: float, n: float) -> float:
    """The sum of k x/(x + k)^2 over k < n at x = exp(b) for n >= 0; 0 at both infinities. Measured error: 7.3 ulp."""
    if n < 0.0:
        return NOT_A_NUMBER
    x = exp(b)
    if n == 0.0 or n == 1.0 or b == INFINITY:
        return 0.0 * exp(-b * b)
    if x >= FIRST_TERM_FROM * (n + 1.0):
        return exp_product(-b, n * (0.5 * (n - 1.0)))
    if n <= FEW_FACTORS and n == floor(n):
        total, k = 0.0, 1.0
        while k < n:
            total = total + x / (x + k) * (k / (x + k))
            k = k + 1.0
        return total
    if x >= EXCESS_FROM and (n <= 1.3 or n <= 1.5 * x):
        return excess_curvature(x, n)
    if n >= LAST_FACTOR_FROM:
        slope = digamma_difference(1.0 + x, n - 1.0) + x * trigamma_difference(1.0 + x, n - 1.0)
        return x * slope if x > PRODUCT_UNDERFLOWS else exp_product(b, slope)
    slope = digamma_difference(1.0 + x, n) + x * trigamma_difference(1.0 + x, n)
    if x > PRODUCT_UNDERFLOWS or n < SQUARE_OVERFLOWS:
        return x * slope - n / (x + n) * (x / (x + n))
    return exp_product(b, slope - n / (x + n) / (x + n))
