"""The binomial negative log-likelihood of y successes in n trials, n*log(1 + exp(f)) - y*f.

Reach for it when a sample is a number of trials with one chance of success, such as clicks out of
views. n is known per sample: `binomial.value(y, f, n=views)`, where one number stands for all. The
prediction is the logit of the chance, and `predict` gives the mean, n*sigmoid(f). No factor; the
binomial coefficient is dropped. Any real y from 0 to n has a meaning; y > n is not refused, and the
loss then has no minimum.
"""

from sympy.stats import Binomial

import symloss as sl

y = sl.target("y", domain=sl.NonNegative)
f = sl.prediction("f")
n = sl.data("n", domain=sl.Counts)

LOSS = sl.Loss.from_likelihood(
    "binomial",
    Binomial("Y", n, sl.sigmoid(f)),
    target=y,
    inputs=(y, n, f),
    doc=__doc__,
    reference="P. McCullagh, J. A. Nelder (1989), Generalized linear models, chapter 4",
)
