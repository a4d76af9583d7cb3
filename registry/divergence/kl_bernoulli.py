"""The Kullback-Leibler divergence of two coins, t*log(t/p) + (1 - t)*log((1 - t)/(1 - p)) with p = sigmoid(f).

Binary cross-entropy less the entropy of the target, so that a perfect prediction costs 0; the
gradient is the same. Reach for it when targets are probabilities themselves and the value should
mean something. No factor; t = 0 and t = 1 are the limits.
"""

import sympy as sp

import symloss as sl

t = sl.target("t", domain=sl.Unit)
f = sl.prediction("f")

LOSS = sl.Loss(
    "kl_bernoulli",
    t * sp.log(t) + (1 - t) * sp.log(1 - t) - t * sl.log_sigmoid(f) - (1 - t) * sl.log_sigmoid(-f),
    link="logit",
    doc=__doc__,
    reference="S. Kullback, R. A. Leibler (1951), On information and sufficiency, Ann. Math. Statist. 22, 79-86",
)
