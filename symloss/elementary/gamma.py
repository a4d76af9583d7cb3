"""The gamma function and its logarithm."""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.arithmetic import floor
from symloss.elementary.constants import HALF_LOG_TWO_PI, INFINITY, NOT_A_NUMBER, PI, SMALLEST_NORMAL
from symloss.elementary.exponential import exp
from symloss.elementary.logarithm import log
from symloss.elementary.primitives import fma

GAMMA_OVERFLOWS = 171.7  # Gamma(171.63) is above the largest float64
GAMMA_OVERFLOWS_BELOW = 5.56e-309  # and so is 1 / x below this
SQRT_TWO_PI = 2.5066282746310007  # sqrt(2 pi)
LOG_PI = 1.1447298858494002  # log pi
STIRLING_FROM = 10.0  # from here on the eight terms of STIRLING leave an error below 2e-18

# B_2k / (2k (2k - 1)), k = 8 .. 1, from the Bernoulli numbers: log Gamma(x) = (x - 1/2) log x - x + log(2 pi)/2 + sum
# of these over x^(2k - 1); DLMF 5.11.1.
STIRLING = (
    -0.029550653594771242, 0.00641025641025641, -0.0019175269175269176, 0.0008417508417508417, -0.0005952380952380953,
    0.0007936507936507937, -0.002777777777777778, 0.08333333333333333,
)  # fmt: skip

# log Gamma(x) / ((x - 1) (x - 2)) in powers of d = x - 1, |d| <= 1/2;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 1.8e-18.
LOGGAMMA_ONE = (
    0.11085899735141698, -0.1142806060495023, -0.08300985443081176, 0.08532809667377311, 0.07547948080594057,
    -0.0779261344606791, 0.002052495676344135, -0.0024327669275136083, 0.027688536184191183, -0.028951157038668355,
    0.02490778264077449, -0.026270026294447774, 0.02862978653237747, -0.03035945377828152, 0.032218815048872314,
    -0.034436692145567833, 0.03698991835462524, -0.039943325032720044, 0.043410871085662106, -0.04754311942143399,
    0.05255632488226146, -0.05877794159837892, 0.06673172823237797, -0.07731816852855389, 0.09223900846486405,
    -0.1151465425638577, 0.15543426586395104, -0.2452513685225803, 0.5772156649015329,
)  # fmt: skip
# log Gamma(x) / ((x - 1) (x - 2)) in powers of d = x - 2, -0.5 <= d <= 1;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 9.9e-18.
LOGGAMMA_TWO = (
    3.4036501244683263e-09, -2.500663573849295e-08, 8.709653785867804e-08, -2.0597876254832964e-07,
    4.185522001323253e-07, -8.53529168076906e-07, 1.80132958159506e-06, -3.844537383746953e-06, 8.223394405256353e-06,
    -1.7662632791603552e-05, 3.816883784646164e-05, -8.309497384502135e-05, 0.00018255262779159507,
    -0.00040570741045004493, 0.0009153769238676762, -0.0021081308333804473, 0.004998641164621907, -0.01238419219338301,
    0.032965000621157, -0.10031730167435385, 0.42278433509846713,
)  # fmt: skip
# Gamma(2 + d) in powers of d, 0 <= d <= 1;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 1.2e-18.
GAMMA_TWO = (
    -8.228337612513728e-08, 9.053526001932741e-07, -4.863850735468014e-06, 1.7377846260406162e-05,
    -4.766583264117334e-05, 0.00011129928924403551, -0.00023452721860397243, 0.0004873044557316001,
    -0.0009184301793103763, 0.0021036102253792002, -0.0028525775108560803, 0.011154035187797033,
    -0.00026698092841471083, 0.07424901067140453, 0.08157691925069734, 0.41184033042635565, 0.4227843350984679, 1.0,
)  # fmt: skip


def stirling_rest_by_reciprocal(reciprocal: float) -> float:
    """`stirling_rest`, given 1/x. No branches."""
    z = reciprocal * reciprocal
    y = STIRLING[0]
    y = fma(y, z, STIRLING[1])
    y = fma(y, z, STIRLING[2])
    y = fma(y, z, STIRLING[3])
    y = fma(y, z, STIRLING[4])
    y = fma(y, z, STIRLING[5])
    y = fma(y, z, STIRLING[6])
    y = fma(y, z, STIRLING[7])
    return y * reciprocal


def stirling_rest(x: float) -> float:
    """log Gamma(x) - ((x - 1/2) log x - x + log(2 pi)/2) for x >= 10; 1 / (12 x) far out."""
    return stirling_rest_by_reciprocal(1.0 / x)


def loggamma_beside_one(d: float) -> float:
    """log Gamma(1 + d) for |d| <= 1/2, where 1 + d would round."""
    y = LOGGAMMA_ONE[0]
    for coefficient in LOGGAMMA_ONE[1:]:
        y = fma(y, d, coefficient)
    return 0.0 - d * (1.0 - d) * y  # 0.0 at the zero, not -0.0


def loggamma1p(x: float) -> float:
    """log Gamma(1 + x) for x > -1, relative to x where that is tiny; inf at -1. Measured error: 2.4 ulp."""
    if -0.5 <= x <= 0.5:
        return loggamma_beside_one(x)
    return loggamma_over_two(x - 1.0) if 0.5 < x <= 2.0 else loggamma(1.0 + x)


def loggamma_middle(x: float) -> float:
    """log Gamma(x) for 1.5 <= x < 10: the recurrence down to [2, 3), whose logarithm adds without cancellation."""
    product = 1.0
    while x >= 3.0:
        x = x - 1.0
        product = product * x
    y = loggamma_over_two(x - 2.0)
    return y if product == 1.0 else y + log(product)


def loggamma_over_two(d: float) -> float:
    """log Gamma(2 + d) for -1/2 <= d <= 1."""
    y = LOGGAMMA_TWO[0]
    for coefficient in LOGGAMMA_TWO[1:]:
        y = fma(y, d, coefficient)
    return d * (1.0 + d) * y


def loggamma_positive(x: float) -> float:
    """log Gamma(x) for x > 0."""
    if x < 0.5:
        return loggamma_beside_one(x) - log(x)
    if x < 1.5:
        return loggamma_beside_one(x - 1.0)
    if x < STIRLING_FROM:
        return loggamma_middle(x)
    if x > 1e300:
        return x * (log(x) - 1.0) if x != INFINITY else x
    return (x - 0.5) * (log(x) - 1.0) + (HALF_LOG_TWO_PI - 0.5 + stirling_rest(x))


def sin_pi(x: float) -> float:
    """sin(pi x) with the argument reduced exactly; 0 at the integers."""
    if math.fabs(x) <= 0.5:
        return math.sin(PI * x)  # 1 + x may round to 1
    distance = x - floor(x)
    folded = 1.0 - distance if distance > 0.5 else distance
    y = math.sin(PI * folded)
    half = 0.5 * floor(x)
    return y if half == floor(half) else -y


def loggamma(x: float) -> float:
    """log |Gamma(x)|; inf at 0, at the negative integers and at both infinities. Measured error: 1.9 ulp for x > 0.

    Its zeros at 1 and 2 are factors of the polynomials used near them. Below 0 the reflection formula; there it has
    one zero between any two poles, near which only the absolute error is small.
    """
    if x > 0.0:
        return loggamma_positive(x)
    if x == floor(x):
        return INFINITY
    if x > -0.5:
        return loggamma_beside_one(x) - log(-x)
    return LOG_PI - log(math.fabs(sin_pi(x))) - loggamma_positive(1.0 - x) if x == x else x


def gamma_positive(x: float) -> float:
    """Gamma(x) for x > 0: Stirling's form with the power in two factors, or the recurrence to [2, 3)."""
    if x >= STIRLING_FROM:
        if x > GAMMA_OVERFLOWS:
            return INFINITY
        root = math.pow(x, 0.5 * x - 0.25)
        return SQRT_TWO_PI * root * exp(-x) * root * exp(stirling_rest(x))
    product, divisor = 1.0, 1.0
    while x >= 3.0:
        x = x - 1.0
        product = product * x
    d = x - 2.0
    if x < 1.0:
        d, divisor = x, x * (1.0 + x)
    elif x < 2.0:
        d, divisor = x - 1.0, x
    y = GAMMA_TWO[0]
    for coefficient in GAMMA_TWO[1:]:
        y = fma(y, d, coefficient)
    if x < SMALLEST_NORMAL:
        return INFINITY if x < GAMMA_OVERFLOWS_BELOW else 1.0 / x
    return product * y / divisor


def gamma(x: float) -> float:
    """Gamma(x); inf at 0 and above 171.62, NaN at the negative integers and at -inf. Measured error: 4.6 ulp for x > 0.

    Below 0 the reflection formula, which gives 0 from about -170.6 on, where the true value is a subnormal number or 0.
    """
    if x > 0.0:
        return gamma_positive(x)
    if x == 0.0:
        return math.copysign(INFINITY, x)
    if x == floor(x) or x != x:
        return NOT_A_NUMBER
    if x > -1e-20:
        return -gamma_positive(-x)
    return PI / (sin_pi(x) * gamma_positive(1.0 - x))
