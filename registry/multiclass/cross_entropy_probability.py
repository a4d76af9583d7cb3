"""Cross-entropy of predicted probabilities, -sum of t*log(p), for a row t of class probabilities.

Reach for it to score probabilities that are already there; to train, give the logits to
`softmax_cross_entropy`, which keeps the digits that a rounded probability has lost. p is a row that
sums to one, as t is; logits given by mistake are an error, where Keras and scikit-learn divide by
the sum and clip. A class that was observed and had the probability 0 costs an infinite loss, one
that was not observed nothing. No factor. The derivatives are by every p[k] on its own.
"""

import sympy as sp

import symloss as sl

K = sl.axis("K")
k = K.indices("k")
t = sl.target("t", K, domain=sl.Simplex(K))
p = sl.prediction("p", K, domain=sl.Simplex(K))

LOSS = sl.Loss(
    "cross_entropy_probability",
    -sp.Sum(sl.xlogy(t[k], p[k]), k),
    link="identity",
    aliases=("CategoricalCrossentropy",),  # Keras
    doc=__doc__,
    reference="I. J. Good (1952), Rational decisions, J. R. Statist. Soc. B 14, 107-114",
)
