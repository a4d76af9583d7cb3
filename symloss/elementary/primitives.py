"""The machine operations that Python lacks, bit for bit what the compiled ones give.

A generated kernel takes them from `symloss.compile.jit`; the interpreter takes them from here.
"""

from __future__ import annotations

import math
import struct
from typing import Any, overload

import numpy as np

__all__ = ["Single", "bits", "fma", "from_bits", "magnitude", "short_power_of_two", "single"]

Single = Any
"""A float32: a NumPy scalar to the interpreter, a register to a kernel."""

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


def magnitude(x: Single) -> Single:
    """|x| of a float32."""
    return np.abs(x)


def short_power_of_two(shifted: Single) -> Single:
    """The float32 2^m whose exponent is the lowest eight bits of that float32: m + 127 for 1.5 * 2^23 + m + 127."""
    word = int(np.float32(shifted).view(np.uint32)) << 23
    return np.uint32(word & 0xFFFFFFFF).view(np.float32)


def short_fma(a: Single, b: Single, c: Single) -> Single:
    """`fma` of float32: the product is exact in float64, and its sum with c is rounded to odd, so that rounding it
    again is harmless (S. Boldo, G. Melquiond, 2008)."""
    product, c = float(a) * float(b), float(c)
    total = product + c
    if not math.isfinite(total):
        return np.float32(total)
    back = total - product
    error = (product - (total - back)) + (c - back)
    if error != 0.0 and bits(total) & 1 == 0:
        total = math.nextafter(total, math.copysign(math.inf, error))
    return np.float32(total)


@overload
def fma(a: float, b: float, c: float) -> float: ...


@overload
def fma(a: np.float32, b: np.float32, c: np.float32) -> np.float32: ...


def fma(a: Any, b: Any, c: Any) -> Any:
    """a * b + c with one rounding, to nearest, ties to even; of float32 a float32.

    Exact in integers: each float is a ratio whose denominator is a power of two, and the quotient of two integers is
    rounded correctly by Python, subnormal results included.
    """
    if isinstance(a, np.float32) and isinstance(b, np.float32) and isinstance(c, np.float32):
        return short_fma(a, b, c)
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
