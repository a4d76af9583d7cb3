"""The Cauchy negative log-likelihood, log(1 + (r/scale)^2) + log(scale) with r = f - y.

Reach for it when targets have very heavy tails: the pull of a sample falls as its residual grows,
so that gross outliers count for almost nothing. It is not convex: start near the solution. No
factor, and of the constants only log(pi) is dropped; SciPy's rho, log(1 + z), and the Lorentzian
scale^2/2*log(1 + (r/scale)^2) leave out log(scale) and have factors of their own.
"""

from sympy.stats import Cauchy

import symloss as sl

y = sl.target("y")
f = sl.prediction("f")
scale = sl.parameter("scale", default=1.0, domain=sl.Positive)

LOSS = sl.Loss.from_likelihood(
    "cauchy",
    Cauchy("Y", f, scale),
    target=y,
    link="identity",
    doc=__doc__,
    reference="F. R. Hampel, E. M. Ronchetti, P. J. Rousseeuw, W. A. Stahel (1986), Robust statistics: the approach "
    "based on influence functions",
)
