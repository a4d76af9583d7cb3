"""The accuracy of the largest score, 1 where z[c] is the first largest entry of z and 0 elsewhere.

The mean over samples is the share of classes that are hit. Among entries that are level the first one is the
predicted class, as in `numpy.argmax`; an entry of -inf is a masked class. The metric is 1 minus the zero-one loss.
Cross-entropies are consistent for it; the multiclass hinge of Crammer and Singer is not, unless one class always has
more than half of the probability. No factor.
"""

import sympy as sp

import symloss as sl

K = sl.axis("K")
k = K.indices("k")
c = sl.label("c", K)
z = sl.prediction("z", K)

# Classes that come before c in descending order of their scores.
before = sp.Sum(sp.Piecewise((1, sp.Or(z[k] > z[c], sp.And(sp.Eq(z[k], z[c]), k < c))), (0, True)), k)

LOSS = sl.Metric(
    "accuracy",
    sp.Max(0, 1 - before),  # 1 where none comes before
    why="it is piecewise constant: the derivative is zero almost everywhere, and there is none at the jumps",
    surrogates=("sparse_softmax_cross_entropy", "softmax_cross_entropy", "one_vs_rest_cross_entropy"),
    aliases=("sparse_categorical_accuracy",),  # Keras
    doc=__doc__,
    reference="A. Tewari, P. L. Bartlett (2007), On the consistency of multiclass classification methods, Journal of "
    "Machine Learning Research 8, 1007-1025",
)
