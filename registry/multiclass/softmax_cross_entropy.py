"""Softmax cross-entropy, -sum of t*log(p) with p = softmax(z), for a row t of class probabilities.

The negative log-likelihood of a categorical distribution. Reach for it when targets are soft:
smoothed or annotated by several people, or a teacher's probabilities; for one class per sample
`sparse_softmax_cross_entropy` takes the class itself. No factor. An entry of z may be -inf: that
class is masked.
"""

import sympy as sp

import symloss as sl

K = sl.axis("K")
k = K.indices("k")
t = sl.target("t", K, domain=sl.Simplex(K))
z = sl.prediction("z", K)

LOSS = sl.Loss(
    "softmax_cross_entropy",
    -sp.Sum(t[k] * sl.log_softmax(z)[k], k),
    link="softmax",
    doc=__doc__,
    reference="J. S. Bridle (1990), Probabilistic interpretation of feedforward classification network outputs, "
    "in Neurocomputing, 227-236",
)
