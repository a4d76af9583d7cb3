"""The four machine operations that Python lacks, bit for bit what the compiled ones give.

A generated kernel takes `fma`, `bits`, `from_bits` and `single` from `symloss.compile.jit`; the interpreter takes them
from here.
"""

from __future__ import annotations

import math
import struct

__all__ = ["bits", "fma", "from_bits", "single"]

WORD = (1 << 64) - 1


def bits(x: float) -> int:
    """The 64 bits of a float64, as a signed integer."""
    (word,) = struct.unpack("<q", struct.pack("<d", x))
    return int(word)


def from_bits(i: int) -> float:
    """The float64 that has the lowest 64 bits of `i`, so that sums wrap as those of int64 do."""
    (x,) = struct.unpack("<d", struct.pack("<Q", i & WORD))
    return float(x)


def single(x: float) -> float:
    """The float32 nearest to x, ties to even; a quotient of two such, rounded so, is what float32 division gives."""
    try:
        (y,) = struct.unpack("<f", struct.pack("<f", x))
    except OverflowError:
        return math.copysign(math.inf, x)
    return float(y)


def fma(a: float, b: float, c: float) -> float:
    """a * b + c with one rounding, to nearest, ties to even.

    Exact in integers: each float is a ratio whose denominator is a power of two, and the quotient of two integers is
    rounded correctly by Python, subnormal results included.
    """
    a, b, c = float(a), float(b), float(c)
    if not (math.isfinite(a) and math.isfinite(b)):
        return a * b + c
    if not math.isfinite(c):
        return c
    if a == 0.0 or b == 0.0:
        return a * b + c  # the product is exact, and the sum's rounding is the only one; it also gets the zero's sign
    (p, q), (r, s), (t, u) = a.as_integer_ratio(), b.as_integer_ratio(), c.as_integer_ratio()
    numerator, denominator = p * r * u + t * q * s, q * s * u
    if numerator == 0:
        return 0.0
    try:
        result = numerator / denominator
    except OverflowError:
        result = math.inf if numerator > 0 else -math.inf
    return -0.0 if result == 0.0 and numerator < 0 else result
