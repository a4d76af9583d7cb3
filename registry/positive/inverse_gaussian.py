"""The inverse Gaussian negative log-likelihood with a logarithmic link, (y/mu - 2)/(2*mu) with mu = exp(f).

Half the unit deviance, (y - mu)^2/(2*y*mu^2), without its term in y alone. Reach for it to predict
a positive mean with a tail longer than a gamma's: times until a level is first reached. The
prediction is the logarithm of the mean. The factor 1/2 is the density's own; the shape multiplies
the loss and is taken to be one. scikit-learn calls it HalfTweedieLoss with power=3.
"""

import sympy as sp
from sympy.stats import GaussianInverse

import symloss as sl

y = sl.target("y", domain=sl.Positive)
f = sl.prediction("f")

LOSS = sl.Loss.from_likelihood(
    "inverse_gaussian",
    GaussianInverse("Y", sp.exp(f), 1),
    target=y,
    doc=__doc__,
    reference="M. C. K. Tweedie (1957), Statistical properties of inverse Gaussian distributions 1, "
    "Ann. Math. Statist. 28, 362-377",
)
