"""One minus a smooth NDCG: an item's rank becomes 1 + the sum over the others of sigmoid((z[j] - z[i])/temperature).

With these ranks, DCG is the sum of (2^rel - 1)/log2(1 + rank), divided by the DCG of the ideal
order. Reach for it to train a ranking for what is measured. A small temperature follows NDCG
closely and gives little gradient; the default is 0.1. A list without a relevant item has no ideal
order to reach: its loss is 0. No factor; the loss lies in [0, 1).
"""

import sympy as sp

import symloss as sl

L = sl.axis("L")
i, j = L.indices("i j")
rel = sl.target("rel", L, domain=sl.NonNegative)
z = sl.prediction("z", L)
temperature = sl.parameter("temperature", default=0.1, domain=sl.Positive)

# An item is level with itself, sigmoid(0) = 1/2: the sum over all items, less 1/2, is that over the others.
rank = sp.Rational(1, 2) + sp.Sum(sl.sigmoid((z[j] - z[i]) / temperature), j)
dcg = sp.Sum((2 ** rel[i] - 1) / sp.log(1 + rank, 2), i)
# The items in descending order of relevance, the first one (i = 0) at rank 1.
ideal = sp.Sum((2 ** sl.sort(rel[j], j)[i] - 1) / sp.log(i + 2, 2), i)

LOSS = sl.Loss(
    "approx_ndcg",
    sp.Piecewise((1 - dcg / ideal, sl.max_over(rel[j], j) > 0), (0, True)),
    link="identity",
    doc=__doc__,
    reference="T. Qin, T.-Y. Liu, H. Li (2010), A general approximation framework for direct optimization of "
    "information retrieval measures, Information Retrieval 13, 375-397",
)
