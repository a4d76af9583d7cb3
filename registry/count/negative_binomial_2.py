"""The negative binomial negative log-likelihood with a mean m = exp(f) and a dispersion alpha = exp(a), both predicted.

(y + 1/alpha)*log(1 + alpha*m) - y*log(alpha*m) + loggamma(1/alpha) - loggamma(y + 1/alpha): the
variance is m + alpha*m^2. Reach for it when how much more than a Poisson the counts vary depends on
the sample. Two predictions: f, the logarithm of the mean, and a, that of the dispersion. No factor;
log(y!) is dropped.
"""

import sympy as sp
from sympy.stats import NegativeBinomial

import symloss as sl

y = sl.target("y", domain=sl.NonNegative)
f = sl.prediction("f")
a = sl.prediction("a")

LOSS = sl.Loss.from_likelihood(
    "negative_binomial_2",
    NegativeBinomial("Y", sp.exp(-a), sl.sigmoid(-a - f)),
    target=y,
    inputs=(y, f, a),
    doc=__doc__,
    reference="A. C. Cameron, P. K. Trivedi (2013), Regression analysis of count data, 2nd edition, section 3.3",
)
