"""One minus a smooth average precision: the mean over relevant items of the share of others before them.

An item's rank is 1 + the sum over all others of sigmoid((z[j] - z[i])/temperature); the part of
that sum over items that are not relevant, divided by the rank, is one minus the precision at that
item. Reach for it in retrieval, to train for what is measured. A small temperature follows average
precision closely and gives little gradient; the default 0.01 is the paper's, for cosine
similarities. A list without a relevant item has the loss 0. No factor; the loss lies in [0, 1).
"""

import sympy as sp

import symloss as sl

L = sl.axis("L")
i, j = L.indices("i j")
rel = sl.target("rel", L, domain=sl.Binary)
z = sl.prediction("z", L)
temperature = sl.parameter("temperature", default=0.01, domain=sl.Positive)

before = sl.sigmoid((z[j] - z[i]) / temperature)
# An item is level with itself, sigmoid(0) = 1/2: the sum over all items, plus 1/2, is 1 and that over the others.
missed = sp.Sum((1 - rel[j]) * before, j) / (sp.Rational(1, 2) + sp.Sum(before, j))
relevant = sp.Sum(rel[j], j)

LOSS = sl.Loss(
    "smooth_average_precision",
    sp.Piecewise((sp.Sum(rel[i] * missed, i) / relevant, relevant > 0), (0, True)),
    link="identity",
    doc=__doc__,
    reference="A. Brown, W. Xie, V. Kalogeiton, A. Zisserman (2020), Smooth-AP: smoothing the path towards large-scale "
    "image retrieval, ECCV, 677-694",
)
