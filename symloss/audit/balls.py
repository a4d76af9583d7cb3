"""Numbers with a bound of their own error, in any precision.

A `Ball` is an mpmath number and the exponent of a power of two that its error does not exceed.
A sum that cancels says so itself, so that one evaluation at the right precision is enough:
nothing has to be compared with a second run, and no two runs can agree on a wrong answer.

>>> import mpmath
>>> with mpmath.workprec(60):
...     difference = plus(exponential(exact(1e-30)), exact(-1.0))
>>> float(difference.value), is_small(difference)
(0.0, True)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import mpmath

EXACT = -(1 << 1200)
"""The exponent of no error; an integer, since exponents of huge powers are no floats."""

_DEEP = -4000
"""exp(x) for an x below is taken as 0 with an error of 2**(x/2); every result down there has underflowed."""

_HUGE = 1100
"""exp(x) for |x| above 2**_HUGE has an exponent that is no number of bits any more: it is 0 or infinite."""


class Unresolved(ArithmeticError):
    """The precision is too low to say what the result is."""


class NotANumber(ArithmeticError):
    """The expression has no value there: 0/0, a logarithm of a negative number."""


class Ball(NamedTuple):
    """``value``, wrong by at most 2**``error``."""

    value: Any
    error: int


def exact(x: Any) -> Ball:
    """A number without error."""
    return Ball(mpmath.mpf(x), EXACT)


def magnitude(x: Any) -> int:
    """The exponent of the power of two above |x|; `EXACT` for 0."""
    _, mantissa, exponent, bits = x._mpf_
    return int(exponent + bits) if mantissa else EXACT


def rounded(value: Any, error: int = EXACT, slack: int = 1) -> Ball:
    """What a correctly rounded operation gives: the error that came in, and a rounding of its own."""
    _, mantissa, exponent, bits = value._mpf_
    if mantissa:
        return Ball(value, max(error, exponent + bits - mpmath.mp.prec) + slack)
    if mpmath.isnan(value):
        raise NotANumber
    return Ball(value, max(error, EXACT) + slack)


def is_exact(ball: Ball) -> bool:
    return ball.error <= EXACT


def is_small(ball: Ball) -> bool:
    """Whether the ball may contain 0 without being it."""
    return not is_exact(ball) and magnitude(ball.value) - 1 <= ball.error


def top(ball: Ball) -> int:
    """The exponent of a power of two above everything in the ball."""
    return max(magnitude(ball.value), ball.error) + (0 if is_exact(ball) else 1)


def plus(*balls: Ball) -> Ball:
    """The sum; sums of numbers without error that fit the precision have none."""
    total = balls[0]
    for ball in balls[1:]:
        total = _plus(total, ball)
    return total


def _plus(a: Ball, b: Ball) -> Ball:
    value = a.value + b.value
    if is_exact(a) and is_exact(b) and _fits(a.value, b.value):
        return Ball(value, EXACT)
    return rounded(value, max(a.error, b.error))


def _fits(a: Any, b: Any) -> bool:
    """Whether the sum of two numbers needs no more bits than there are."""
    (_, m, e, n), (_, p, d, k) = a._mpf_, b._mpf_
    return not m or not p or max(e + n, d + k) - min(e, d) < mpmath.mp.prec


def negative(a: Ball) -> Ball:
    return Ball(-a.value, a.error)


def times(*balls: Ball) -> Ball:
    """The product."""
    product = balls[0]
    for ball in balls[1:]:
        product = _times(product, ball)
    return product


def _times(a: Ball, b: Ball) -> Ball:
    value = a.value * b.value
    (_, m, e, n), (_, p, d, k) = a.value._mpf_, b.value._mpf_
    if m and p:  # neither 0 nor infinite, which all but a few products are
        if a.error <= EXACT and b.error <= EXACT and n + k <= mpmath.mp.prec:
            return Ball(value, EXACT)
        return rounded(value, max(a.error + d + k, b.error + e + n, a.error + b.error), 2)
    if mpmath.isnan(value):
        raise NotANumber
    if is_exact(a) and is_exact(b) and n + k <= mpmath.mp.prec:
        return Ball(value, EXACT)
    if (is_exact(a) and not a.value) or (is_exact(b) and not b.value):
        return Ball(value, EXACT)
    return rounded(value, max(a.error + magnitude(b.value), b.error + magnitude(a.value), a.error + b.error), 2)


def inverse(a: Ball) -> Ball:
    """1/a."""
    if is_small(a):
        raise Unresolved
    if not a.value:
        raise NotANumber
    return rounded(1 / a.value, a.error - 2 * magnitude(a.value) + 3, 2)


def integer_power(a: Ball, n: int) -> Ball:
    """a**n."""
    if n < 0:
        return inverse(integer_power(a, -n))
    if n == 0:
        return exact(1)
    if is_small(a):
        return Ball(a.value**n, n * top(a))
    if is_exact(a) and a.value._mpf_[3] * n <= mpmath.mp.prec:
        return Ball(a.value**n, EXACT)
    value = a.value**n
    return rounded(value, a.error - magnitude(a.value) + magnitude(value) + n.bit_length(), 3)


def root(a: Ball) -> Ball:
    """The square root."""
    if is_small(a):
        return Ball(mpmath.mpf(0), top(a) // 2 + 1)
    if a.value < 0:
        raise NotANumber
    value = mpmath.sqrt(a.value)
    return rounded(value, a.error - magnitude(a.value) + magnitude(value), 2) if value else exact(0)


def real_power(a: Ball, b: Ball) -> Ball:
    """a**b for a >= 0; 0**b is 0 for b > 0 and 1 for b = 0."""
    if is_exact(b) and b.value == int(b.value) and abs(b.value) < 2**20:
        return integer_power(a, int(b.value))
    if is_small(a) and b.value > 0 and not is_small(b):
        return Ball(mpmath.mpf(0), int(b.value * top(a) / 2))
    if not a.value and is_exact(a):
        if b.value > 0:
            return exact(0)
        raise NotANumber
    return exponential(times(b, logarithm(a)))


def exponential(a: Ball) -> Ball:
    """exp(a)."""
    x = a.value
    if x == 0 and is_exact(a):
        return exact(1)
    if magnitude(x) > _HUGE or mpmath.isinf(x):
        if magnitude(x) - 1 <= a.error:
            raise Unresolved
        return Ball(mpmath.inf if x > 0 else mpmath.mpf(0), EXACT)
    if x < _DEEP and not _full and a.error < magnitude(x) - 2:
        global _taken
        _taken += 1
        return Ball(mpmath.mpf(0), int(x / 2))
    if a.error > 0:
        raise Unresolved
    value = _exp(x)
    return rounded(value, a.error + magnitude(value) + 1, 2)


def _exp(x: Any) -> Any:
    """mpmath's, except that a huge whole number is not taken for a power of e."""
    size = magnitude(x)
    if size < 16:
        return mpmath.exp(x)
    with mpmath.extraprec(size + 16):
        twos = int(mpmath.nint(x / mpmath.ln2))
        rest = x - twos * mpmath.ln2
    return mpmath.ldexp(mpmath.exp(rest), twos)


_taken = 0


def shortcuts() -> int:
    """How often an exponential was taken as 0 so far."""
    return _taken


_full = False
"""Whether exponentials of huge negative numbers are wanted as they are, and not as "next to 0"."""


def in_full(compute: Callable[[], Any]) -> Any:
    """Run with every exponential as it is, however small."""
    global _full
    _full = True
    try:
        return compute()
    finally:
        _full = False


def logarithm(a: Ball) -> Ball:
    """log(a)."""
    if is_small(a):
        raise Unresolved
    if a.value < 0:
        raise NotANumber
    value = mpmath.log(a.value)
    if is_exact(a) and not value:
        return exact(0)
    return rounded(value, a.error - magnitude(a.value) + 2, 2) if mpmath.isfinite(value) else Ball(value, EXACT)


def absolute(a: Ball) -> Ball:
    return Ball(abs(a.value), a.error)


def compared(a: Ball, b: Ball) -> int:
    """-1, 0 or 1 as a is less than, equal to or greater than b; unresolved where the errors overlap."""
    if is_exact(a) and is_exact(b):
        return int(a.value > b.value) - int(a.value < b.value)
    gap = a.value - b.value
    if magnitude(gap) - 2 <= max(a.error, b.error):
        raise Unresolved
    return 1 if gap > 0 else -1


def largest(*balls: Ball) -> Ball:
    """The maximum; which one it is need not be known."""
    return Ball(max(b.value for b in balls), max(b.error for b in balls))


def smallest(*balls: Ball) -> Ball:
    """The minimum."""
    return Ball(min(b.value for b in balls), max(b.error for b in balls))


def whole(a: Ball) -> int:
    """The integer that the ball is: a place in an array."""
    return int(a.value)
