"""Derivatives of Bernoulli's function B(x) = x / (e^x - 1), and log((e^x - 1) / x) with its first two derivatives.

All are 0/0 at 0, and their formulas cancel around it. They are even functions there but for a first term, so that
near 0 they are polynomials in x^2, Chebyshev interpolations by tests/elementary/coefficients.py, and where these end
the formulas lose no more than a factor of three. Highest power first.
"""

from __future__ import annotations

from symloss.elementary import ieee as math
from symloss.elementary.constants import INFINITY
from symloss.elementary.exponential import exp
from symloss.elementary.logarithm import log, log1p
from symloss.elementary.primitives import fma

DIFFERENCE_FAR = 1490.0  # e^(-x/2) underflows above

# (B'(x) + 1/2) / x in powers of x^2 for |x| <= 1, relative error 1.8e-19.
BERNOULLI_FIRST = (
    1.3633108166389596e-13, -5.390143863573225e-12, 1.873221919690143e-10, -6.341008664770381e-09,
    2.0876756315664877e-07, -6.613756612453086e-06, 0.00019841269841257167, -0.0055555555555555506,
    0.16666666666666666,
)  # fmt: skip
# B''(x) in powers of x^2 for |x| <= 3, relative error 2.3e-18.
BERNOULLI_SECOND = (
    -8.518437335112014e-24, 9.035680809249923e-22, -5.068005965630468e-20, 2.101182062392861e-18,
    -7.536058838709148e-17, 2.534639120051411e-15, -8.259560571883755e-14, 2.6271629460428515e-12,
    -8.135188813751089e-11, 2.43562084518525e-09, -6.975130881094493e-08, 1.8789081280560039e-06,
    -4.629629629586463e-05, 0.000992063492063377, -0.016666666666666656, 0.16666666666666666,
)  # fmt: skip
# (log((e^x - 1) / x) - x/2) / x^2 in powers of x^2 for |x| <= 2, relative error 7.6e-18.
LOG_EXPREL = (
    -6.972042082143168e-18, 4.466450757756472e-16, -2.1048763241763512e-14, 9.555163766073461e-13,
    -4.403426126342947e-11, 2.0876750027486815e-09, -1.0333994666461168e-07, 5.511463844664847e-06,
    -0.00034722222222220624, 0.041666666666666664,
)  # fmt: skip
# its derivative less 1/2, over x, for |x| <= 3, relative error 1.1e-18.
TILTED_MEAN = (
    -2.049524702587614e-23, 2.1003205103509677e-21, -1.192323519395622e-19, 5.3084822237838076e-18,
    -2.1608241530237168e-16, 8.579030093599797e-15, -3.3894294023032625e-13, 1.338247367027343e-11,
    -5.284189063908727e-10, 2.0876756868338222e-08, -8.267195766396937e-07, 3.306878306875514e-05,
    -0.001388888888888885, 0.08333333333333333,
)  # fmt: skip
# its second derivative for |x| <= 3, relative error 1.8e-18.
TILTED_VARIANCE = (
    1.2182487404287236e-23, -1.266370181032495e-21, 7.102543803621913e-20, -3.0235079008251593e-18,
    1.1424598307256815e-16, -4.124082002954149e-15, 1.459292990436665e-13, -5.084419455519251e-12,
    1.739727601816104e-10, -5.812608838189198e-09, 1.878908125894117e-07, -5.787037036862543e-06,
    0.00016534391534386232, -0.0041666666666666605, 0.08333333333333333,
)  # fmt: skip


def bernoulli_first(x: float) -> float:
    """B'(x), from -1 at -inf to 0 at inf, -1/2 at 0; B'(-x) = -1 - B'(x). Measured error: 4.9 ulp."""
    size = math.fabs(x)
    if size < 1.0:
        z = x * x
        y = BERNOULLI_FIRST[0]
        for coefficient in BERNOULLI_FIRST[1:]:
            y = fma(y, z, coefficient)
        return fma(x, y, -0.5)
    if not size < DIFFERENCE_FAR:
        return x if x != x else (0.0 if x > 0.0 else -1.0)
    # B' = B (1 - x - B) / x, in two factors where B underflows before x B does
    half = exp(-0.5 * size)
    b = size / (1.0 - half * half)
    slope = half * (b * half * half + (size - 1.0)) / (1.0 - half * half) * -half
    return slope if x > 0.0 else -1.0 - slope


def bernoulli_second(x: float) -> float:
    """B''(x), even: 1/6 at 0, 0 at both infinities. Measured error: 4.7 ulp."""
    size = math.fabs(x)
    if size < 3.0:
        z = x * x
        y = BERNOULLI_SECOND[0]
        for coefficient in BERNOULLI_SECOND[1:]:
            y = fma(y, z, coefficient)
        return y
    if not size < DIFFERENCE_FAR:
        return x if x != x else 0.0
    half = exp(-0.5 * size)
    t = half * half
    rest = 1.0 - t
    return half * (fma(size, t, size) - 2.0 * rest) / (rest * rest * rest) * half


def log_exprel(x: float) -> float:
    """log((e^x - 1) / x): x - log(x) far above 0, -log(-x) far below. Measured error: 1.0 ulp."""
    size = math.fabs(x)
    if size < 2.0:
        z = x * x
        y = LOG_EXPREL[0]
        for coefficient in LOG_EXPREL[1:]:
            y = fma(y, z, coefficient)
        return fma(z, y, 0.5 * x)
    if size == INFINITY:
        return x
    below = log1p(-exp(-size)) - log(size)
    return below + (x if x > 0.0 else 0.0)


def tilted_mean(x: float) -> float:
    """The derivative of `log_exprel`: the mean of a density proportional to e^(x s) on [0, 1]; 0 at -inf, 1 at inf.

    Measured error: 1.0 ulp.
    """
    size = math.fabs(x)
    if size < 3.0:
        z = x * x
        y = TILTED_MEAN[0]
        for coefficient in TILTED_MEAN[1:]:
            y = fma(y, z, coefficient)
        return fma(x, y, 0.5)
    t = exp(-size)
    below = 1.0 / size - t / (1.0 - t)
    return 1.0 - below if x > 0.0 else below


def tilted_variance(x: float) -> float:
    """The second derivative of `log_exprel`: the variance of a density proportional to e^(x s) on [0, 1].

    Measured error: 4.3 ulp.
    """
    size = math.fabs(x)
    if size < 3.0:
        z = x * x
        y = TILTED_VARIANCE[0]
        for coefficient in TILTED_VARIANCE[1:]:
            y = fma(y, z, coefficient)
        return y
    half = exp(-0.5 * size)
    root = half / (1.0 - half * half)
    reciprocal = 1.0 / size
    return (reciprocal - root) * (reciprocal + root)
