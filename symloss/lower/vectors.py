"""What reductions do with a vector register, in plain Python and with the same bits.

A generated kernel takes these from `symloss.compile.jit`, where each is an instruction or a few; the interpreter takes
them from here. Only what LLVM does not find by itself is written so: it may not reorder sums, and it compares 64-bit
integers for what 32-bit ones would do.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symloss.elementary.primitives import bits, from_bits

__all__ = [
    "Eight", "Readable", "eight", "eight_zeros", "entry", "equals", "from_rank", "minus", "plus", "rank",
    "rank_of_nothing", "unless",
]  # fmt: skip

Readable = Any
"""An array that a function reads only: in a kernel such a function is compiled once for arrays of either kind."""

Eight = Any
"""Eight float64 numbers."""

_ALL_BUT_SIGN = 0x7FFFFFFFFFFFFFFF


def eight(values: Readable, place: int) -> Eight:
    """The eight values from a place on."""
    return np.asarray(values[place : place + 8], np.float64)


def eight_zeros() -> Eight:
    """Eight times 0."""
    return np.zeros(8)


def plus(a: Eight, b: Eight) -> Eight:
    """a + b, entry by entry."""
    return a + b


def minus(a: Eight, b: Eight) -> Eight:
    """a - b, entry by entry."""
    return a - b


def unless(a: Eight, counted: float) -> Eight:
    """a, but 0 for each entry that is ``counted``; which NaN never is."""
    return np.where(a == counted, 0.0, a)


def equals(a: Eight, counted: float) -> Eight:
    """1 for each entry that is ``counted``, 0 for the others."""
    return np.where(a == counted, 1.0, 0.0)


def entry(a: Eight, number: int) -> float:
    """One of the eight; ``number`` is a literal."""
    return float(a[number])


def rank(x: float) -> int:
    """An integer as wide as the float: larger for larger floats, largest for NaN."""
    word = bits(x)
    return word ^ ((word >> 63) & _ALL_BUT_SIGN) if x == x else _ALL_BUT_SIGN


def from_rank(i: int) -> float:
    """The float64 of that rank."""
    return from_bits(i ^ ((i >> 63) & _ALL_BUT_SIGN))


def rank_of_nothing(values: Readable) -> int:
    """The rank of -inf in the dtype of the values, where the search for the largest begins."""
    return rank(-np.inf)
