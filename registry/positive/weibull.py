"""The Weibull negative log-likelihood with a predicted log scale, exp(u) - u - log(shape), u = shape*(log(y) - f).

Without the term log(y). Reach for it when the target is a lifetime whose risk grows
(shape > 1) or falls (shape < 1) with age. The prediction is the logarithm of the scale, the age
that a share 1/e survives; `predict` gives the mean. No factor. With shape 1 it is
`exponential_likelihood`; `weibull_aft` takes censored targets.
"""

import sympy as sp
from sympy.stats import Weibull

import symloss as sl

y = sl.target("y", domain=sl.Positive)
f = sl.prediction("f")
shape = sl.parameter("shape", default=1.0, domain=sl.Positive)

LOSS = sl.Loss.from_likelihood(
    "weibull",
    Weibull("Y", sp.exp(f), shape),
    target=y,
    doc=__doc__,
    reference="W. Weibull (1951), A statistical distribution function of wide applicability, "
    "J. Appl. Mech. 18, 293-297",
)
