"""The beta negative log-likelihood with a predicted mean m = sigmoid(f) and a predicted precision k = exp(s).

log B(m*k, (1 - m)*k) - (m*k - 1)*log(y) - ((1 - m)*k - 1)*log(1 - y), without the terms in y alone.
Reach for it when the target is a share strictly between 0 and 1 whose spread is wanted too: the
variance is m*(1 - m)/(1 + k). Two predictions: f, the logit of the mean, and s, the logarithm of
the precision. No factor. The shapes are m*k and (1 - m)*k.
"""

import sympy as sp
from sympy.stats import Beta

import symloss as sl

y = sl.target("y", domain=sl.Interval(0, 1, closed="neither"))
f = sl.prediction("f")
s = sl.prediction("s")

LOSS = sl.Loss.from_likelihood(
    "beta_2",
    Beta("Y", sl.sigmoid(f) * sp.exp(s), sl.sigmoid(-f) * sp.exp(s)),
    target=y,
    inputs=(y, f, s),
    doc=__doc__,
    reference="S. L. P. Ferrari, F. Cribari-Neto (2004), Beta regression for modelling rates and proportions, "
    "J. Appl. Statist. 31, 799-815",
)
