"""The exponential loss, exp(-y*f) with y in {-1, +1}.

The loss of AdaBoost. Reach for it to boost classifiers on clean labels: a mistake far out rules the
sum. At its minimum f is half the log-odds, so the link is sigmoid(2*f). No factor; scikit-learn's
ExponentialLoss takes y in {0, 1} for the same numbers.
"""

import sympy as sp

import symloss as sl

y = sl.target("y", domain=sl.Signs)
f = sl.prediction("f")

LOSS = sl.Loss(
    "exponential",
    sp.exp(-y * f),
    link=sl.sigmoid(2 * f),
    doc=__doc__,
    reference="Y. Freund, R. E. Schapire (1997), A decision-theoretic generalization of on-line learning and an "
    "application to boosting, J. Comput. Syst. Sci. 55, 119-139",
)
