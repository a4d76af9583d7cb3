"""The proportional odds model, -log P(c) with P(class <= k) = sigmoid(thresholds[k] - f).

Ordered classes are stretches of a line that thresholds cut; f says where on it a sample lies, and a
logistic error where it is seen. Reach for it when classes have an order, such as grades, and one
score is wanted: K - 1 ascending thresholds are parameters of all samples. Give `wrt="thresholds"`
to fit them. The target is the class's number, counted from 0. No factor. Thresholds that do not
ascend give some class a negative probability, and NaN.
"""

import sympy as sp

import symloss as sl

K = sl.axis("K")
T = sl.axis("T", size=K.size - 1)
j = T.indices("j")
c = sl.label("c", K)
f = sl.prediction("f")
thresholds = sl.parameter("thresholds", T)

upper = sp.Sum(sp.Piecewise((thresholds[j], sp.Eq(j, c)), (0, True)), j)
lower = sp.Sum(sp.Piecewise((thresholds[j], sp.Eq(j, c - 1)), (0, True)), j)

LOSS = sl.Loss(
    "proportional_odds",
    sp.Piecewise(
        (-sp.log(sl.sigmoid(upper - f)), sp.Eq(c, 0)),
        (-sp.log(1 - sl.sigmoid(lower - f)), sp.Eq(c, K.size - 1)),
        (-sp.log(sl.sigmoid(upper - f) - sl.sigmoid(lower - f)), True),
    ),
    inputs=(c, f),
    doc=__doc__,
    reference="P. McCullagh (1980), Regression models for ordinal data, J. R. Statist. Soc. B 42, 109-142",
)
