"""NDCG: the sum of gain/log2(1 + rank) over the items, divided by that of the best order.

The gain of relevance r is 2^r - 1, as in `approx_ndcg`, and r itself with linear=1, which is what scikit-learn's
ndcg_score has. Ranks count from 1; only the first `top` count (all of them by default). Items that are level share the
mean of their gains, so that the order of the data has no influence. It is found by sorting, in N log N. A list without
a relevant item has no best order: 0/0, the metric is 0, as in scikit-learn. Least squares on the gains, divided by the
sum of the best order, is consistent for it; approx_ndcg follows it closely and is not convex. No factor.
"""

import sympy as sp

import symloss as sl

N = sl.axis("N")
i, j = N.indices("i j")
rel = sl.target("rel", N, domain=sl.NonNegative)
z = sl.prediction("z", N)
top = sl.parameter("top", default=float("inf"), domain=sl.Interval(1, float("inf")))
linear = sl.parameter("linear", default=0.0, domain=sl.Binary)


def gain(k: sp.Idx) -> sp.Expr:
    """What an item is worth."""
    return sp.Piecewise((rel[k], linear > 0), (2 ** rel[k] - 1, True))


def discount(rank: sp.Expr) -> sp.Expr:
    """What a place is worth; ranks count from 0 here."""
    return sp.Piecewise((1 / sp.log(rank + 2, 2), rank < top), (0, True))


level = sp.Sum(sp.Piecewise((1, sp.Eq(z[j], z[i])), (0, True)), j)
shared = sp.Sum(sp.Piecewise((gain(j), sp.Eq(z[j], z[i])), (0, True)), j) / level
reached = sl.dot(shared, discount(sl.rank(z[i], i)), i)
best = sl.dot(gain(i), discount(sl.rank(rel[i], i)), i)

LOSS = sl.Metric(
    "ndcg",
    sp.Piecewise((reached / best, sl.max_over(rel[j], j) > 0), (0, True)),
    why="it is piecewise constant: it depends on the order of the predictions alone, and the derivative is zero "
    "wherever no two are level",
    surrogates=("squared_error",),
    doc=__doc__,
    reference="P. Ravikumar, A. Tewari, E. Yang (2011), On NDCG consistency of listwise ranking methods, AISTATS, "
    "618-626",
)
