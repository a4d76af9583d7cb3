"""The Kullback-Leibler divergence of softmax(z) from a row t of probabilities, sum of t*log(t/softmax(z)).

Softmax cross-entropy less the entropy of the target, so that a perfect prediction costs 0; the
gradient is the same. Reach for it in distillation and wherever the value itself should mean
something. No factor; entries with t = 0 count as 0. Peers mean the same and take other arguments:
optax's function of this name and PyTorch's KLDivLoss log-probabilities (the latter entry by entry),
Keras's KLDivergence probabilities, which it clips.
"""

import sympy as sp

import symloss as sl

K = sl.axis("K")
k = K.indices("k")
t = sl.target("t", K, domain=sl.Simplex(K))
z = sl.prediction("z", K)

LOSS = sl.Loss(
    "kl_divergence",
    sp.Sum(t[k] * sp.log(t[k]) - t[k] * sl.log_softmax(z)[k], k),
    link="softmax",
    doc=__doc__,
    reference="S. Kullback, R. A. Leibler (1951), On information and sufficiency, Ann. Math. Statist. 22, 79-86",
)
