"""Cross-entropy of the predicted probability of a class, -log(p[c]).

The logarithmic score. Reach for it to score probabilities that are already there; to train, give
the logits to `sparse_softmax_cross_entropy`, which keeps the digits that a rounded probability has
lost. p is a row that sums to one; logits given by mistake are an error, where Keras and
scikit-learn divide by the sum and clip. The target is the class's number, counted from 0. A class
that was observed and had the probability 0 costs an infinite loss. No factor. The derivatives are
by every p[k] on its own.
"""

import sympy as sp

import symloss as sl

K = sl.axis("K")
c = sl.label("c", K)
p = sl.prediction("p", K, domain=sl.Simplex(K))

LOSS = sl.Loss(
    "sparse_cross_entropy_probability",
    -sp.log(p[c]),
    link="identity",
    aliases=("SparseCategoricalCrossentropy",),  # Keras
    doc=__doc__,
    reference="I. J. Good (1952), Rational decisions, J. R. Statist. Soc. B 14, 107-114",
)
