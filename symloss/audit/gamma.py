"""The logarithm of the gamma function, its derivatives and their differences on balls, for every positive argument.

A power series next to 0, mpmath in between and Stirling's series far out, where mpmath would need as many bits as the
argument has. A difference is one of balls: what it cancels, the next precision resolves.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import mpmath
import sympy as sp

from symloss.heads import functions as fn
from symloss.heads.saddle_point import factorial_rest, rising_rest

from .balls import (
    Ball,
    NotANumber,
    Unresolved,
    exact,
    exponential,
    integer_power,
    inverse,
    is_exact,
    is_small,
    logarithm,
    magnitude,
    negative,
    plus,
    rounded,
    times,
)

_BESIDE_0 = -12  # the series there has a term per twelve bits
_GUARD = 24  # bits; covers the last digits of mpmath's own results


def loggamma(x: Ball) -> Ball:
    """log Gamma(x); its slope is below 1/x + |log x| + 1."""
    _check(x)
    size = magnitude(x.value)
    if mpmath.isinf(x.value):
        return x
    with mpmath.extraprec(_GUARD + max(size, 0).bit_length()):
        value = _loggamma(x.value)
    slope = max(-size + 1, abs(size).bit_length()) + 2
    return exact(0) if not value else rounded(+value, x.error + slope, 4)


def _kept(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with its last results at hand: samples that differ in another argument ask for the same ones."""

    @lru_cache(maxsize=2048)
    def at(bits: int, number: tuple[int, ...], *order: int) -> Any:
        return function(*order, mpmath.mp.make_mpf(number))

    return lambda *arguments: at(mpmath.mp.prec, arguments[-1]._mpf_, *arguments[:-1])


@_kept
def _loggamma(x: Any) -> Any:
    size = magnitude(x)
    if size < _BESIDE_0:
        count = mpmath.mp.prec // -size + 2
        rest = sum(mpmath.zeta(k) * (-x) ** k / k for k in range(2, count + 2))
        return rest - mpmath.euler * x - mpmath.log(x)
    if size > mpmath.mp.prec:
        return (x - 0.5) * mpmath.log(x) - x + mpmath.log(2 * mpmath.pi) / 2 + 1 / (12 * x)
    return mpmath.loggamma(x)


def polygamma(order: Ball, x: Ball) -> Ball:
    """psi and its derivatives. The slope of psi is below 1/x**2 + 1/x, a derivative's below (m + 1)/x of itself."""
    _check(x)
    m, size = int(order.value), magnitude(x.value)
    if mpmath.isinf(x.value):
        return exact(0) if m else x
    with mpmath.extraprec(_GUARD):
        value = _polygamma(m, x.value)
    relative = x.error - size + 1
    slope = max(relative - size + 1, relative) + 2 if m == 0 else relative + magnitude(value) + (m + 1).bit_length() + 1
    return rounded(+value, slope, 4)


@_kept
def _polygamma(m: int, x: Any) -> Any:
    size = magnitude(x)
    if size < _BESIDE_0:
        count = mpmath.mp.prec // -size + 2
        sign = -1 if m % 2 == 0 else 1
        # The sum of 1/(x + k)**(m + 1) over k > 0 in powers of x.
        terms = (mpmath.binomial(m + j, j) * mpmath.zeta(m + 1 + j) * (-x) ** j for j in range(m == 0, count + 1))
        return sign * mpmath.factorial(m) * (sum(terms) + x ** -(m + 1)) - (mpmath.euler if m == 0 else 0)
    if size > mpmath.mp.prec:
        if m == 0:
            return mpmath.log(x) - 1 / (2 * x)
        return (-1) ** (m + 1) * mpmath.factorial(m - 1) * x**-m * (1 + mpmath.mpf(m) / (2 * x))
    return _trigamma(x) if m == 1 else mpmath.psi(m, x)


def _trigamma(x: Any) -> Any:
    """The recurrence, and Stirling's series from an argument on whose smallest term is below the precision:
    exp(-2 pi x). mpmath's own goes through complex numbers, and takes twenty times as long."""
    bits = mpmath.mp.prec
    total = mpmath.mpf(0)
    while x < bits // 6 + 4:
        total += 1 / (x * x)
        x += 1
    square = 1 / (x * x)
    term, k = 1 / x, 0
    total += term + square / 2
    while magnitude(term) > magnitude(total) - bits - 8:
        k += 1
        term = mpmath.bernoulli(2 * k) * (square**k / x)
        total += term
    return total


def _check(x: Ball) -> None:
    if is_small(x) or x.error > magnitude(x.value) - 3:
        raise Unresolved
    if not x.value > 0:
        raise NotANumber


def _psi(m: int, x: Ball) -> Ball:
    return polygamma(exact(m), x)


def _is_far(x: Ball, n: Ball) -> bool:
    """Whether the first term in n/x of a difference is all that the precision has: the next one is n (n + 1)/x of it,
    or less."""
    finite = not mpmath.isinf(x.value) and magnitude(n.value) < _FEW
    return finite and not is_small(x) and magnitude(x.value) > mpmath.mp.prec + 2 * _FEW and n.value > 0


_FEW = 64  # bits of n


def _first_term(value: Ball, x: Ball) -> Ball:
    """A first term in n/x, with a bound for the others."""
    return rounded(value.value, max(value.error, magnitude(value.value) - magnitude(x.value) + 2 * _FEW))


def _difference(m: int, x: Ball, n: Ball) -> Ball:
    if m < 2 and _is_far(x, n):
        return _first_term(times(n, inverse(x)) if m == 0 else negative(times(n, integer_power(x, -2))), x)
    return plus(_psi(m, plus(x, n)), negative(_psi(m, x)))


def _rising_log(x: Ball, n: Ball) -> Ball:
    if _is_far(x, n):
        return _first_term(times(n, logarithm(x)), x)
    return plus(loggamma(plus(x, n)), negative(loggamma(x)))


def _digamma_excess(x: Ball, n: Ball) -> Ball:
    return plus(times(n, inverse(x)), negative(_difference(0, x, n)))


def _trigamma_excess(x: Ball, n: Ball) -> Ball:
    return plus(times(n, integer_power(x, -2)), _difference(1, x, n))


def _digamma_curvature(x: Ball, n: Ball) -> Ball:
    return plus(times(exact(2), _digamma_excess(x, n), inverse(x)), negative(_trigamma_excess(x, n)))


def _rest(a: Ball) -> Ball:
    k = exponential(a)
    return plus(loggamma(k), negative(times(k, plus(a, exact(-1)))))


def _rest_slope(a: Ball) -> Ball:
    k = exponential(a)
    return times(k, plus(_psi(0, k), negative(a)))


def _rest_curvature(a: Ball) -> Ball:
    k = exponential(a)
    return plus(_rest_slope(a), times(k, plus(times(k, _psi(1, k)), exact(-1))))


def _rising_slope(b: Ball, n: Ball) -> Ball:
    x = exponential(b)
    return times(x, _difference(0, x, n))


def _rising_curvature(b: Ball, n: Ball) -> Ball:
    x = exponential(b)
    return plus(times(x, _difference(0, x, n)), times(integer_power(x, 2), _difference(1, x, n)))


def _times_log(x: Ball) -> Ball:
    return exact(0) if not x.value and is_exact(x) else times(x, logarithm(x))


def _factorial_rest(n: Ball) -> Ball:
    return plus(loggamma(plus(exact(1), n)), negative(_times_log(n)), n)


def _rising_rest(x: Ball, n: Ball) -> Ball:
    above = plus(x, n)
    return plus(
        times(above, logarithm(above)), negative(times(x, logarithm(x))), negative(n), negative(_rising_log(x, n))
    )


GAMMA: dict[type, Callable[..., Ball]] = {
    sp.loggamma: loggamma,
    sp.polygamma: polygamma,
    fn.rising_log: _rising_log,
    fn.log_beta: lambda a, b: plus(loggamma(a), loggamma(b), negative(loggamma(plus(a, b)))),
    fn.digamma_difference: lambda x, n: _difference(0, x, n),
    fn.trigamma_difference: lambda x, n: _difference(1, x, n),
    fn.rising_excess: lambda x, n: plus(_rising_log(x, n), negative(times(n, logarithm(x)))),
    fn.digamma_excess: _digamma_excess,
    fn.trigamma_excess: _trigamma_excess,
    fn.digamma_curvature: _digamma_curvature,
    fn.rising_log_exp: lambda b, n: _rising_log(exponential(b), n),
    fn.rising_excess_exp: lambda b, n: plus(_rising_log(exponential(b), n), negative(times(n, b))),
    fn.rising_slope: _rising_slope,
    fn.excess_slope: lambda b, n: plus(n, negative(_rising_slope(b, n))),
    fn.rising_curvature: _rising_curvature,
    fn.loggamma1p: lambda x: loggamma(plus(exact(1), x)),
    factorial_rest: _factorial_rest,
    rising_rest: _rising_rest,
    fn.digamma1p: lambda x: _psi(0, plus(exact(1), x)),
    fn.loggamma_rest: lambda a, k: _rest(a),
    fn.loggamma_rest_slope: lambda a, k: _rest_slope(a),
    fn.loggamma_rest_curvature: lambda a, k: _rest_curvature(a),
}
