"""Precision, the share of positives among the samples with f > threshold.

The threshold is one of raw predictions: 0, the default, is a probability of 1/2 under a logit. Where no sample is
above it the share is 0/0 and the metric is 0, as in scikit-learn. Precision alone is easily had, by predicting little;
with a part for what is missed (see `f1`) the best rule is a threshold on the probability, so the way to it is a
proper loss, and then the threshold, chosen on held-out data. No factor.
"""

import sympy as sp

import symloss as sl

N = sl.axis("N")
i = N.indices("i")
y = sl.target("y", N, domain=sl.Binary)
f = sl.prediction("f", N)
threshold = sl.parameter("threshold", default=0.0)

predicted = sp.Sum(sp.Piecewise((1, f[i] > threshold), (0, True)), i)
found = sp.Sum(sp.Piecewise((y[i], f[i] > threshold), (0, True)), i)

LOSS = sl.Metric(
    "precision",
    sp.Piecewise((found / predicted, sl.max_over(f[i], i) > threshold), (0, True)),
    why="it is piecewise constant: it changes only where a prediction crosses the threshold, and the derivative is "
    "zero everywhere else",
    surrogates=("binary_cross_entropy_with_logits", "brier"),
    aliases=("precision_score",),  # scikit-learn
    doc=__doc__,
    reference="O. O. Koyejo, N. Natarajan, P. K. Ravikumar, I. S. Dhillon (2014), Consistent binary classification "
    "with generalized performance metrics, Advances in Neural Information Processing Systems 27",
)
