"""Arithmetic on numbers that are a float64 and what is left of them: about 106 bits."""

from __future__ import annotations

from symloss.elementary.primitives import fma


def product_in_parts(a: float, a_low: float, b: float, b_low: float) -> tuple[float, float]:
    """(a + a_low) (b + b_low) as a number and what is left of it."""
    high = a * b
    low = fma(a, b, -high) + fma(a, b_low, a_low * b)
    total = high + low
    return total, low - (total - high)


def sum_in_parts(a: float, a_low: float, b: float, b_low: float) -> tuple[float, float]:
    """a + a_low + b + b_low as a number and what is left of it."""
    high = a + b
    part = high - a
    low = ((a - (high - part)) + (b - part)) + (a_low + b_low)
    total = high + low
    return total, low - (total - high)


def quotient_in_parts(a: float, a_low: float, b: float, b_low: float) -> tuple[float, float]:
    """(a + a_low)/(b + b_low) as a number and what is left of it."""
    high = a / b
    low = (fma(-high, b, a) + (a_low - high * b_low)) / b
    total = high + low
    return total, low - (total - high)
