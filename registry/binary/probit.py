"""The probit negative log-likelihood, -y*log(Phi(f)) - (1 - y)*log(1 - Phi(f)), Phi the normal distribution function.

Binary cross-entropy with a normal instead of a logistic link: f is the distance of a latent normal
quantity from its threshold. Reach for it where the field does so (econometrics, psychometrics), or
for lighter tails than the logit's. Any y in [0, 1] is taken. No factor.
"""

import sympy as sp

import symloss as sl

y = sl.target("y", domain=sl.Unit)
f = sl.prediction("f")

p = sl.norm_cdf(f)

LOSS = sl.Loss(
    "probit",
    -y * sp.log(p) - (1 - y) * sp.log(1 - p),
    link="probit",
    doc=__doc__,
    reference="C. I. Bliss (1934), The method of probits, Science 79, 38-39",
)
