"""The perceptron loss, max(0, -y*f) with y in {-1, +1}.

A hinge without a margin: only mistakes pull. Reach for it as the historical baseline; since f = 0
costs nothing it has no reason to separate the classes by more than a hair. No factor. At f = 0 the
gradient is -y/2, the mean of its two sides.
"""

import sympy as sp

import symloss as sl

y = sl.target("y", domain=sl.Signs)
f = sl.prediction("f")

LOSS = sl.Loss(
    "perceptron",
    sp.Max(0, -y * f),
    link="identity",
    aliases=("perceptron_loss",),  # optax
    doc=__doc__,
    reference="F. Rosenblatt (1958), The perceptron: a probabilistic model for information storage and organization "
    "in the brain, Psychol. Rev. 65, 386-408",
)
