"""Average precision: the mean over the positives of the precision among all that have no less than they.

This is the area under the precision-recall curve as a sum of steps, without interpolation; samples that are level
enter together, so that the order of the data has no influence. It is found by sorting, in N log N. Without a positive
sample it is 0/0 and the metric is 0, as in scikit-learn. Ordering by the probability of a positive is best for
independent samples, and a proper loss of single samples finds it; for lists with a joint law of their relevances no
convex loss of scores is consistent (Calauzenes, Usunier, Gallinari 2012). No factor.
"""

import sympy as sp

import symloss as sl

N = sl.axis("N")
i, j = N.indices("i j")
y = sl.target("y", N, domain=sl.Binary)
f = sl.prediction("f", N)

positive = sp.Sum(y[i], i)
found = sp.Sum(sp.Piecewise((y[j], f[j] >= f[i]), (0, True)), j)
predicted = sp.Sum(sp.Piecewise((1, f[j] >= f[i]), (0, True)), j)

LOSS = sl.Metric(
    "average_precision",
    sp.Piecewise((sl.dot(y[i], found / predicted, i) / positive, positive > 0), (0, True)),
    why="it is piecewise constant: it depends on the order of the predictions alone, and the derivative is zero "
    "wherever no two are level",
    surrogates=("binary_cross_entropy_with_logits", "brier"),
    aliases=("average_precision_score",),  # scikit-learn
    doc=__doc__,
    reference="S. Clemencon, N. Vayatis (2009), Nonparametric estimation of the precision-recall curve, ICML, 185-192",
)
