"""The log-normal negative log-likelihood, (log(y) - f)^2/(2*sigma^2) + log(sigma).

Squared error of logarithms. Reach for it when factors rather than differences matter and the
target is positive. The prediction is the mean (and median) of log(y), so that exp(f) is the median
of y; `predict` gives its mean, exp(f + sigma^2/2). The factor 1/2 is the density's own; the terms
log(y) and log(2*pi)/2 are dropped. `lognormal_aft` takes censored targets.
"""

from sympy.stats import LogNormal

import symloss as sl

y = sl.target("y", domain=sl.Positive)
f = sl.prediction("f")
sigma = sl.parameter("sigma", default=1.0, domain=sl.Positive)

LOSS = sl.Loss.from_likelihood(
    "lognormal",
    LogNormal("Y", f, sigma),
    target=y,
    doc=__doc__,
    reference="N. L. Johnson, S. Kotz, N. Balakrishnan (1994), Continuous univariate distributions 1, chapter 14",
)
