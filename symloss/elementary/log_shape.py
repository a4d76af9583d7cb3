"""The gamma function of a shape that is given by its logarithm, without the part that cancels.

With k = exp(a), log Gamma(k) is k a - k and a rest that is -a for a small shape and -a/2 for a large one. The rest and
its derivatives by a neither overflow nor underflow where k does. k is given beside a: the exponential of a rounded
logarithm has lost digits. Where a product of its factors has overflowed or underflowed, that serves.
"""

from __future__ import annotations

from symloss.elementary.constants import HALF_LOG_TWO_PI, INFINITY, NOT_A_NUMBER
from symloss.elementary.exponential import exp
from symloss.elementary.gamma import loggamma1p, stirling_rest
from symloss.elementary.polygamma import DIGAMMA_SERIES, digamma_near_zero, hurwitz_zeta
from symloss.elementary.primitives import fma

LOG_STIRLING_FROM = 2.3125  # exp of it is above 10, from where on Stirling's series serve
MIDDLE = 1.15625  # half of that: the centre of the polynomials

# The zero of loggamma_rest in two parts.
REST_ZERO = 1.8637059434189176
REST_ZERO_LOW = 1.257084075810455e-17

# (2j - 1) B_2j / (2j), j = 12 .. 1, from the Bernoulli numbers: k loggamma_rest_curvature is the sum of these over
# k^(2j - 2); DLMF 5.11.2 and 5.15.8.
REST_CURVATURE_SERIES = (
    -82972.74256715507, 5910.663043478261, -502.6680303030303, 51.91722361459203, -6.648897058823529,
    1.0833333333333333, -0.23202075702075703, 0.06818181818181818, -0.029166666666666667, 0.01984126984126984,
    -0.025, 0.08333333333333333,
)  # fmt: skip
# loggamma_rest(a) / (a - REST_ZERO) in powers of d = a - 1.15625, |d| <= 1.15625;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 8.2e-19.
REST = (
    1.2093820989808139e-13, -4.470197638926039e-13, -1.0346531648128528e-12, 7.770415769740208e-12,
    -5.3138245610555765e-12, -6.317387106480647e-11, 1.9814905483558734e-10, 8.807144882952401e-11,
    -2.0943271897629435e-09, 5.071228472532621e-09, 5.336458187528245e-09, -6.808186010890575e-08,
    1.7528606922219862e-07, 1.0743587135126822e-07, -2.474430354968607e-06, 9.369827825592795e-06,
    -1.0083116942085965e-05, -9.668469963352119e-05, 0.0007824227115885928, -0.0034702102683767883,
    0.010293464417269978, -0.5186913426970912,
)  # fmt: skip
# loggamma_rest_slope(a) in powers of d = a - 1.15625, |d| <= 1.15625;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 5.2e-18.
REST_SLOPE = (
    7.715692098382315e-13, 1.951923064088549e-12, -1.6364887656341604e-11, -9.665590894376997e-12,
    1.7643066688359274e-10, -2.0792643281015696e-10, -1.0339485578438228e-09, 3.906527872946597e-09,
    -7.581550559186889e-10, -3.021318787355887e-08, 8.517276758656717e-08, 2.0997760826469724e-08,
    -7.904231911537994e-07, 2.2345052083119023e-06, -1.4914303030015187e-07, -2.0403490957097037e-05,
    7.78426481803512e-05, -0.00010027114408558465, -0.0004477566931338535, 0.003403291507935197,
    -0.01207121959786804, 0.02549697059309287, -0.52597351527746,
)  # fmt: skip
# exp(a) loggamma_rest_curvature(a) in powers of d = a - 1.15625, |d| <= 1.15625;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 1.3e-17.
REST_CURVATURE = (
    -1.1541532917177317e-12, -1.7996187272945823e-12, 2.0981311444899912e-11, 9.406796076270833e-12,
    -2.0230816773506441e-10, 1.5997791364296207e-10, 1.2286679592827284e-09, -3.031027502036795e-09,
    -3.064368282566596e-09, 2.595699409447041e-08, -2.955366058037173e-08, -1.1268066041628233e-07,
    4.284373874367781e-07, -1.919932292726506e-07, -2.3319918338506525e-06, 6.667806750649042e-06,
    -1.4129535405650606e-06, -3.834248441568477e-05, 0.00011023197585388485, -6.873260854393023e-05,
    -0.000472921403125761, 0.0018976537710515765, -0.003762996472689067, 0.0043046918781950326, 0.08102920496700035,
)  # fmt: skip
# loggamma_rest_curvature(a) in powers of d = a + 1.15625, |d| <= 1.15625;
# highest power first. Chebyshev interpolation by tests/elementary/coefficients.py, relative error 4.8e-18.
REST_CURVATURE_NEAR = (
    4.0764795369069305e-13, 1.842340356201126e-12, -3.331270246850001e-12, -3.32579426870978e-11,
    -2.7768235830301388e-11, 2.9178086756362563e-10, 8.652320905735922e-10, -1.0299065966200517e-09,
    -1.0289282360566258e-08, -1.1134742776888027e-08, 7.327396889434963e-08, 2.436525146245482e-07,
    -2.0632564766625204e-07, -2.5524318856688675e-06, -2.615635048666315e-06, 1.7854795003164752e-05,
    5.004599130473369e-05, -7.77616064538492e-05, -0.0005097436482341369, 4.058830690893911e-05,
    0.003912235256421044, 0.002472937323137038, -0.02454352752371979, -0.018033254789694142, 0.11171293184864135,
)  # fmt: skip


def shape_of(a: float, k: float) -> float:
    """The shape as it is given beside its logarithm, and exp(a) where what it was computed from left the numbers.

    NaN for what is no shape: a recurrence might count up from it for ever.
    """
    if k == 0.0 or k == INFINITY:
        return exp(a)
    return k if k > 0.0 else NOT_A_NUMBER


def loggamma_rest(a: float, k: float) -> float:
    """log Gamma(k) - k log k + k at k = exp(a); inf at -inf, -inf at inf. Measured error: 2.2 ulp."""
    k = shape_of(a, k)
    if k != k:
        return k
    if k == 0.0:
        return -a
    if a >= LOG_STIRLING_FROM:
        return HALF_LOG_TWO_PI - 0.5 * a + stirling_rest(k)
    if a >= 0.0:
        d = a - MIDDLE
        y = REST[0]
        for coefficient in REST[1:]:
            y = fma(y, d, coefficient)
        return ((a - REST_ZERO) - REST_ZERO_LOW) * y
    return loggamma1p(k) + (k - a * (1.0 + k))


def loggamma_rest_slope(a: float, k: float) -> float:
    """k (psi(k) - log k) at k = exp(a), which rises from -1 to -1/2. Measured error: 1.6 ulp."""
    k = shape_of(a, k)
    if k != k:
        return k
    if k == 0.0:
        return -1.0
    if a >= LOG_STIRLING_FROM:
        reciprocal = 1.0 / k
        z = reciprocal * reciprocal
        y = DIGAMMA_SERIES[0]
        for coefficient in DIGAMMA_SERIES[1:]:
            y = fma(y, z, coefficient)
        return -0.5 - reciprocal * y
    if a >= 0.0:
        d = a - MIDDLE
        y = REST_SLOPE[0]
        for coefficient in REST_SLOPE[1:]:
            y = fma(y, d, coefficient)
        return y
    return fma(k, digamma_near_zero(1.0 + k) - a, -1.0)


def loggamma_rest_curvature(a: float, k: float) -> float:
    """k (psi(k) - log k) + k (k psi'(k) - 1) at k = exp(a): -k (1 + log k) next to 0, 1/(12 k) far out.

    Measured error: 3 ulp.
    """
    k = shape_of(a, k)
    if k != k:
        return k
    if k == 0.0:
        return 0.0
    if a >= LOG_STIRLING_FROM:
        reciprocal = 1.0 / k
        z = reciprocal * reciprocal
        y = REST_CURVATURE_SERIES[0]
        for coefficient in REST_CURVATURE_SERIES[1:]:
            y = fma(y, z, coefficient)
        return reciprocal * y
    if a >= 0.0:
        d = a - MIDDLE
        y = REST_CURVATURE[0]
        for coefficient in REST_CURVATURE[1:]:
            y = fma(y, d, coefficient)
        return y / k
    if a >= -LOG_STIRLING_FROM:
        d = a + MIDDLE
        y = REST_CURVATURE_NEAR[0]
        for coefficient in REST_CURVATURE_NEAR[1:]:
            y = fma(y, d, coefficient)
        return y
    return k * ((digamma_near_zero(1.0 + k) - 1.0 - a) + k * hurwitz_zeta(2.0, 1.0 + k))
