"""The zero-one loss of a margin, 1 where y*f <= 0 and 0 elsewhere, with y in {-1, +1}: its mean is the error rate.

A metric: the share of samples on the wrong side. A score of exactly 0 is a mistake for either class. The losses
named as surrogates are convex and have a negative slope at margin 0, which is what it takes to be consistent:
who minimises their mean over the population has the least possible error rate. The perceptron's loss is not among
them, for it has a kink there. No factor.
"""

import sympy as sp

import symloss as sl

y = sl.target("y", domain=sl.Signs)
f = sl.prediction("f")

LOSS = sl.Metric(
    "zero_one",
    sp.Piecewise((1, y * f <= 0), (0, True)),
    why="it is piecewise constant: the derivative is zero almost everywhere, and there is none at the jump",
    surrogates=("logistic_margin", "exponential", "squared_hinge", "hinge", "smooth_hinge", "modified_huber"),
    link="identity",
    aliases=("zero_one_loss",),  # scikit-learn
    doc=__doc__,
    reference="P. L. Bartlett, M. I. Jordan, J. D. McAuliffe (2006), Convexity, classification, and risk bounds, "
    "Journal of the American Statistical Association 101, 138-156",
)
