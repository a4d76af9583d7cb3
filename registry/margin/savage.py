"""The Savage loss, 1/(1 + exp(2*y*f))^2 with y in {-1, +1}.

Bounded, so a wrong label costs at most 1 and hardly pulls; not convex in exchange. Reach for it to
boost on noisy labels. It is the Brier score of p = sigmoid(2*f): proper, with the link of
`exponential`, half the log-odds. No factor; texts that take f for the whole log-odds write
1/(1 + exp(y*f))^2.
"""

import sympy as sp

import symloss as sl

y = sl.target("y", domain=sl.Signs)
f = sl.prediction("f")

LOSS = sl.Loss(
    "savage",
    1 / (1 + sp.exp(2 * y * f)) ** 2,
    link=sl.sigmoid(2 * f),
    doc=__doc__,
    reference="H. Masnadi-Shirazi, N. Vasconcelos (2008), On the design of loss functions for classification: theory, "
    "robustness to outliers, and SavageBoost, NeurIPS",
)
