"""The area under the ROC curve: the share of pairs of a positive and a negative in which the positive has more.

A pair that is level counts one half. This is the Mann-Whitney statistic over the number of pairs; it is found by
sorting, in N log N. With one class only there is no pair: 0/0, the metric is not a number. Pairwise logistic and
exponential losses are consistent for it, and so are the logistic and the exponential loss of single samples; the
pairwise hinge is not. No factor.
"""

import sympy as sp

import symloss as sl

N = sl.axis("N")
i, j = N.indices("i j")
y = sl.target("y", N, domain=sl.Binary)
f = sl.prediction("f", N)

# Negatives below i, and half of those that are level with it.
below = sp.Sum(sp.Piecewise((1 - y[j], f[j] < f[i]), ((1 - y[j]) / 2, sp.Eq(f[j], f[i])), (0, True)), j)

LOSS = sl.Metric(
    "auc",
    sp.Sum(y[i] * below, i) / (sp.Sum(y[i], i) * sp.Sum(1 - y[i], i)),
    why="it is piecewise constant: it depends on the order of the predictions alone, and the derivative is zero "
    "wherever no two are level",
    surrogates=("ranknet", "binary_cross_entropy_with_logits", "logistic_margin", "exponential"),
    aliases=("roc_auc_score",),  # scikit-learn
    doc=__doc__,
    reference="W. Gao, Z.-H. Zhou (2015), On the consistency of AUC pairwise optimization, IJCAI, 939-945; "
    "S. Agarwal (2014), Surrogate regret bounds for bipartite ranking via strongly proper losses, Journal of Machine "
    "Learning Research 15, 1653-1674",
)
