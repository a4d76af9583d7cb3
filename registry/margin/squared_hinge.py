"""The squared hinge loss, max(0, 1 - y*f)^2 with y in {-1, +1}.

Reach for it instead of the hinge when the solver wants a continuous gradient; a misclassified
sample far out pulls harder in exchange. No factor 1/2, as in scikit-learn's LinearSVC and in Keras.
"""

import sympy as sp

import symloss as sl

y = sl.target("y", domain=sl.Signs)
f = sl.prediction("f")

LOSS = sl.Loss(
    "squared_hinge",
    sp.Max(0, 1 - y * f) ** 2,
    link="identity",
    aliases=("SquaredHinge",),  # Keras
    doc=__doc__,
    reference="Y. Tang (2013), Deep learning using linear support vector machines, arXiv:1306.0239",
)
