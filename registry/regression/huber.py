"""Huber's loss: r^2/2 while |r| <= delta, then delta*(|r| - delta/2), with r = f - y.

Squared error near the target, absolute error far from it. Reach for it to predict a mean when some
targets are wrong: no sample pulls harder than delta. The factor 1/2 stands in the quadratic part,
as in PyTorch, optax and scikit-learn; the smooth L1 loss is this divided by delta.
"""

import sympy as sp

import symloss as sl

y = sl.target("y")
f = sl.prediction("f")
delta = sl.parameter("delta", default=1.0, domain=sl.Positive)

r = f - y

LOSS = sl.Loss(
    "huber",
    sp.Piecewise((r**2 / 2, sp.Abs(r) <= delta), (delta * (sp.Abs(r) - delta / 2), True)),
    link="identity",
    aliases={
        "Huber": 1,  # Keras
        "HuberLoss": 1,  # PyTorch and scikit-learn
        "SmoothL1Loss": 1 / delta,  # PyTorch, delta is its beta
        "huber_loss": 1,  # optax
    },
    doc=__doc__,
    reference="P. J. Huber (1964), Robust estimation of a location parameter, Ann. Math. Statist. 35, 73-101",
)
