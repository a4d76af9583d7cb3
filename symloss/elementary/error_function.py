"""The error function, its complement and the scaled complement erfcx(x) = e^(x^2) erfc(x)."""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.constants import INFINITY
from symloss.elementary.exponential import exp
from symloss.elementary.primitives import fma

# e^(x^2) overflows above 26.64 and erfc underflows above 27.23; squares stay finite below this bound, which is past
# both.
SQUARE_FAR = 40.0

# (1 + 2x) erfcx(x) in powers of q = (x - 4) / (x + 4), x >= 0; form by M. Shepherd and J. Laframboise, Math. Comp. 36
# (1981); highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 8.9e-18.
ERFCX = (
    -2.764120233734578e-10, 9.297625263709659e-10, 3.2323973445082033e-09, -1.2338731403798444e-08,
    -2.0725802488181963e-08, 1.0631817593818149e-07, 7.771943241086912e-08, -8.210647933297337e-07,
    2.9173425573089733e-07, 5.70657829924074e-06, -1.1221135665965907e-05, -2.4397731143023292e-05,
    0.00015062142608651945, -0.0001992571524726518, -0.0007577732435942576, 0.005031970069102256, -0.01619773406293477,
    0.037167515526338006, -0.06633036581186058, 0.09373283499911264, -0.10103906603631811, 0.06809705425466839,
    0.015379652102619974, -0.13962111684056228, 1.2329951186255526,
)  # fmt: skip
# erf(x) / x in powers of x^2 for |x| <= 1;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 1.4e-19.
ERF = (
    5.957176147748911e-11, -1.1372848856791674e-09, 1.4659775274047436e-08, -1.6350312701054695e-07,
    1.6461000484121368e-06, -1.4925595266831182e-05, 0.0001205533111164271, -0.000854832698083379,
    0.0052239776248180145, -0.026866170645076792, 0.11283791670954879, -0.3761263890318375, 1.1283791670955126,
)  # fmt: skip


def exp_square(x: float, direction: float) -> float:
    """e^(direction x^2) with the rounding error of x^2 taken into account; direction is 1 or -1."""
    x = SQUARE_FAR if x > SQUARE_FAR else x
    square = x * x
    error = fma(x, x, -square)
    y = exp(direction * square)
    return y if y == INFINITY else fma(y, direction * error, y)


def erfcx_positive(x: float) -> float:
    """erfcx(x) for x >= 0, 1 / (x sqrt(pi)) far out; one polynomial for the whole half-line."""
    reciprocal = 1.0 / (x + 4.0)
    q = (x - 4.0) * reciprocal
    # one Newton step on q (x + 4) = x - 4: three rounding errors in q would cost 3 ulp near x = 0
    q = fma(reciprocal, fma(-q, x, fma(-4.0, q + 1.0, x)), q)
    q = 1.0 if x > 1e100 else q  # at inf it is inf - inf
    y = ERFCX[0]
    for coefficient in ERFCX[1:]:
        y = fma(y, q, coefficient)
    return 0.5 * y / (0.5 + x)


def erfcx(x: float) -> float:
    """e^(x^2) erfc(x); 0 at inf, inf at -inf (already at -26.7). Measured error: 2.9 ulp."""
    size = math.fabs(x)
    tail = erfcx_positive(size)
    return fma(2.0, exp_square(size, 1.0), -tail) if x < 0.0 else tail


def erfc(x: float) -> float:
    """1 - erf(x), 2 at -inf, 0 at inf, accurate in the upper tail. Measured error: 2.2 ulp."""
    size = math.fabs(x)
    if size < 0.5:
        return 1.0 - erf(x)
    tail = exp_square(size, -1.0) * erfcx_positive(size)
    return 2.0 - tail if x < 0.0 else tail


def erf(x: float) -> float:
    """The error function, odd, -1 and 1 at the infinities. Measured error: 1.4 ulp."""
    size = math.fabs(x)
    if size < 1.0:
        z = x * x
        y = ERF[0]
        for coefficient in ERF[1:]:
            y = fma(y, z, coefficient)
        return x * y
    return math.copysign(1.0 - exp_square(size, -1.0) * erfcx_positive(size), x)
