"""Generalised cross-entropy, (1 - p[c]^q)/q with p = softmax(z).

Between cross-entropy (q near 0) and one minus the probability (q = 1). Reach for it when labels are
noisy: the loss is bounded by 1/q, and samples that the network holds to be wrong pull less. q is
0.7 by default, as in the paper. No factor. Keras's CategoricalGeneralizedCrossEntropy takes the
probabilities themselves.
"""

import symloss as sl

K = sl.axis("K")
c = sl.label("c", K)
z = sl.prediction("z", K)
q = sl.parameter("q", default=0.7, domain=sl.Interval(0, 1, closed="right"))

LOSS = sl.Loss(
    "generalised_cross_entropy",
    (1 - sl.softmax(z)[c] ** q) / q,
    link="softmax",
    doc=__doc__,
    reference="Z. Zhang, M. R. Sabuncu (2018), Generalized cross entropy loss for training deep neural networks with "
    "noisy labels, NeurIPS 31",
)
