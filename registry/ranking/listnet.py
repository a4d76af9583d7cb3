"""ListNet, -sum of softmax(rel)*log(softmax(z)) over the items of a list.

The cross-entropy between two distributions of "which item comes first": that of the relevances and
that of the scores. Reach for it as a plain, convex loss of a whole list, one pass over it. No
factor. optax's ranking_softmax_loss weighs with rel itself instead of its softmax.
"""

import sympy as sp

import symloss as sl

L = sl.axis("L")
i = L.indices("i")
rel = sl.target("rel", L)
z = sl.prediction("z", L)

LOSS = sl.Loss(
    "listnet",
    -sp.Sum(sl.softmax(rel)[i] * sl.log_softmax(z)[i], i),
    link="identity",
    doc=__doc__,
    reference="Z. Cao, T. Qin, T.-Y. Liu, M.-F. Tsai, H. Li (2007), Learning to rank: from pairwise approach to "
    "listwise approach, ICML, 129-136",
)
