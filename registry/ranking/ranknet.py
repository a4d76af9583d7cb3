"""RankNet, the sum over pairs with rel[i] > rel[j] of log(1 + exp(z[j] - z[i])).

The cross-entropy of "i belongs before j" with the probability sigmoid(z[i] - z[j]), over all pairs
of a list whose relevances differ. Reach for it when the order counts and not where in the list it
is right; for the top of the list see `lambda_ndcg`. No factor: a sum over pairs, not their mean.
XGBoost's rank:pairwise has this gradient, and twice the Hessian, once its two normalisations are
off (lambdarank_normalization, lambdarank_score_normalization); they are on by default.
"""

import sympy as sp

import symloss as sl

L = sl.axis("L")
i, j = L.indices("i j")
rel = sl.target("rel", L)
z = sl.prediction("z", L)

pair = sp.log(1 + sp.exp(z[j] - z[i]))

LOSS = sl.Loss(
    "ranknet",
    sp.Sum(sp.Sum(sp.Piecewise((pair, rel[i] > rel[j]), (0, True)), j), i),
    link="identity",
    doc=__doc__,
    reference="C. Burges, T. Shaked, E. Renshaw, A. Lazier, M. Deeds, N. Hamilton, G. Hullender (2005), Learning to "
    "rank using gradient descent, ICML, 89-96",
)
