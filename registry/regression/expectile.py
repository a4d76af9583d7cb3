"""The expectile loss: q*(y - f)^2 while f <= y, then (1 - q)*(f - y)^2.

Reach for it to predict the q-th expectile of the target, which is to the mean what a quantile is to
the median: errors below the target cost q, those above it 1 - q. No factor 1/2: at q = 1/2 it is
(f - y)^2/2, half the square comes by itself. At f = y the second derivative is that of f <= y, 2*q.
"""

import sympy as sp

import symloss as sl

y = sl.target("y")
f = sl.prediction("f")
q = sl.parameter("q", default=0.5, domain=sl.Interval(0, 1, closed="neither"))

LOSS = sl.Loss(
    "expectile",
    sp.Piecewise((q * (y - f) ** 2, f <= y), ((1 - q) * (f - y) ** 2, True)),
    link="identity",
    doc=__doc__,
    reference="W. K. Newey, J. L. Powell (1987), Asymmetric least squares estimation and testing, "
    "Econometrica 55, 819-847",
)
