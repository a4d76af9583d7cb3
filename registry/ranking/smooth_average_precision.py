"""One minus a smooth average precision: the mean over relevant items of their smooth rank among the relevant, over all.

An item's rank is 1 + the sum over the others of sigmoid((z[j] - z[i])/temperature), once over the
relevant items and once over all; their quotient is the precision at that item. Reach for it in
retrieval, to train for what is measured. A small temperature follows average precision closely and
gives little gradient; the default 0.01 is the paper's, for cosine similarities. A list without a
relevant item has the loss 0. No factor; the loss lies in [0, 1).
"""

import sympy as sp

import symloss as sl

L = sl.axis("L")
i, j = L.indices("i j")
rel = sl.target("rel", L, domain=sl.Binary)
z = sl.prediction("z", L)
temperature = sl.parameter("temperature", default=0.01, domain=sl.Positive)

# An item is level with itself, sigmoid(0) = 1/2: the sum over all items, plus 1/2, is 1 and that over the others.
before = sl.sigmoid((z[j] - z[i]) / temperature)
precision = (sp.Rational(1, 2) + sp.Sum(rel[j] * before, j)) / (sp.Rational(1, 2) + sp.Sum(before, j))
relevant = sp.Sum(rel[j], j)

LOSS = sl.Loss(
    "smooth_average_precision",
    sp.Piecewise((1 - sp.Sum(rel[i] * precision, i) / relevant, relevant > 0), (0, True)),
    link="identity",
    doc=__doc__,
    reference="A. Brown, W. Xie, V. Kalogeiton, A. Zisserman (2020), Smooth-AP: smoothing the path towards large-scale "
    "image retrieval, ECCV, 677-694",
)
