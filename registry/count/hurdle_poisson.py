"""The hurdle negative log-likelihood: any count at all with chance sigmoid(q), and then a Poisson that is not 0.

A zero costs softplus(q), a count y > 0 costs softplus(-q) - y*f + log(exp(exp(f)) - 1). Reach for
it when whether something happens and how often are two questions, as with visits to a doctor. Two
predictions: f, the logarithm of the rate of the Poisson before zeros are taken out, and q, the
logit of a count above 0. No factor; log(y!) is dropped.
"""

import sympy as sp

import symloss as sl

y = sl.target("y", domain=sl.Counts)
f = sl.prediction("f")
q = sl.prediction("q")

count = sl.sigmoid(q) * sp.exp(y * f) / ((sp.exp(sp.exp(f)) - 1) * sp.factorial(y))

LOSS = sl.Loss.from_likelihood(
    "hurdle_poisson",
    sp.Piecewise((sl.sigmoid(-q), sp.Eq(y, 0)), (count, True)),
    target=y,
    inputs=(y, f, q),
    link=sl.sigmoid(q) * sp.exp(f) / (1 - sp.exp(-sp.exp(f))),
    doc=__doc__,
    reference="J. Mullahy (1986), Specification and testing of some modified count data models, "
    "J. Econometrics 33, 341-365",
)
