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
# I_0(x)^2 times the slope of I_1/I_0 in powers of y = x^2/4, 0 <= y <= 16;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 2.8e-19.
BESSEL_SLOPE = (
    7.705872400777907e-31, -2.8659111245590816e-29, 6.044149277784265e-27, 1.9314623989163884e-25,
    3.1506954197359213e-23, 2.314115650935335e-21, 1.7813030209888018e-19, 1.171814510875346e-17,
    6.843594403872991e-16, 3.4868247403113654e-14, 1.5372792361765472e-12, 5.797715804562045e-11,
    1.8461157032507196e-09, 4.8867765694127055e-08, 1.0555437459201159e-06, 1.8187830686780735e-05,
    0.0002430555555567662, 0.0024305555555546227, 0.017361111111111553, 0.08333333333333322, 0.25, 0.5,
)  # fmt: skip
# (1 + x)^2 e^-x (I_0(x) - I_1(x)) in powers of x/4 - 1, 0 <= x <= 8;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 3.1e-18.
BESSEL_GAP = (
    -1.7519982008804052e-08, 6.528558740183388e-08, -9.525734908807003e-08, 2.98399431754598e-07,
    -1.387814286369292e-06, 4.302718253258763e-06, -1.1712828679472733e-05, 3.254285690097803e-05,
    -8.741466554584774e-05, 0.00021971798076724354, -0.0005196127669492705, 0.0011552955019049687,
    -0.0023947889596436073, 0.004581872591734402, -0.007982719689672886, 0.012386786637367479, -0.016407025569610892,
    0.01667128300026724, -0.0075704926188301744, -0.017290014553194486, 0.06096972813618997, -0.11711451683305993,
    0.16575091984470633, -0.17704942710646426, 0.12642667086950593, -0.014818627868600024, -0.12214658453993252,
    0.2298903029384343, -0.2684071918844225, 0.2312692622600468, -0.05140208788733616, 0.7062770430387842,
)  # fmt: skip
# 2 x (1 - I_1(x)/I_0(x)) in powers of q = 16/x - 1, x >= 8;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 4.2e-18.
BESSEL_GAP_FAR = (
    4.150548032051126e-09, -6.756552980015397e-10, -3.450797052449161e-08, 6.568167827517168e-09,
    1.332313716756077e-07, -3.0086927211554535e-08, -3.203325885871575e-07, 8.687243490091257e-08,
    5.474713321999357e-07, -1.7852245899916984e-07, -7.320809229207552e-07, 2.777527616171747e-07,
    8.466329945407436e-07, -3.2762893032049335e-07, -9.46433869842912e-07, 2.3254161778056583e-07,
    1.0830162978717447e-06, 1.8336209777552236e-07, -1.066662445100118e-06, -1.0720036265483408e-06,
    -6.095060749746978e-09, 1.1728068558220247e-06, 2.1818330590485873e-06, 3.897587190099812e-06,
    9.577017779704145e-06, 3.4403457618099856e-05, 0.00017781182773502608, 0.0013655734344632654, 0.017926972696230788,
    1.0167118262988823,
)  # fmt: skip
# 2 x^2 times the slope of I_1/I_0 in powers of q = 16/x - 1, x >= 8;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 1.1e-17.
BESSEL_SLOPE_FAR = (
    -1.8686210147523712e-11, 6.541884566504059e-08, -3.3136425655505907e-08, -5.916786733806583e-07,
    3.2232494319513e-07, 2.473283623547384e-06, -1.4714456841161616e-06, -6.3538602068772095e-06,
    4.224049371035517e-06, 1.1267887735533486e-05, -8.64219527819459e-06, -1.4734521972765883e-05,
    1.3618190018226264e-05, 1.4957844775189742e-05, -1.7587405925522297e-05, -1.2645143626982481e-05,
    1.9726642335639e-05, 1.0437626154676169e-05, -2.0125225833875334e-05, -1.1172789852672424e-05,
    1.8330667540526185e-05, 1.6556226145681875e-05, -1.0580116633909491e-05, -2.3537920962006484e-05,
    -1.0783823365878607e-05, 1.050147863052176e-05, 2.6837373770013462e-05, 4.2555889842269505e-05,
    8.0847617087094e-05, 0.00021990237816637507, 0.0008488611417063151, 0.004630155786586894, 0.038585092261386116,
    1.0346387989951131,
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


def log_bessel_i0_scaled(x: float) -> float:
    """log(e^-|x| I_0(x)), even, 0 at 0, -log(2 pi x)/2 far out; -inf at both infinities. Measured error: 3 ulp."""
    size = math.fabs(x)
    if size <= BESSEL_FAR:
        return log1p(bessel_i0m1_near(size)) - size
    return log(bessel_i0_scaled(size)) - (0.5 * log(size) + HALF_LOG_TWO_PI)


def bessel_ratio_gap(x: float) -> float:
    """1 - I_1(x) / I_0(x); 1 at 0, 1/(2x) far out, 2 at -inf. Measured error: 5.5 ulp."""
    size = math.fabs(x)
    if size <= BESSEL_FAR:
        q = 0.25 * size - 1.0
        y = BESSEL_GAP[0]
        for coefficient in BESSEL_GAP[1:]:
            y = fma(y, q, coefficient)
        gap = y * exp(size) / ((1.0 + bessel_i0m1_near(size)) * (1.0 + size) * (1.0 + size))
    else:
        q = 16.0 / size - 1.0
        y = BESSEL_GAP_FAR[0]
        for coefficient in BESSEL_GAP_FAR[1:]:
            y = fma(y, q, coefficient)
        gap = 0.5 * y / size
    return 2.0 - gap if x < 0.0 else gap


def bessel_ratio_slope(x: float) -> float:
    """The derivative of I_1(x) / I_0(x), even; 1/2 at 0, 1/(2 x^2) far out. Measured error: 4.4 ulp."""
    size = math.fabs(x)
    if size <= BESSEL_FAR:
        z = 0.25 * x * x
        y = BESSEL_SLOPE[0]
        for coefficient in BESSEL_SLOPE[1:]:
            y = fma(y, z, coefficient)
        below = 1.0 + bessel_i0m1_near(x)
        return y / below / below
    q = 16.0 / size - 1.0
    y = BESSEL_SLOPE_FAR[0]
    for coefficient in BESSEL_SLOPE_FAR[1:]:
        y = fma(y, q, coefficient)
    return 0.5 * y / size / size


def bessel_i(n: float, x: float) -> float:
    """I_n(x) for an integer n; inf where it overflows, NaN for a broken n or |n| > 10000. Measured error: 15.6 ulp.

    I_0 and I_1 directly. Above, the downward recurrence for I_m / I_(m-1) from an order where its start is forgotten:
    each step is 1 / (2m/x + ratio), all positive, and carries its rounding errors along.
    """
    order = math.fabs(n)
    if order != floor(order) or order > BESSEL_HIGHEST_ORDER or x != x:
        return NOT_A_NUMBER
    size = math.fabs(x)
    if size == 0.0:
        return 1.0 if order == 0.0 else 0.0
    product, lost = 1.0, 0.0  # the product of the ratios, and its relative error
    if order > 1.0 and size < INFINITY:
        ratio, ratio_lost = 0.0, 0.0
        # the ratio at order m forgets its start as (x / 2m)^2; 20 + order + 8 sqrt(x) ... steps reach 1e-17 for every x
        start = order + 20.0 + floor(9.0 * math.sqrt(size if size < 1e6 else 1e6))
        while start > 1.0:
            quotient = 2.0 * start / size
            below = quotient + ratio
            error = (quotient - below) + ratio if quotient > ratio else (ratio - below) + quotient
            error = error + fma(-quotient, size, 2.0 * start) / size + ratio * ratio_lost
            ratio = 1.0 / below
            ratio_lost = fma(-ratio, below, 1.0) - error * ratio
            if start <= order:
                longer = product * ratio
                lost = lost + ratio_lost + fma(product, ratio, -longer) / longer if longer > 0.0 else 0.0
                product = longer
            start = start - 1.0
    y = bessel_i0_or_i1(order > 0.0, size, product + product * lost)
    return -y if x < 0.0 and 0.5 * order != floor(0.5 * order) else y


def bessel_i0_or_i1(first: bool, x: float, factor: float) -> float:
    """factor * I_1(x) if `first` else factor * I_0(x), for x > 0; the exponential in two factors, so that it
    overflows last."""
    if x <= BESSEL_FAR:
        return factor * (bessel_i1_near(x) if first else 1.0 + bessel_i0m1_near(x))
    half = exp(0.5 * x)
    scaled = bessel_i1_scaled(x) if first else bessel_i0_scaled(x)
    return INFINITY if half == INFINITY else factor * (scaled / math.sqrt(2.0 * PI * x) * half) * half
