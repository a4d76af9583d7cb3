"""The functions of the table of heads on balls.

Functions that mpmath gives to nearly all digits, with a bound of their slope, stand here. Any
other row of the table of heads goes through its oracle, at a precision where what it cancels is
still there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import sympy as sp

from symloss.heads import functions as fn
from symloss.heads.exponential_integral import log_scaled_e1, scaled_e1_curvature, scaled_e1_slope
from symloss.heads.shares import sigmoid_less
from symloss.heads.table import row_of

from .balls import (
    EXACT,
    Ball,
    NotANumber,
    Unresolved,
    absolute,
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
    real_power,
    root,
    rounded,
    times,
)
from .gamma import GAMMA

Function = Callable[..., Ball]

_HUGE = 1100  # bits before the point of an argument; all floats have less, and mpmath may need forever for more
_BESIDE_A_ZERO = 64  # bits; a float is not closer to the zero of a function that is not 0 there
_GUARD = 24  # bits; covers the last digits of mpmath's own results


def function_of(e: sp.Basic) -> Function | None:
    """What the outermost function of an expression does to balls."""
    if type(e) in _DIRECT:
        return _DIRECT[type(e)]
    row = row_of(e)
    return None if row is None else _through_oracle(row.oracle)


def sigmoid(x: Ball) -> Ball:
    if x.value >= 0:
        return inverse(plus(exact(1), exponential(negative(x))))
    e = exponential(x)
    return times(e, inverse(plus(exact(1), e)))


def softplus(x: Ball) -> Ball:
    if x.value > 0:
        return plus(x, log1p(exponential(negative(x))))
    return log1p(exponential(x))


def log1p(x: Ball) -> Ball:
    if magnitude(x.value) > 0:
        return logarithm(plus(exact(1), x))
    value = mpmath.log1p(x.value)
    return exact(0) if is_exact(x) and not value else rounded(value, x.error - magnitude(1 + x.value) + 2, 2)


def expm1(x: Ball) -> Ball:
    if magnitude(x.value) > 0:
        return plus(exponential(x), exact(-1))
    value = mpmath.expm1(x.value)
    return exact(0) if is_exact(x) and not value else rounded(value, x.error + 3, 2)


def log1mexp(x: Ball) -> Ball:
    """log(1 - exp(x)) for x < 0."""
    return log1p(negative(exponential(x))) if magnitude(x.value) > 0 else logarithm(negative(expm1(x)))


def tanh(x: Ball) -> Ball:
    """(1 - e)/(1 + e) with e = exp(-2 |x|)."""
    e = exponential(times(exact(-2), absolute(x)))
    value = times(negative(expm1(times(exact(-2), absolute(x)))), inverse(plus(exact(1), e)))
    return value if x.value > 0 else negative(value)


def sech2(x: Ball) -> Ball:
    """4 e/(1 + e)**2 with e = exp(-2 |x|)."""
    e = exponential(times(exact(-2), absolute(x)))
    return times(exact(4), e, inverse(integer_power(plus(exact(1), e), 2)))


def logcosh(x: Ball) -> Ball:
    """|x| - log(2) + log1p(exp(-2 |x|))."""
    size = absolute(x)
    return plus(size, negative(rounded(mpmath.log(2))), log1p(exponential(times(exact(-2), size))))


def bernoulli_function(x: Ball) -> Ball:
    """x/(exp(x) - 1), far above 0 as x exp(-x)/(1 - exp(-x)): exp(x) may be larger than any number here."""
    if _is_zero(x):
        return exact(1)
    if x.value > 0 and magnitude(x.value) > 2:
        decay = exponential(negative(x))
        return times(x, decay, inverse(plus(exact(1), negative(decay))))
    return times(x, inverse(expm1(x)))


def bernoulli_slope(x: Ball) -> Ball:
    """x B'(x) = B(x) (1 - x - B(x))."""
    b = bernoulli_function(x)
    return exact(0) if _is_zero(x) else times(b, plus(exact(1), negative(x), negative(b)))


def erfcx(x: Ball) -> Ball:
    """exp(x**2) erfc(x) for x >= 0: a product where that is quick, the asymptotic series where it converges."""
    v = x.value
    if v * v > mpmath.mp.prec:
        # (2k-1)!!/(2 v**2)**k falls below 2**-prec before it grows again; the error is less than the next term.
        total, term, k = mpmath.mpf(1), mpmath.mpf(1), 0
        while magnitude(term) > -mpmath.mp.prec - 4:
            k += 1
            term *= -(2 * k - 1) / (2 * v * v)
            total += term
        value = total / (v * mpmath.sqrt(mpmath.pi))
    else:
        with mpmath.extraprec(2 * max(magnitude(v), 0) + 10):
            value = mpmath.exp(v * v) * mpmath.erfc(v)
    slope = magnitude(value) - magnitude(v) + 2 if v > 1 else 1
    return rounded(+value, EXACT if is_exact(x) else x.error + slope, 4)


def _upper_tail(t: Ball) -> Ball:
    """P(Z > t) for t >= 0."""
    return times(exact(0.5), _scaled_tail(t), _bell(t))


def _scaled_tail(t: Ball) -> Ball:
    return erfcx(times(t, rounded(mpmath.sqrt(mpmath.mpf(1) / 2))))


def _bell(t: Ball) -> Ball:
    return exponential(times(exact(-0.5), t, t))


def erf(x: Ball) -> Ball:
    if magnitude(x.value) > 0:
        size = absolute(x)
        value = plus(exact(1), negative(erfc(size)))
        return value if x.value > 0 else negative(value)
    value = mpmath.erf(x.value)
    return exact(0) if is_exact(x) and not value else rounded(value, x.error + 2, 4)


def erfc(x: Ball) -> Ball:
    if x.value < 0:
        return plus(exact(1), erf(negative(x)))
    return times(erfcx(x), exponential(times(exact(-1), x, x)))


def norm_cdf(x: Ball) -> Ball:
    if x.value > 0:
        return plus(exact(1), negative(_upper_tail(x)))
    return _upper_tail(negative(x))


def log_norm_cdf(x: Ball) -> Ball:
    if x.value > 0:
        return log1p(negative(_upper_tail(x)))
    return plus(logarithm(times(exact(0.5), _scaled_tail(negative(x)))), times(exact(-0.5), x, x))


def inverse_mills(x: Ball) -> Ball:
    if x.value > 0:
        return times(rounded(1 / mpmath.sqrt(2 * mpmath.pi)), _bell(x), inverse(norm_cdf(x)))
    return times(rounded(mpmath.sqrt(2 / mpmath.pi)), inverse(_scaled_tail(negative(x))))


def mills_excess(x: Ball) -> Ball:
    return plus(inverse_mills(x), x)


def _scaled_e1(head: type[fn.Head], order: int) -> Function:
    """One of log(exp(u) E1(u)) at u = v**2/2 and its derivatives, whose own derivative is below 8/|v|**order."""

    def function(v: Ball) -> Ball:
        if not is_exact(v) and v.error > magnitude(v.value) - 5:
            raise Unresolved
        with mpmath.extraprec(_GUARD + _BESIDE_A_ZERO):
            value = head.oracle(v.value)
        error = EXACT if is_exact(v) or not v.value else v.error + 4 - order * (magnitude(v.value) - 1)
        return rounded(+value, error, 4)

    return function


def _bessel(head: type[fn.Head], lost: Callable[[int], int], slope: int) -> Function:
    """log I0 or one of its derivatives; ``lost`` bits cancel for an argument of that size, and the next derivative is
    below 2, and below 8/|x|**slope."""
    row = row_of(head(sp.Dummy(real=True)))
    assert row is not None
    oracle = row.oracle

    def function(x: Ball) -> Ball:
        size = magnitude(x.value)
        if size > _HUGE or (not is_exact(x) and x.error > size - 5):
            raise Unresolved
        with mpmath.extraprec(_GUARD + max(lost(size), 0) if x.value else _GUARD):
            value = oracle(x.value)
        error = EXACT if is_exact(x) else min(x.error + 1, x.error + 3 - slope * (size - 1))
        return exact(0) if not value else rounded(+value, error, 4)

    return function


def _log_bessel_i0(x: Ball) -> Ball:
    """x**2/4 - x**4/64 + x**6/576 - ... next to 0, where the oracle takes the logarithm of what is next to 1."""
    if is_exact(x) and not x.value:
        return exact(0)
    if magnitude(x.value) < -mpmath.mp.prec // 4:
        square = integer_power(x, 2)
        return times(exact(0.25), square, plus(exact(1), times(exact(-1 / 16), square)))
    return _bessel(fn.log_bessel_i0, lambda size: -2 * size, 0)(x)


def _cosh(x: Ball) -> Ball:
    return times(exact(0.5), plus(exponential(x), exponential(negative(x))))


def _sinh(x: Ball) -> Ball:
    """(E + E/(1 + E))/2 with E = expm1(|x|)."""
    e = expm1(absolute(x))
    value = times(exact(0.5), plus(e, times(e, inverse(plus(exact(1), e)))))
    return value if x.value > 0 else negative(value)


def _sign(x: Ball) -> Ball:
    if is_small(x):
        raise Unresolved
    return exact(mpmath.sign(x.value))


def _step(x: Ball) -> Ball:
    return times(exact(0.5), plus(_sign(x), exact(1)))


def _one_sided_sign(u: Ball, direction: Ball) -> Ball:
    sign = _sign(u)
    return sign if sign.value else _sign(direction)


def _masked_difference(a: Ball, b: Ball) -> Ball:
    masked = all(is_exact(x) and x.value == -mpmath.inf for x in (a, b))
    return a if masked else plus(a, negative(b))


def _xlogy(x: Ball, y: Ball) -> Ball:
    return exact(0) if _is_zero(x) else times(x, logarithm(y))


def _product_or_zero(w: Ball, g: Ball) -> Ball:
    return exact(0) if _is_zero(w) else times(w, g)


def _quotient_or_zero(x: Ball, n: Ball) -> Ball:
    return exact(0) if _is_zero(n) else times(x, inverse(n))


def _exp_sigmoid_squared(v: Ball, w: Ball) -> Ball:
    return times(exponential(v), integer_power(sigmoid(plus(w, negative(v))), 2))


def _exp_softplus_excess(v: Ball, w: Ball) -> Ball:
    u = plus(w, negative(v))
    return times(exponential(v), plus(softplus(u), negative(sigmoid(u))))


def _log1psq_excess(w: Ball) -> Ball:
    return plus(log1p(w), negative(times(w, inverse(plus(exact(1), w)))))


def _power(x: Ball, a: Ball) -> Ball:
    return exact(1) if _is_zero(a) else real_power(x, a)


def _logaddexp(x: Ball, y: Ball) -> Ball:
    """The larger one and log(1 + exp) of the distance: the oracle takes a power of e of the size of its arguments."""
    high, low = (x, y) if x.value >= y.value else (y, x)
    if mpmath.isinf(high.value):
        return high
    return plus(high, log1p(exponential(plus(low, negative(high)))))


def _is_zero(x: Ball) -> bool:
    return is_exact(x) and not x.value


_DIRECT: dict[type, Function] = {
    sp.exp: exponential,
    sp.log: logarithm,
    sp.Abs: absolute,
    sp.sign: _sign,
    sp.tanh: tanh,
    sp.sinh: _sinh,
    sp.cosh: _cosh,
    fn.sigmoid: sigmoid,
    fn.softplus: softplus,
    fn.log_softplus: lambda x: logarithm(softplus(x)),
    fn.log1p: log1p,
    fn.logaddexp: _logaddexp,
    fn.expm1: expm1,
    fn.log1mexp: log1mexp,
    fn.sech2: sech2,
    fn.logcosh: logcosh,
    fn.bernoulli_function: bernoulli_function,
    fn.bernoulli_slope: bernoulli_slope,
    sp.erf: erf,
    sp.erfc: erfc,
    fn.norm_cdf: norm_cdf,
    fn.log_norm_cdf: log_norm_cdf,
    fn.inverse_mills: inverse_mills,
    fn.mills_excess: mills_excess,
    log_scaled_e1: _scaled_e1(log_scaled_e1, 1),
    scaled_e1_slope: _scaled_e1(scaled_e1_slope, 2),
    scaled_e1_curvature: _scaled_e1(scaled_e1_curvature, 3),
    sigmoid_less: lambda x, m: plus(sigmoid(x), negative(m)),
    fn.log_bessel_i0: _log_bessel_i0,
    fn.bessel_ratio: _bessel(fn.bessel_ratio, lambda size: 0, 2),
    fn.bessel_ratio_slope: _bessel(fn.bessel_ratio_slope, lambda size: 2 * size, 3),
    fn.step: _step,
    fn.one_sided_sign: _one_sided_sign,
    fn.masked_difference: _masked_difference,
    fn.xlogy: _xlogy,
    fn.product_or_zero: _product_or_zero,
    fn.exp_neg_exp: lambda x: exponential(negative(exponential(x))),
    fn.log1mexp_exp: lambda x: log1mexp(negative(exponential(x))),
    fn.bernoulli_exp: lambda x: bernoulli_function(exponential(x)),
    fn.bernoulli_slope_exp: lambda x: bernoulli_slope(exponential(x)),
    fn.exp_tanh: lambda a, r, s: times(exponential(a), tanh(times(exact(0.5), r, exponential(s)))),
    fn.log1psq_exp: lambda r, t, u: log1p(integer_power(times(r, exponential(negative(t))), 2)),
    fn.log1psq_excess_exp: lambda r, t, u: _log1psq_excess(integer_power(times(r, exponential(negative(t))), 2)),
    fn.inverse_hypot_exp: lambda r, t, k: inverse(root(plus(exponential(times(exact(2), t)), integer_power(r, 2)))),
    fn.exp_sigmoid: lambda v, w: inverse(plus(exponential(negative(v)), exponential(negative(w)))),
    fn.exp_sigmoid_squared: _exp_sigmoid_squared,
    fn.exp_softplus: lambda v, w: times(exponential(v), softplus(plus(w, negative(v)))),
    fn.exp_softplus_excess: _exp_softplus_excess,
    fn.exp_times: lambda a, x: _product_or_zero(x, exponential(a)),
    fn.times_square: lambda w, g: _product_or_zero(w, integer_power(g, 2)),
    fn.quotient_or_zero: _quotient_or_zero,
    fn.power: _power,
    **GAMMA,
}


def _through_oracle(oracle: Callable[..., Any]) -> Function:
    def function(*balls: Ball) -> Ball:
        here = _settled(oracle, [b.value for b in balls])
        error = EXACT
        for n, ball in enumerate(balls):
            if not is_exact(ball):
                moved = [b.value for b in balls]
                moved[n] += mpmath.ldexp(1, ball.error)
                error = max(error, magnitude(_settled(oracle, moved) - here) + 2)
        if not here:
            # Of a true zero nothing is known but how far the digits reached.
            return exact(0) if all(map(is_exact, balls)) else Ball(here, max(error, -mpmath.mp.prec))
        return rounded(here, error, 4)

    return function


def _settled(oracle: Callable[..., Any], arguments: list[Any]) -> Any:
    """The oracle where the smallest part of what it adds up is resolved, and again with twice the bits."""
    if any(magnitude(x) > _HUGE for x in arguments):
        raise Unresolved
    bits = mpmath.mp.prec + _GUARD + sum(map(_cancelled_bits, arguments))
    found = []
    for precision in (bits, 2 * bits):
        with mpmath.workprec(precision):
            try:
                found.append(oracle(*arguments))
            except ZeroDivisionError as error:
                raise NotANumber from error
            except ValueError as error:
                raise Unresolved from error  # mpmath's pole of gamma at 0, to which an exponential has underflowed
    first, second = found
    if isinstance(second, mpmath.mpc) or mpmath.isnan(second):
        raise NotANumber
    if first != second and magnitude(first - second) > magnitude(second) - mpmath.mp.prec:
        raise Unresolved
    return second


def _cancelled_bits(x: Any) -> int:
    """Bits between 1 and x**3 for a tiny or huge x, and between 1 and exp(-x**2) or what of it does not underflow."""
    if not x or mpmath.isinf(x):
        return 0
    size = magnitude(x)
    return min(3 * abs(size), 3400) + (1900 if size > 6 else int(3 * min(float(x) ** 2, 650)))
