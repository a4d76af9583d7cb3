"""Modified Bessel functions of the first kind, for the von Mises distribution and its kin."""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.arithmetic import floor
from symloss.elementary.constants import HALF_LOG_TWO_PI, INFINITY, LN2, NOT_A_NUMBER, PI
from symloss.elementary.exponential import exp
from symloss.elementary.logarithm import log, log1p
from symloss.elementary.primitives import fma

BESSEL_FAR = 8.0  # up to here the power series, whose terms are all positive; from here on a polynomial in 1/x
BESSEL_HIGHEST_ORDER = 10000.0  # the recurrence takes a step per order
BESSEL_LIMIT = 1e17  # from here on I1/I0 rounds to 1 and log I_n to x

# (I_0(x) - 1) / y in powers of y = x^2/4, 0 <= y <= 16;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 1.2e-21.
BESSEL_I0 = (
    1.2002672023650634e-29, 2.013075286051257e-27, 5.952735587576793e-25, 1.3130874489257475e-22,
    2.5794178351052894e-20, 4.358324987723104e-18, 6.276087726660225e-16, 7.594057959497694e-14, 7.59405845371784e-12,
    6.151187325755852e-10, 3.936759889170454e-08, 1.929012345678419e-06, 6.944444444444523e-05, 0.0017361111111111106,
    0.02777777777777778, 0.25, 1.0,
)  # fmt: skip
# (2 I_1(x) / x - 1) / y in powers of y = x^2/4, 0 <= y <= 16;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 1.2e-22.
BESSEL_I1 = (
    6.525161138164069e-31, 1.2029294150405264e-28, 3.7092713417294716e-26, 8.757924724769851e-24, 1.842345089173867e-21,
    3.3525740185918085e-19, 5.230071087726802e-17, 6.90368923783708e-15, 7.594058441354712e-13, 6.834652584783329e-11,
    4.920949861441355e-09, 2.7557319223982823e-07, 1.1574074074074114e-05, 0.0003472222222222222, 0.006944444444444444,
    0.08333333333333333, 0.5,
)  # fmt: skip
# sqrt(2 pi x) e^-x I_0(x) in powers of q = 16/x - 1, x >= 8;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 1.3e-18.
BESSEL_I0_FAR = (
    1.166999834314329e-10, 3.901376312541882e-11, -9.112497144435512e-10, -2.9445340059546964e-10,
    3.3317949831660338e-09, 1.05256374850041e-09, -7.718356641842105e-09, -2.4970597240150003e-09,
    1.3074541092345708e-08, 4.892545153525963e-09, -1.780869895023237e-08, -9.523284963222394e-09,
    2.0069983239741785e-08, 1.926963792282169e-08, -1.4042686006325293e-08, -3.371567512560791e-08,
    -1.6800256305862754e-08, 1.8957899328365816e-08, 5.3997033310071496e-08, 9.857263932404752e-08,
    2.22395036562183e-07, 7.453708137064302e-07, 3.71945419684581e-06, 2.7931443559570805e-05, 0.00034144306353125104,
    0.008423654620629216, 1.0081070099672589,
)  # fmt: skip
# sqrt(2 pi x) e^-x I_1(x) in powers of q = 16/x - 1, x >= 8;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 1.4e-18.
BESSEL_I1_FAR = (
    -1.2152732090679636e-10, -3.648101434508306e-11, 9.486359802993883e-10, 2.742472929094373e-10,
    -3.4677672405933685e-09, -9.77251919886818e-10, 8.03514390953512e-09, 2.3224543708456423e-09,
    -1.3631225456068789e-08, -4.618097217165322e-09, 1.865312399304084e-08, 9.27546761294895e-09,
    -2.1277637070444726e-08, -1.9472671560382065e-08, 1.5491163393447057e-08, 3.527628456223314e-08,
    1.6762468250888017e-08, -2.114498873490978e-08, -5.857231339158484e-08, -1.0810635666951424e-07,
    -2.506966493307891e-07, -8.73273307182639e-07, -4.599437550339832e-06, -3.769604761675994e-05,
    -0.0005495425644375997, -0.0244385658582623, 0.9760771874919927,
)  # fmt: skip


def bessel_i0m1_near(x: float) -> float:
    """I_0(x) - 1 for |x| <= 8."""
    z = 0.25 * x * x
    y = BESSEL_I0[0]
    for coefficient in BESSEL_I0[1:]:
        y = fma(y, z, coefficient)
    return z * y


def bessel_i1_near(x: float) -> float:
    """I_1(x) for |x| <= 8."""
    z = 0.25 * x * x
    y = BESSEL_I1[0]
    for coefficient in BESSEL_I1[1:]:
        y = fma(y, z, coefficient)
    return 0.5 * x * fma(z, y, 1.0)


def bessel_i0_scaled(x: float) -> float:
    """sqrt(2 pi x) e^-x I_0(x) for x >= 8; 1 at inf."""
    q = 16.0 / x - 1.0
    y = BESSEL_I0_FAR[0]
    for coefficient in BESSEL_I0_FAR[1:]:
        y = fma(y, q, coefficient)
    return y


def bessel_i1_scaled(x: float) -> float:
    """sqrt(2 pi x) e^-x I_1(x) for x >= 8; 1 at inf."""
    q = 16.0 / x - 1.0
    y = BESSEL_I1_FAR[0]
    for coefficient in BESSEL_I1_FAR[1:]:
        y = fma(y, q, coefficient)
    return y


def log_bessel_i0(x: float) -> float:
    """log I_0(x), even, x^2/4 near 0, |x| far out; inf at both infinities. Measured error: 2.4 ulp."""
    size = math.fabs(x)
    if size <= BESSEL_FAR:
        return log1p(bessel_i0m1_near(size))
    if size > BESSEL_LIMIT:
        return size
    return (size - 0.5 * log(size)) + (log(bessel_i0_scaled(size)) - HALF_LOG_TWO_PI)


def log_bessel_i1(x: float) -> float:
    """log I_1(x) for x >= 0; -inf at 0, NaN below. Measured error: 3.7 ulp away from its zero."""
    if x < 1e-9:
        return log(x) - LN2  # half of x may be no float64
    if x <= BESSEL_FAR:
        return log(bessel_i1_near(x))
    if x > BESSEL_LIMIT:
        return x
    return (x - 0.5 * log(x)) + (log(bessel_i1_scaled(x)) - HALF_LOG_TWO_PI)


def bessel_ratio(x: float) -> float:
    """I_1(x) / I_0(x), odd, x/2 near 0, -1 and 1 at the infinities. Measured error: 2.1 ulp."""
    size = math.fabs(x)
    if size <= BESSEL_FAR:
        return bessel_i1_near(x) / (1.0 + bessel_i0m1_near(x))
    return math.copysign(bessel_i1_scaled(size) / bessel_i0_scaled(size), x) if size == size else x


def bessel_i(n: float, x: float) -> float:
    """I_n(x) for an integer n; inf where it overflows, NaN for a broken n or |n| > 10000. Measured error: 15.6 ulp.

    I_0 and I_1 directly. Above, the downward recurrence for I_m / I_(m-1) from an order where its start is forgotten:
    each step is 1 / (2m/x + ratio), all positive.
    """
    order = math.fabs(n)
    if order != floor(order) or order > BESSEL_HIGHEST_ORDER or x != x:
        return NOT_A_NUMBER
    size = math.fabs(x)
    if size == 0.0:
        return 1.0 if order == 0.0 else 0.0
    product = 1.0
    if order > 1.0:
        ratio = 0.0
        # the ratio at order m forgets its start as (x / 2m)^2; 20 + order + 8 sqrt(x) ... steps reach 1e-17 for every x
        start = order + 20.0 + floor(9.0 * math.sqrt(size if size < 1e6 else 1e6))
        while start > 1.0:
            ratio = 1.0 / (2.0 * start / size + ratio) if size < INFINITY else 1.0
            product = product * ratio if start <= order else product
            start = start - 1.0
    y = bessel_i0_or_i1(order > 0.0, size, product)
    return -y if x < 0.0 and 0.5 * order != floor(0.5 * order) else y


def bessel_i0_or_i1(first: bool, x: float, factor: float) -> float:
    """factor * I_1(x) if `first` else factor * I_0(x), for x > 0; the exponential in two factors, so that it
    overflows last."""
    if x <= BESSEL_FAR:
        return factor * (bessel_i1_near(x) if first else 1.0 + bessel_i0m1_near(x))
    half = exp(0.5 * x)
    scaled = bessel_i1_scaled(x) if first else bessel_i0_scaled(x)
    return INFINITY if half == INFINITY else factor * (scaled / math.sqrt(2.0 * PI * x) * half) * half
