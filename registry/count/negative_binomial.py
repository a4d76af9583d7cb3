"""The negative binomial negative log-likelihood with a logarithmic link and a fixed dispersion alpha.

(y + 1/alpha)*log(1 + alpha*exp(f)) - y*f, and terms in y and alpha: the variance of the count is
m + alpha*m^2 for a mean m = exp(f) (the form called NB2). Reach for it where a Poisson's variance,
equal to its mean, is too small. No factor. Any real y >= 0 is taken. Terms in alpha are kept, so
that `wrt="alpha"` is right; log(y!) is dropped. `negative_binomial_2` predicts alpha too.
"""

import sympy as sp
from sympy.stats import NegativeBinomial

import symloss as sl

y = sl.target("y", domain=sl.NonNegative)
f = sl.prediction("f")
alpha = sl.parameter("alpha", default=1.0, domain=sl.Positive)

LOSS = sl.Loss.from_likelihood(
    "negative_binomial",
    NegativeBinomial("Y", 1 / alpha, 1 / (1 + alpha * sp.exp(f))),
    target=y,
    doc=__doc__,
    reference="A. C. Cameron, P. K. Trivedi (2013), Regression analysis of count data, 2nd edition, section 3.3",
)
