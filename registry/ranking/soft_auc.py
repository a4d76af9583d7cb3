"""One minus a smooth AUC: the mean of sigmoid(z[j] - z[i]) over pairs of a relevant item i and another item j.

The area under the ROC curve counts such pairs in the right order; the logistic function counts them
smoothly. Reach for it when the AUC is what is measured and a list has both kinds of items; with one
kind only the loss is 0. No factor; the loss lies in (0, 1). Scale z to follow the AUC closer.
"""

import sympy as sp

import symloss as sl

L = sl.axis("L")
i, j = L.indices("i j")
rel = sl.target("rel", L, domain=sl.Binary)
z = sl.prediction("z", L)

wrong = sp.Sum(sp.Sum(rel[i] * (1 - rel[j]) * sl.sigmoid(z[j] - z[i]), j), i)
pairs = sp.Sum(rel[i], i) * sp.Sum(1 - rel[j], j)

LOSS = sl.Loss(
    "soft_auc",
    sp.Piecewise((wrong / pairs, pairs > 0), (0, True)),
    link="identity",
    doc=__doc__,
    reference="L. Yan, R. Dodier, M. C. Mozer, R. Wolniewicz (2003), Optimizing classifier performance via an "
    "approximation to the Wilcoxon-Mann-Whitney statistic, ICML, 848-855",
)
