"""The scaled exponential integral G = e^u E_1(u) at u = v^2/2: log G and its first two derivatives by v.

As a function of v log G is the logarithm of the density of a normal variable whose standard deviation has a half-Cauchy
distribution. With h = 1/G - u and k = h - 2 h^2 + 2 u (1 - h) the derivatives are -2 h/v and 2 k/v^2. At v = 0 log G is
infinite, like log log 1/v; far out G is 1/u, and h and k are 1, where the terms of each are huge: there they are
polynomials.
"""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.constants import INFINITY, LN2
from symloss.elementary.exponential import exp
from symloss.elementary.logarithm import log
from symloss.elementary.primitives import fma

E1_NEAR = 0.5  # below it by the series around 0, whose terms are all positive here
E1_FAR = 1e100  # from here on G is 1/u to the last digit, and u may overflow
LN2_LESS_EULER = 0.11593151565841245  # log 2 less Euler's constant

# Where log G is 0, its zero less that number, and the middle and the end of where log G goes through it.
LOG_E1_ROOT = 0.9325429795831437
LOG_E1_ROOT_TAIL = -1.9364779592504924e-17
LOG_E1_MIDDLE = 0.875
LOG_E1_END = 1.25

# (E_1(u) + log u + Euler's constant) / u in powers of u for 0 <= u <= 1/8; highest power first.
# Chebyshev interpolation by tests/elementary/coefficients.py, relative error 5.4e-19.
EIN = (
    -2.951116051929804e-06, 2.8314653739292823e-05, -0.0002314783200608744, 0.0016666664818747335,
    -0.010416666660795517, 0.0555555555554639, -0.24999999999999944, 1.0,
)  # fmt: skip
# log G / (v - root) in powers of v - 0.875 for 1/2 <= v <= 5/4; highest power first.
# Chebyshev interpolation by tests/elementary/coefficients.py, relative error 1.2e-18.
LOG_E1 = (
    -0.725800001459061, 0.6641330752985971, 0.029102346587457157, -0.024521265104811975, -0.22632199980965173,
    0.20914395847458736, -0.13861748149293904, 0.1296495629776835, -0.12963829784344136, 0.12204342780919097,
    -0.11469639514741213, 0.10913019493025515, -0.10454709231706018, 0.10085156584322419, -0.09813570469988726,
    0.09649246783235901, -0.09607932928201374, 0.0971681427227227, -0.10021989890595051, 0.10606246685021323,
    -0.11649802890153232, 0.1369989105263342, -0.18925713034734312, 0.3705974212601977, -1.2328537909581991,
)  # fmt: skip
# h in powers of q = (v - 3) / (v + 2) for v >= 1/2; highest power first.
# Chebyshev interpolation by tests/elementary/coefficients.py, relative error 1.2e-17.
E1_EXCESS = (
    -4.630611983398694e-08, 9.390049679108315e-08, 2.988313750215942e-07, -6.278848816329967e-07,
    -1.0208435605372369e-06, 1.973985899242368e-06, 2.3166513440547783e-06, -3.3751096860662556e-06,
    -3.632738876372049e-06, 2.9415798857310522e-06, 2.2547198264279836e-06, -1.1141857630121098e-06,
    4.028214189684914e-06, 7.436441452225921e-06, -6.900683758145767e-06, -2.687775354157226e-05,
    -2.826733887418743e-05, 2.3927150516200764e-05, 0.00010563893054195811, 0.00012690504727622045,
    -8.765087956050406e-05, -0.00043865065398153094, -0.0005045838880594098, 0.00047475222002658847,
    0.0018900138964258165, 0.0016668962098592942, -0.003254377564292004, -0.008243267103578025,
    -0.0023414014804491214, 0.024177177655708156, 0.029813548918623006, -0.04810396166465971, -0.17415206605125394,
    0.32103493108649, 0.8578626866909591,
)  # fmt: skip
# k in powers of the same; highest power first.
# Chebyshev interpolation by tests/elementary/coefficients.py, relative error 5.1e-18.
E1_CURVATURE = (
    1.1918126402674367e-07, 1.9414605579482727e-07, -7.264266783834386e-07, -1.786234829786231e-06,
    9.545881902491322e-07, 6.197845320555028e-06, 4.257835832747298e-06, -7.372118724314899e-06,
    -1.6210831445865247e-05, -1.1848686608761624e-05, 6.335566142292784e-06, 3.829610039711751e-05,
    6.846632951396859e-05, 3.642095860054314e-05, -0.0001124159611230825, -0.00029521620168510926,
    -0.00023071602690965376, 0.00032268066751578456, 0.0010803484971230127, 0.0009664236173494721,
    -0.0009958174586777004, -0.003757491497340651, -0.00326514924292062, 0.003795022108239122, 0.012712300123134592,
    0.008537476762379098, -0.01708678493492556, -0.04054376699262804, -0.009782192154762167, 0.07782499378941639,
    0.10448507890702198, -0.0765918989086897, -0.28784050890910834, -0.028811789040796804, 0.5942243965652926,
    0.6652417280390652,
)  # fmt: skip


def e1_near(v: float, u: float) -> float:
    """E_1(u) at u = v^2/2 for 0 <= v < 1/2: -log u - Euler's constant + u - u^2/4 + u^3/18 - ..."""
    y = EIN[0]
    for coefficient in EIN[1:]:
        y = fma(y, u, coefficient)
    return fma(-2.0, log(v), fma(u, y, LN2_LESS_EULER))


def e1_variable(v: float) -> float:
    """(v - 3) / (v + 2) for v >= 1/2, with one Newton step on its own equation."""
    reciprocal = 1.0 / (v + 2.0)
    q = (v - 3.0) * reciprocal
    q = fma(reciprocal, fma(-q, v, fma(-2.0, q + 1.5, v)), q)
    return 1.0 if v > E1_FAR else q  # at inf it is inf - inf


def e1_excess(v: float) -> float:
    """h = 1/G - u for v >= 0; 0 at 0, 1 far out."""
    if v < E1_NEAR:
        u = 0.5 * v * v
        return exp(-u) / e1_near(v, u) - u
    q = e1_variable(v)
    y = E1_EXCESS[0]
    for coefficient in E1_EXCESS[1:]:
        y = fma(y, q, coefficient)
    return y


def log_scaled_e1(v: float) -> float:
    """log(e^u E_1(u)) at u = v^2/2, even in v; inf at 0, -inf at the infinities. Measured error: 2.8 ulp."""
    x = math.fabs(v)
    u = 0.5 * x * x
    if x < E1_NEAR:
        return u + log(e1_near(x, u))
    if x < LOG_E1_END:
        y = LOG_E1[0]
        for coefficient in LOG_E1[1:]:
            y = fma(y, x - LOG_E1_MIDDLE, coefficient)
        return y * ((x - LOG_E1_ROOT) - LOG_E1_ROOT_TAIL)
    return LN2 - 2.0 * log(x) if x > E1_FAR else -log(u + e1_excess(x))


def scaled_e1_slope(v: float) -> float:
    """2 h/v, less the derivative of log(e^u E_1(u)) at u = v^2/2; odd in v, 2/v far out, at 0 infinite with the sign of
    the zero. Measured error: 2.6 ulp."""
    return math.copysign(INFINITY, v) if v == 0.0 else 2.0 * e1_excess(math.fabs(v)) / v


def scaled_e1_curvature(v: float) -> float:
    """2 k/v^2, the second derivative of log(e^u E_1(u)) at u = v^2/2; even in v, inf at 0, 2/v^2 far out.

    Measured error: 5.1 ulp.
    """
    x = math.fabs(v)
    if x < E1_NEAR:
        h = e1_excess(x)
        return INFINITY if x == 0.0 else 2.0 * fma(x * x, 1.0 - h, fma(-2.0 * h, h, h)) / x / x
    q = e1_variable(x)
    y = E1_CURVATURE[0]
    for coefficient in E1_CURVATURE[1:]:
        y = fma(y, q, coefficient)
    return 2.0 * y / x / x
