"""How every fitted coefficient of `symloss.elementary` was found: one row per polynomial, recomputed by a test.

A fit is Chebyshev interpolation in 60 digits, written in powers of its variable and rounded to float64; it is within
a small factor of the best polynomial of its degree. Each variable lies in [-1, 1] or near 0, where powers are well
conditioned.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from mpmath import mp, mpf

Real = Callable[[mpf], mpf]


@dataclass(frozen=True)
class Fit:
    """`function` on [low, high] by a polynomial with `terms` coefficients, highest power first."""

    name: str
    function: Real
    low: str
    high: str
    terms: int
    single: bool = False
    """Whether they are rounded to float32."""

    def coefficients(self) -> list[float]:
        """The coefficients, highest power first."""
        with mp.workdps(60):
            found = [float(c) for c in self.highest_first()]
        return [float(np.float32(c)) for c in found] if self.single else found

    def error(self) -> float:
        """The largest error of the interpolation, relative to the function, at 200 points."""
        with mp.workdps(60):
            low, high = mp.mpmathify(self.low), mp.mpmathify(self.high)
            points = [low + (high - low) * (i + mpf("0.5")) / 200 for i in range(200)]
            polynomial = self.highest_first()
            return float(max(abs(mp.polyval(polynomial, x) / self.function(x) - 1) for x in points))

    def highest_first(self) -> list[mpf]:
        return mp.chebyfit(self.function, [mp.mpmathify(self.low), mp.mpmathify(self.high)], self.terms)


def removable(function: Real, limit: Real) -> Real:
    """`function`, and `limit` near 0 where `function` is 0/0 or loses its digits."""
    return lambda x: limit(x) if abs(x) < mpf("1e-25") else function(x)


def exp_quadratic(x: mpf) -> mpf:
    return mp.nsum(lambda k: x**k / mp.factorial(k + 2), [0, mp.inf]) if abs(x) < 0.01 else (mp.expm1(x) - x) / x**2


def exp_cubic(x: mpf) -> mpf:
    return sum(x**k / mp.factorial(k + 3) for k in range(50))


def log1p_quotient(x: mpf) -> mpf:
    """log(1 + x) / x."""
    return mpf(1) - x / 2 if x < mpf("1e-25") else mp.log1p(x) / x


def log1p_excess_over_square(x: mpf) -> mpf:
    """(log(1 + x) - x/(1 + x)) / x^2."""
    if abs(x) < mpf("0.01"):
        return sum((-1) ** k * mpf(k + 1) / (k + 2) * x**k for k in range(40))
    return (mp.log1p(x) - x / (1 + x)) / x**2


def logcosh_quartic(z: mpf) -> mpf:
    """(log cosh x - x^2/2) / x^4 as a function of z = x^2."""
    if abs(z) < mpf("1e-20"):
        return mpf(-1) / 12 + z / 45
    with mp.extradps(60):
        return (mp.log(mp.cosh(mp.sqrt(z))) - z / 2) / z**2


def atanh_cubic(z: mpf) -> mpf:
    """2 (atanh(s) / s - 1) / s^2 as a function of z = s^2."""
    if abs(z) < mpf("1e-4"):
        return sum(2 * z**k / (2 * k + 3) for k in range(20))
    s = mp.sqrt(z)
    return 2 * (mp.atanh(s) / s - 1) / z


def scaled_erfcx(q: mpf) -> mpf:
    """(1 + 2x) erfcx(x) at x = 4 (1 + q) / (1 - q)."""
    if 1 - q < mpf("1e-30"):
        return 2 / mp.sqrt(mp.pi)
    x = 4 * (1 + q) / (1 - q)
    if x > 100:
        series = sum((-1) ** k * mp.fac2(2 * k - 1) / (2 * x * x) ** k for k in range(40))
        return (1 + 2 * x) * series / (x * mp.sqrt(mp.pi))
    with mp.extradps(20):
        return (1 + 2 * x) * mp.exp(x * x) * mp.erfc(x)


def erf_even(z: mpf) -> mpf:
    """erf(x) / x as a function of z = x^2."""
    x = mp.sqrt(abs(z))
    return 2 / mp.sqrt(mp.pi) if x == 0 else mp.erf(x) / x


def loggamma_over_roots(center: str) -> Real:
    """log Gamma(x) / ((x - 1) (x - 2)) as a function of x - center."""

    def function(d: mpf) -> mpf:
        x = mpf(center) + d
        for root in (1, 2):
            if abs(x - root) < mpf("1e-25"):
                return mp.digamma(root) / (2 * root - 3)
        return mp.loggamma(x) / ((x - 1) * (x - 2))

    return function


DIGAMMA_ROOT = "1.46163214496836234126265954232572132846819620400644629512959840859878644035380"


def digamma_over_root(d: mpf) -> mpf:
    """psi(x) / (x - root) as a function of x - 1.5."""
    x, root = mpf("1.5") + d, mpf(DIGAMMA_ROOT)
    return mp.psi(1, root) if abs(x - root) < mpf("1e-25") else mp.digamma(x) / (x - root)


def loggamma_rest(order: int) -> Real:
    """log Gamma(k) - k log k + k as a function of log k, and its first two derivatives."""

    def function(a: mpf) -> mpf:
        k = mp.exp(a)
        if order == 0:
            return mp.loggamma(k) - k * a + k
        slope = k * (mp.psi(0, k) - a)
        return slope if order == 1 else slope + k * (k * mp.psi(1, k) - 1)

    return function


def stirling_error(d: mpf) -> mpf:
    """k (log Gamma(k) - (k - 1/2) log k + k - log(2 pi)/2) at log k = 1.15625 + d."""
    a = mpf("1.15625") + d
    k = mp.exp(a)
    return k * (mp.loggamma(k) - (k - mpf("0.5")) * a + k - mp.log(2 * mp.pi) / 2)


LOGGAMMA_REST_ROOT = "1.86370594341891761139030275849692652057533346960406972820249"


def loggamma_rest_over_root(d: mpf) -> mpf:
    """loggamma_rest(a) / (a - root) as a function of a - 1.15625."""
    a, root = mpf("1.15625") + d, mpf(LOGGAMMA_REST_ROOT)
    return loggamma_rest(1)(root) if abs(a - root) < mpf("1e-25") else loggamma_rest(0)(a) / (a - root)


def bessel_series(order: int) -> Real:
    """((I_n(x) / (x/2)^n) - 1/n!) / y as a function of y = x^2 / 4, for n = 0 or 1."""
    return lambda y: sum(y**k / (mp.factorial(k + 1) * mp.factorial(k + 1 + order)) for k in range(60))


def bessel_scaled(order: int) -> Real:
    """sqrt(2 pi x) exp(-x) I_n(x) as a function of q = 16/x - 1."""

    def function(q: mpf) -> mpf:
        if 1 + q < mpf("1e-6"):
            t, square = (1 + q) / 128, 4 * order**2  # t = 1 / (8 x)
            return 1 + (1 - square) * t + (1 - square) * (9 - square) * t**2 / 2
        x = 16 / (1 + q)
        return mp.sqrt(2 * mp.pi * x) * mp.exp(-x) * mp.besseli(order, x)

    return function


def bessel_slope(y: mpf) -> mpf:
    """I_0^2 - I_0 I_1 / x - I_1^2 = I_0^2 (I_1/I_0)' as a function of y = x^2 / 4, by the series of its products."""
    total, square = mpf(0), mpf(1)  # square is (2k)! y^k / k!^4, the term of I_0^2
    for k in range(80):
        total += square * (1 - mpf(2 * k + 1) / (2 * (k + 1) ** 2) - mpf(k) / (k + 1))
        square = square * y * (2 * k + 1) * (2 * k + 2) / mpf(k + 1) ** 4
    return total


def bessel_gap(x: mpf) -> mpf:
    """(1 + x)^2 e^-x (I_0(x) - I_1(x)) as a function of x/4 - 1."""
    x = 4 * (1 + x)
    return (1 + x) ** 2 * mp.exp(-x) * (mp.besseli(0, x) - mp.besseli(1, x))


def bessel_ratio_far(q: mpf) -> tuple[mpf, mpf]:
    """2 x (1 - A) and 2 x^2 A' of A = I_1/I_0 at x = 16 / (1 + q)."""
    if 1 + q < mpf("1e-6"):
        t = (1 + q) / 16
        return 1 + t / 4 + t**2 / 4, 1 + t / 2 + 3 * t**2 / 4
    with mp.extradps(40):
        x = 16 / (1 + q)
        ratio = mp.besseli(1, x) / mp.besseli(0, x)
        return 2 * x * (1 - ratio), 2 * x**2 * (1 - ratio / x - ratio**2)


def truncated_tail(z: mpf) -> tuple[mpf, mpf, mpf]:
    """Mean, variance and third cumulant of Z - z for a normal Z beyond z; far out by Laplace's continued fraction."""
    with mp.workdps(120):
        mean = 2 * mp.npdf(z) / mp.erfc(z / mp.sqrt(2)) - z if z < 50 else mpf(0)
        if z >= 50:
            for k in range(120, 0, -1):
                mean = k / (z + mean)
        variance = 1 - (z + mean) * mean
        return mean, variance, (z + mean) * (mean**2 - variance)


def scaled_tail(order: int, limit: int) -> Real:
    """The cumulant of that order times (z + (1 + order)/2)^order, at z = 3.5 (1 + q) / (1 - q); 1, 1 and 2 far out."""

    def function(q: mpf) -> mpf:
        if 1 - q < mpf("1e-30"):
            return mpf(limit)
        z = mpf("3.5") * (1 + q) / (1 - q)
        return truncated_tail(z)[order - 1] * (z + mpf(1 + order) / 2) ** order

    return function


def scaled_e1(v: mpf) -> tuple[mpf, mpf]:
    """1/G - u and h - 2 h^2 + 2 u (1 - h) for h = 1/G - u, G = e^u E_1(u) and u = v^2/2; far out G by its series."""
    with mp.workdps(120):
        u = v**2 / 2
        scaled = (
            mp.exp(u) * mp.e1(u) if u < 2000 else sum((-1) ** k * mp.factorial(k) / u ** (k + 1) for k in range(60))
        )
        h = 1 / scaled - u
        return h, h - 2 * h**2 + 2 * u * (1 - h)


def scaled_e1_beyond(part: int) -> Real:
    """One of the two at v = (3 + 2q) / (1 - q); 1 far out."""
    return lambda q: mpf(1) if 1 - q < mpf("1e-12") else scaled_e1((3 + 2 * q) / (1 - q))[part]


LOG_E1_ROOT = "0.932542979583143674735265147975445394106430330"


def log_e1_over_root(d: mpf) -> mpf:
    """log(e^u E_1(u)) / (v - root) at u = v^2/2 as a function of v - 0.875."""
    v, root = mpf("0.875") + d, mpf(LOG_E1_ROOT)
    if abs(v - root) < mpf("1e-25"):
        return root - 2 / (root * mp.exp(root**2 / 2) * mp.e1(root**2 / 2))
    return (v**2 / 2 + mp.log(mp.e1(v**2 / 2))) / (v - root)


def bernoulli_series(weight: Callable[[int], mpf | int]) -> Real:
    """The sum of weight(k) B_2k z^(k - 1) / (2k)! over k >= 1, B_2k being Bernoulli's numbers."""
    with mp.workdps(60):
        weights = [weight(k) * mp.bernoulli(2 * k) / mp.factorial(2 * k) for k in range(1, 90)]
    return lambda z: mp.polyval(weights[::-1], z)


FITS = (
    Fit("EXP", exp_quadratic, "-0.34658", "0.34658", 11),
    Fit("EXP_CUBIC", lambda r: 2 * exp_cubic(r), "-0.34658", "0.34658", 10),
    Fit("EXP_SINGLE", exp_quadratic, "-0.34658", "0.34658", 7),
    Fit("EXP_NARROW", exp_quadratic, "-0.34658", "0.34658", 5, single=True),
    Fit("LOG1P_EXCESS", log1p_excess_over_square, "0", "0.36788", 17),
    Fit("LOG1P_SINGLE", log1p_quotient, "0", "1", 13),
    Fit("EXPM1MX", exp_cubic, "-1", "1", 14),
    Fit("LOG", atanh_cubic, "0", "0.029438", 7),
    Fit("LOG_UNIT", atanh_cubic, "0", "0.04", 8),
    Fit("LOG1PMX", atanh_cubic, "0", "0.11112", 11),
    Fit("LOGCOSH", logcosh_quartic, "0", "0.5625", 12),
    Fit("ERFCX", scaled_erfcx, "-1", "1", 25),
    Fit("BERNOULLI_FIRST", bernoulli_series(lambda k: 2 * k), "0", "1", 9),
    Fit("BERNOULLI_SECOND", bernoulli_series(lambda k: 2 * k * (2 * k - 1)), "0", "9", 16),
    Fit("LOG_EXPREL", bernoulli_series(lambda k: 1 / mpf(2 * k)), "0", "4", 10),
    Fit("TILTED_MEAN", bernoulli_series(lambda k: 1), "0", "9", 14),
    Fit("TILTED_VARIANCE", bernoulli_series(lambda k: 2 * k - 1), "0", "9", 15),
    Fit("ERF", erf_even, "0", "1", 13),
    Fit("TAIL_MEAN", scaled_tail(1, 1), "-1", "1", 29),
    Fit("TAIL_VARIANCE", scaled_tail(2, 1), "-1", "1", 32),
    Fit("TAIL_CUMULANT", scaled_tail(3, 2), "-1", "1", 34),
    Fit("TAIL_CUMULANT_NEAR", lambda x: truncated_tail(-x)[2], "0", "1", 16),
    Fit("EIN", lambda u: sum((-u) ** k / ((k + 1) * mp.factorial(k + 1)) for k in range(40)), "0", "0.125", 8),
    Fit("LOG_E1", log_e1_over_root, "-0.375", "0.375", 25),
    Fit("E1_EXCESS", scaled_e1_beyond(0), "-1", "1", 35),
    Fit("E1_CURVATURE", scaled_e1_beyond(1), "-1", "1", 36),
    Fit("LOGGAMMA_ONE", loggamma_over_roots("1"), "-0.5", "0.5", 29),
    Fit("LOGGAMMA_TWO", loggamma_over_roots("2"), "-0.5", "1", 21),
    Fit("GAMMA_TWO", lambda d: mp.gamma(2 + d), "0", "1", 18),
    Fit("DIGAMMA_ROOT_POLYNOMIAL", digamma_over_root, "-0.5", "0.5", 22),
    Fit("DIGAMMA_TWO", lambda d: mp.digamma(mpf("2.5") + d), "-0.5", "0.5", 17),
    Fit("REST", loggamma_rest_over_root, "-1.15625", "1.15625", 22),
    Fit("REST_SLOPE", lambda d: loggamma_rest(1)(mpf("1.15625") + d), "-1.15625", "1.15625", 23),
    Fit(
        "REST_CURVATURE",
        lambda d: mp.exp(mpf("1.15625") + d) * loggamma_rest(2)(mpf("1.15625") + d),
        "-1.15625",
        "1.15625",
        25,
    ),
    Fit("REST_CURVATURE_NEAR", lambda d: loggamma_rest(2)(d - mpf("1.15625")), "-1.15625", "1.15625", 25),
    Fit("STIRLING_ERROR", stirling_error, "-1.15625", "1.15625", 23),
    Fit("BESSEL_I0", bessel_series(0), "0", "16", 17),
    Fit("BESSEL_I1", bessel_series(1), "0", "16", 17),
    Fit("BESSEL_I0_FAR", bessel_scaled(0), "-1", "1", 27),
    Fit("BESSEL_I1_FAR", bessel_scaled(1), "-1", "1", 27),
    Fit("DIGAMMA_CURVATURE", lambda z: mp.nsum(lambda j: (j + 1) / (2 * j + 3) * z**j, [0, mp.inf]), "0", "0.37", 19),
    Fit("BESSEL_SLOPE", bessel_slope, "0", "16", 22),
    Fit("BESSEL_GAP", bessel_gap, "-1", "1", 32),
    Fit("BESSEL_GAP_FAR", lambda q: bessel_ratio_far(q)[0], "-1", "1", 30),
    Fit("BESSEL_SLOPE_FAR", lambda q: bessel_ratio_far(q)[1], "-1", "1", 34),
)
