"""LambdaRank for NDCG: RankNet's pairs, each weighted by how much NDCG changes when the two items are swapped.

The sum over pairs with rel[i] > rel[j] of w[i, j]*log(1 + exp(z[j] - z[i])), where w is |2^rel[i] -
2^rel[j]|*|1/log2(1 + r[i]) - 1/log2(1 + r[j])| over the DCG of the ideal order, and r are the ranks
by the scores s, the first being 1. The weights are held fixed: s is a data row, so that the
derivatives are those of a function; pass the current scores as s and as z. Reach for it when the
top of the list counts. A list without a relevant item has the loss 0. No factor. LightGBM's
lambdarank and XGBoost's rank:ndcg normalise by scores and cut long lists, so that neither is this
by default; with lambdarank_norm, or lambdarank_normalization and lambdarank_score_normalization,
off they take the same Newton steps on short lists, XGBoost's with twice the Hessian.
"""

import sympy as sp

import symloss as sl

L = sl.axis("L")
i, j = L.indices("i j")
rel = sl.target("rel", L, domain=sl.NonNegative)
s = sl.data("s", L)
z = sl.prediction("z", L)


def discount(place: sp.Expr) -> sp.Expr:
    """What an item at a place, counted from 0, is discounted by."""
    return 1 / sp.log(2 + place, 2)


change = (2 ** rel[i] - 2 ** rel[j]) * sp.Abs(discount(sl.rank(s[i], i)) - discount(sl.rank(s[j], j)))
ideal = sp.Sum((2 ** sl.sort(rel[j], j)[i] - 1) * discount(i), i)
pairs = sp.Piecewise((change * sp.log(1 + sp.exp(z[j] - z[i])), rel[i] > rel[j]), (0, True))

LOSS = sl.Loss(
    "lambda_ndcg",
    sp.Piecewise((sp.Sum(sp.Sum(pairs, j), i) / ideal, sl.max_over(rel[j], j) > 0), (0, True)),
    inputs=(rel, s, z),
    link="identity",
    doc=__doc__,
    reference="C. J. C. Burges, R. Ragno, Q. V. Le (2006), Learning to rank with nonsmooth cost functions, NeurIPS 19",
)
