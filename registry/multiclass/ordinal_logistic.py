"""Cumulative logistic model of ordered classes, -log P(c) with P(class <= k) = sigmoid(threshold[k]).

The K - 1 thresholds of a sample are predicted, in a form in which they ascend whatever is
predicted: threshold[0] = z[0] and threshold[k] = threshold[k - 1] + log(1 + exp(z[k])). Reach for it when
classes have an order and samples differ in more than a shift; `proportional_odds` shifts thresholds
that all samples share. The target is the class's number, counted from 0. No factor.
"""

import sympy as sp

import symloss as sl

K = sl.axis("K")
T = sl.axis("T", size=K.size - 1)
j = T.indices("j")
c = sl.label("c", K)
z = sl.prediction("z", T)


def gap(x: sp.Expr) -> sp.Expr:
    """How far a threshold is above the one before it; positive for every x."""
    return sp.log(1 + sp.exp(x))


own = sp.Sum(sp.Piecewise((z[j], sp.Eq(j, c)), (0, True)), j)  # z[c], where there is one
step = sp.Piecewise((z[j], sp.Eq(j, 0)), (gap(z[j]), True))
lower = sp.Sum(sp.Piecewise((step, j < c), (0, True)), j)
upper = lower + gap(own)

LOSS = sl.Loss(
    "ordinal_logistic",
    sp.Piecewise(
        (-sp.log(sl.sigmoid(own)), sp.Eq(c, 0)),
        (-sp.log(1 - sl.sigmoid(lower)), sp.Eq(c, K.size - 1)),
        (-sp.log(sl.sigmoid(upper) - sl.sigmoid(lower)), True),
    ),
    inputs=(c, z),
    doc=__doc__,
    reference="P. McCullagh (1980), Regression models for ordinal data, J. R. Statist. Soc. B 42, 109-142",
)
