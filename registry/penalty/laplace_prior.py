"""A Laplace prior on a row of weights, sum of |w|/scale: the L1 penalty, lasso.

The negative log-density of independent Laplace variables around 0, without the terms in the scale,
which is held fixed. No factor. With `sl.penalised`, the mean loss of n samples gains
lambda*sum of |w| with lambda = 1/(n*scale). Reach for it when most weights should be exactly zero;
at w = 0 the gradient is 0, the mean of its two sides.
"""

import sympy as sp

import symloss as sl

D = sl.axis("D")
d = D.indices("d")
w = sl.prediction("w", D)
scale = sl.parameter("scale", default=1.0, domain=sl.Positive)

LOSS = sl.Loss(
    "laplace_prior",
    sp.Sum(sp.Abs(w[d]) / scale, d),
    link="identity",
    doc=__doc__,
    reference="R. Tibshirani (1996), Regression shrinkage and selection via the lasso, J. R. Statist. Soc. B 58, "
    "267-288",
)
