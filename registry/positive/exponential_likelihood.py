"""The exponential distribution's negative log-likelihood with a logarithmic link, f + y*exp(-f).

Reach for it when the target is a waiting time without memory and the prediction is the logarithm of
its mean; the logarithm of the rate is -f. The same function as `gamma`, which is its
quasi-likelihood; the margin loss `exponential` is another. No factor.
"""

import sympy as sp
from sympy.stats import Exponential

import symloss as sl

y = sl.target("y", domain=sl.NonNegative)
f = sl.prediction("f")

LOSS = sl.Loss.from_likelihood(
    "exponential_likelihood",
    Exponential("Y", sp.exp(-f)),
    target=y,
    doc=__doc__,
    reference="N. L. Johnson, S. Kotz, N. Balakrishnan (1994), Continuous univariate distributions 1, chapter 19",
)
