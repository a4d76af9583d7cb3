"""A normal prior on a row of weights, sum of w^2/(2*scale^2): weight decay, ridge.

The negative log-density of independent normal variables of mean 0 and standard deviation `scale`,
without the terms in the scale, which is held fixed. The factor 1/2 is the density's own. With
`sl.penalised`, the mean loss of n samples gains a weight decay of (lambda/2)*sum of w^2 with
lambda = 1/(n*scale^2). Reach for it when all weights should be small and none exactly zero.
"""

import sympy as sp

import symloss as sl

D = sl.axis("D")
d = D.indices("d")
w = sl.prediction("w", D)
scale = sl.parameter("scale", default=1.0, domain=sl.Positive)

LOSS = sl.Loss(
    "normal_prior",
    sp.Sum((w[d] / scale) ** 2, d) / 2,
    link="identity",
    doc=__doc__,
    reference="A. E. Hoerl, R. W. Kennard (1970), Ridge regression, Technometrics 12, 55-67",
)
