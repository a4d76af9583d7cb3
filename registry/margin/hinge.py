"""The hinge loss, max(0, 1 - y*f) with y in {-1, +1}.

The loss of the support vector machine. Reach for it when only the sign of the score matters: it is
classification-calibrated but not proper, so the score is not a probability, and samples beyond the
margin do not pull at all. No factor. At the margin y*f = 1 the gradient is -y/2, the mean of its
two sides.
"""

import sympy as sp

import symloss as sl

y = sl.target("y", domain=sl.Signs)
f = sl.prediction("f")

LOSS = sl.Loss(
    "hinge",
    sp.Max(0, 1 - y * f),
    link="identity",
    aliases=("hinge_loss", "Hinge"),  # optax and scikit-learn, Keras
    doc=__doc__,
    reference="C. Cortes, V. Vapnik (1995), Support-vector networks, Machine Learning 20, 273-297",
)
