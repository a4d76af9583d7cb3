"""The logistic loss of a margin, log(1 + exp(-y*f)) with y in {-1, +1}.

Binary cross-entropy for labels -1 and +1: the negative log-likelihood of logistic regression, with
f the log-odds of y = 1. Reach for it where labels are signs. No factor; the boosting literature at
times divides by log(2), so that the loss is 1 at f = 0.
"""

import sympy as sp

import symloss as sl

y = sl.target("y", domain=sl.Signs)
f = sl.prediction("f")

LOSS = sl.Loss(
    "logistic_margin",
    sp.log(1 + sp.exp(-y * f)),
    link="logit",
    aliases=("SoftMarginLoss",),  # PyTorch
    doc=__doc__,
    reference="J. Friedman, T. Hastie, R. Tibshirani (2000), Additive logistic regression: a statistical view of "
    "boosting, Ann. Statist. 28, 337-407",
)
