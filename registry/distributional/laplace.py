"""The Laplace negative log-likelihood with a predicted median and a predicted log scale, s + |y - mu|*exp(-s).

The absolute error with a spread of its own. Reach for it when the spread of the target depends on
the sample and outliers should pull less than under `normal`. Two predictions: mu, and s, the
logarithm of the scale, the mean absolute deviation. No factor; the constant log(2) is dropped.
"""

import sympy as sp
from sympy.stats import Laplace

import symloss as sl

y = sl.target("y")
mu = sl.prediction("mu")
s = sl.prediction("s")

LOSS = sl.Loss.from_likelihood(
    "laplace",
    Laplace("Y", mu, sp.exp(s)),
    target=y,
    inputs=(y, mu, s),
    doc=__doc__,
    reference="N. L. Johnson, S. Kotz, N. Balakrishnan (1995), Continuous univariate distributions 2, chapter 24",
)
