"""The F1 score, the harmonic mean of precision and recall of the samples with f > threshold.

It is 2*found/(predicted + positive). The threshold is one of raw predictions: 0, the default, is a probability of 1/2
under a logit. With no positive sample and none predicted it is 0/0 and the metric is 0, as in scikit-learn. The best
rule is a threshold on the probability of a positive (half of the best F1 that can be reached, so seldom 1/2): the way
to it is a proper loss, and then the threshold, chosen on held-out data. No factor.
"""

import sympy as sp

import symloss as sl

N = sl.axis("N")
i = N.indices("i")
y = sl.target("y", N, domain=sl.Binary)
f = sl.prediction("f", N)
threshold = sl.parameter("threshold", default=0.0)

positive = sp.Sum(y[i], i)
predicted = sp.Sum(sp.Piecewise((1, f[i] > threshold), (0, True)), i)
some = sp.Or(positive > 0, sl.max_over(f[i], i) > threshold)
found = sp.Sum(sp.Piecewise((y[i], f[i] > threshold), (0, True)), i)

LOSS = sl.Metric(
    "f1",
    sp.Piecewise((2 * found / (predicted + positive), some), (0, True)),
    why="it is piecewise constant: it changes only where a prediction crosses the threshold, and the derivative is "
    "zero everywhere else",
    surrogates=("binary_cross_entropy_with_logits", "brier"),
    aliases=("f1_score",),  # scikit-learn
    doc=__doc__,
    reference="O. O. Koyejo, N. Natarajan, P. K. Ravikumar, I. S. Dhillon (2014), Consistent binary classification "
    "with generalized performance metrics, Advances in Neural Information Processing Systems 27",
)
