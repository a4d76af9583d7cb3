"""The logistic distribution's negative log-likelihood, predicted mean and log scale: s + u + 2*log(1 + exp(-u)).

u is (y - mu)*exp(-s). Reach for it as for `normal` where tails are somewhat heavier: far out it
costs |u|, near the mean a square. Two predictions: mu, and s, the logarithm of the scale, which is
sqrt(3)/pi standard deviations. No factor and no constant. Not the logistic loss of a label, which
is `binary_cross_entropy_with_logits`.
"""

import sympy as sp
from sympy.stats import Logistic

import symloss as sl

y = sl.target("y")
mu = sl.prediction("mu")
s = sl.prediction("s")

LOSS = sl.Loss.from_likelihood(
    "logistic_2",
    Logistic("Y", mu, sp.exp(s)),
    target=y,
    inputs=(y, mu, s),
    doc=__doc__,
    reference="N. L. Johnson, S. Kotz, N. Balakrishnan (1995), Continuous univariate distributions 2, chapter 23",
)
