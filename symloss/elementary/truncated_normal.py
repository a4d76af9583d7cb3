"""A normal variable truncated above at x: how far below x it lies, in mean, variance and third cumulant.

With m(x) = phi(x)/Phi(x) and Z | Z < x, the distance x - Z has the mean e = m + x, the variance v = 1 - m e and the
third cumulant w = m (e^2 - v); e' = v, v' = w, m' = -m e. Far below 0 they are 1/z, 1/z^2 and 2/z^3 at z = -x, and the
terms of each are huge: there they are polynomials over (z + c)^k, one for the whole half-line.
"""

from __future__ import annotations

from symloss.elementary.constants import SQRT_TWO_OVER_PI
from symloss.elementary.exponential import exp
from symloss.elementary.normal import HALF_SQUARE_FAR, log_ndtr, mills
from symloss.elementary.primitives import fma

MILLS_UNDERFLOWS = 37.0  # phi(37) is 1e-298, and what is made of it with x and x^2 is still a normal number

# (z + 1) e, (z + 3/2)^2 v and (z + 2)^3 w in powers of q = (z - 3.5) / (z + 3.5), z = -x >= 0; highest power first.
# Chebyshev interpolation by tests/elementary/coefficients.py, relative error 9.5e-18.
TAIL_MEAN = (
    -2.6507463567552063e-09, 9.819885391224494e-10, 2.2687039345784894e-08, -3.6903702486735554e-08,
    -1.1523458205739123e-07, 3.9616206975998275e-07, 5.954549257161054e-07, -2.4616691370252863e-06,
    -3.295030847820296e-06, 1.1072931725914697e-05, 1.649569036948479e-05, -4.058845978737896e-05,
    -7.05517439089243e-05, 0.00013158277488890086, 0.0002617535310835514, -0.00040415838295712326,
    -0.0008647654300981256, 0.0012499723617578604, 0.0025836517230266695, -0.0040616931831919546,
    -0.006901028024536786, 0.01401475119600406, 0.014956225198161768, -0.05025491501292611, -0.009895560060559822,
    0.17406459876378574, -0.23240183756754276, -0.033650801961951395, 1.1312606918596488,
)  # fmt: skip
# The same, relative error 1.0e-17.
TAIL_VARIANCE = (
    1.7364554749575683e-08, 3.8056235044128013e-08, -1.5222258211444894e-07, -3.281516942817915e-07,
    6.739202086068081e-07, 1.1306210533576673e-06, -2.5372497030781015e-06, -1.0596758556743572e-06,
    1.1411793142680075e-05, -7.214662704821738e-06, -5.510013742900686e-05, 4.1121420074822666e-05,
    0.0002369690046696335, -0.0001215000741412195, -0.0008721737966645894, 0.00023721087979732802,
    0.002804649623079087, -0.0002851655078642931, -0.008114873729603818, 0.00015051367639869282,
    0.021637467141119162, -0.0007373129825683274, -0.05384929909373596, 0.008818059527050679, 0.12428880268484263,
    -0.053708519546614916, -0.25416405151194155, 0.22893605076449414, 0.38660986656129165, -0.6978453920396096,
    -0.1273344264377191, 1.42332512378242,
)  # fmt: skip
# The same, relative error 7.1e-18.
TAIL_CUMULANT = (
    -3.445536049895941e-07, -1.2406911625140123e-07, 3.5580242310569515e-06, 1.5229578420724635e-06,
    -1.7371248460480146e-05, -7.950275014062433e-06, 5.3928214881819596e-05, 1.8579812094127343e-05,
    -0.0001264736720364074, 2.220244033466874e-05, 0.00029017060764725475, -0.0003807724533242876,
    -0.0008790371639065566, 0.0018571012351648152, 0.0032552196288649377, -0.006291343791288107,
    -0.011567136616161667, 0.01728720405066916, 0.03607710560774809, -0.04160828769978262, -0.098227534760264,
    0.09317556991668055, 0.23579211248967255, -0.20452440214194795, -0.5004626733082996, 0.4523875115027889,
    0.9247215454010579, -0.9901953094707024, -1.4108873795108112, 2.0075785791853864, 1.527506178168698,
    -3.367215762406201, -0.5775863238892174, 3.909950137786377,
)  # fmt: skip
# w in powers of x for 0 <= x <= 1, relative error 2.4e-16.
TAIL_CUMULANT_NEAR = (
    -2.2333298236560009e-07, 1.94317647840335e-07, 2.7643873958573954e-06, -1.8956165797474869e-06,
    -7.126801893743749e-07, -3.592076324683845e-05, -5.413996219163007e-05, 7.524309765985603e-05,
    0.0006703370537039033, 0.0014370012128253674, -0.000543239181415631, -0.010953601401468562,
    -0.025443088915044907, -0.0022188442330724856, 0.11477068205423974, 0.21801361414499013,
)  # fmt: skip


def tail_variable(z: float) -> float:
    """(z - 3.5) / (z + 3.5) for z >= 0 with one Newton step on its own equation, since errors count most near z = 0."""
    reciprocal = 1.0 / (z + 3.5)
    q = (z - 3.5) * reciprocal
    q = fma(reciprocal, fma(-q, z, fma(-3.5, q + 1.0, z)), q)
    return 1.0 if z > 1e100 else q  # at inf it is inf - inf


def mills_excess(x: float) -> float:
    """phi(x) / Phi(x) + x: -1/x far below 0, x far above. Measured error: 2.2 ulp."""
    if not x < 0.0:
        return mills(x) + x
    q = tail_variable(-x)
    y = TAIL_MEAN[0]
    for coefficient in TAIL_MEAN[1:]:
        y = fma(y, q, coefficient)
    return y / (1.0 - x)


def tail_variance(z: float) -> float:
    """The variance of a standard normal variable beyond z >= 0: 1/z^2 far out."""
    q = tail_variable(z)
    y = TAIL_VARIANCE[0]
    for coefficient in TAIL_VARIANCE[1:]:
        y = fma(y, q, coefficient)
    scale = 1.0 / (1.5 + z)
    return y * scale * scale


def root_density(x: float) -> tuple[float, float]:
    """x, but no more than 60, and e^(-x^2/4): multiply by it twice, since its square underflows, and is m(x) sqrt(2 pi)
    where Phi(x) rounds to 1."""
    z = HALF_SQUARE_FAR if x > HALF_SQUARE_FAR else x
    square = z * z
    y = exp(-0.25 * square)
    return z, fma(y, -0.25 * fma(z, z, -square), y)


def mills_slope(x: float) -> float:
    """m(x) (m(x) + x) at m = phi/Phi, one less the variance of a normal variable below x; 1 at -inf, 0 at inf.

    Measured error: 2.6 ulp where the result is a normal number.
    """
    if x < 0.0:
        return 1.0 - tail_variance(-x)
    if x > MILLS_UNDERFLOWS:
        z, root = root_density(x)
        return 0.5 * SQRT_TWO_OVER_PI * z * root * root
    m = mills(x)
    return m * (m + x)


# In the upper tail these three behave as e^(-x^2/2), and what rounding took from x counts x^2 times: by the derivative.
def log_ndtr_corrected(x: float, error: float) -> float:
    """log P(Z <= x + error), where rounding x left the error."""
    y = log_ndtr(x)
    return fma(error, mills(x), y) if x > 1.0 and error != 0.0 else y


def mills_corrected(x: float, error: float) -> float:
    """phi/Phi at x + error, where rounding x left the error."""
    y = mills(x)
    return fma(-error, mills_slope(x), y) if x > 1.0 and error != 0.0 else y


def mills_slope_corrected(x: float, error: float) -> float:
    """m (m + x) at x + error, where rounding x left the error."""
    y = mills_slope(x)
    return fma(-error, truncated_cumulant(x), y) if x > 1.0 and error != 0.0 else y


def truncated_variance(x: float) -> float:
    """The variance of a standard normal variable below x: 1/x^2 far below 0, 1 far above. Measured error: 6.7 ulp."""
    return tail_variance(-x) if x < 0.0 else 1.0 - mills_slope(x)


def truncated_cumulant(x: float) -> float:
    """The third cumulant of how far below x a normal variable below x lies: -2/x^3 far below 0, 0 at inf.

    Measured error: 6.0 ulp where the result is a normal number.
    """
    if x > MILLS_UNDERFLOWS:
        z, root = root_density(x)
        return 0.5 * SQRT_TWO_OVER_PI * fma(z, z, -1.0) * root * root
    if x > 1.0:
        m = mills(x)
        return m * fma(x + m, x + 2.0 * m, -1.0)
    if not x < 0.0:
        y = TAIL_CUMULANT_NEAR[0]
        for coefficient in TAIL_CUMULANT_NEAR[1:]:
            y = fma(y, x, coefficient)
        return y
    q = tail_variable(-x)
    y = TAIL_CUMULANT[0]
    for coefficient in TAIL_CUMULANT[1:]:
        y = fma(y, q, coefficient)
    scale = 1.0 / (2.0 - x)
    return y * scale * scale * scale
