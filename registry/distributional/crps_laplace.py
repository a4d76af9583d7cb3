"""The continuous ranked probability score of a Laplace forecast, |y - mu| + b*exp(-|y - mu|/b) - 3*b/4, b = exp(s).

The integral of the squared difference between the forecast's distribution function and the
target's. Reach for it as for `crps_normal` where forecasts have heavier tails. Two predictions: mu,
and s, the logarithm of the scale b. No factor.
"""

import sympy as sp

import symloss as sl

y = sl.target("y")
mu = sl.prediction("mu")
s = sl.prediction("s")

distance = sp.Abs(y - mu)

LOSS = sl.Loss(
    "crps_laplace",
    distance + sp.exp(s) * (sp.exp(-distance * sp.exp(-s)) - sp.Rational(3, 4)),
    inputs=(y, mu, s),
    link=mu,
    doc=__doc__,
    reference="A. Jordan, F. Krueger, S. Lerch (2019), Evaluating probabilistic forecasts with scoringRules, "
    "J. Statist. Softw. 90, 1-37",
)
