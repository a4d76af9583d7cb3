"""Half the squared distance between softmax(z) and a row of class probabilities, sum of (p - t)^2/2.

The Brier score with a factor 1/2. Bounded, hence calm about wrong labels; but not convex, and flat
where the network is confidently wrong, which is why cross-entropy trains better. Reach for it to
score probabilities, or with noisy labels.
"""

import sympy as sp

import symloss as sl

K = sl.axis("K")
k = K.indices("k")
t = sl.target("t", K, domain=sl.Simplex(K))
z = sl.prediction("z", K)

LOSS = sl.Loss(
    "softmax_squared_error",
    sp.Sum((sl.softmax(z)[k] - t[k]) ** 2, k) / 2,
    link="softmax",
    doc=__doc__,
    reference="G. W. Brier (1950), Verification of forecasts expressed in terms of probability, "
    "Monthly Weather Review 78, 1-3",
)
