"""The Brier score of a logit, (p - y)^2 with p = 1/(1 + exp(-f)).

Squared error of a probability. Proper, and bounded where cross-entropy is not; but not convex in f,
and flat where the prediction is wrong and sure. Reach for it to score forecasts, or to train on
labels that may be wrong. No factor 1/2. Brier's own sum over both classes is twice this, which is
what scikit-learn's brier_score_loss returns with scale_by_half=False.
"""

import sympy as sp

import symloss as sl

y = sl.target("y", domain=sl.Unit)
f = sl.prediction("f")

p = 1 / (1 + sp.exp(-f))

LOSS = sl.Loss(
    "brier",
    (p - y) ** 2,
    link="logit",
    doc=__doc__,
    reference="G. W. Brier (1950), Verification of forecasts expressed in terms of probability, "
    "Monthly Weather Review 78, 1-3",
)
