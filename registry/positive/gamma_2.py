"""The gamma negative log-likelihood of shape k = exp(a) and scale exp(s), loggamma(k) + k*s - k*log(y) + y*exp(-s).

Without the term log(y). Reach for it when the spread of a positive target relative to its mean
depends on the sample and is wanted too. Two predictions: a, the logarithm of the shape, and s, that
of the scale; the mean is exp(a + s). No factor. `gamma` predicts the mean alone.
"""

import sympy as sp
from sympy.stats import Gamma

import symloss as sl

y = sl.target("y", domain=sl.Positive)
a = sl.prediction("a")
s = sl.prediction("s")

LOSS = sl.Loss.from_likelihood(
    "gamma_2",
    Gamma("Y", sp.exp(a), sp.exp(s)),
    target=y,
    inputs=(y, a, s),
    doc=__doc__,
    reference="N. L. Johnson, S. Kotz, N. Balakrishnan (1994), Continuous univariate distributions 1, chapter 17",
)
