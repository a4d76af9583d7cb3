"""The horseshoe prior on a row of weights, sum of -log(exp(u)*E1(u)) with u = (w/scale)^2/2.

The negative log-density of independent horseshoe variables around 0 (normal ones, each with a
standard deviation of its own from a half-Cauchy distribution, integrated out), without its constant
term, log(2*pi^3)/2 + log(scale): the scale is held fixed. E1 is the exponential integral. No factor.
Reach for it when most weights should be next to nothing and the others left alone: a large weight
is hardly pulled at all, as by a Cauchy prior. Not convex. The density has a pole at w = 0: there the
loss is -inf and its slope infinite, with the sign of the zero, so start from other weights.
"""

import sympy as sp

import symloss as sl

D = sl.axis("D")
d = D.indices("d")
w = sl.prediction("w", D)
scale = sl.parameter("scale", default=1.0, domain=sl.Positive)
u = (w[d] / scale) ** 2 / 2

LOSS = sl.Loss(
    "horseshoe",
    -sp.Sum(sp.log(sp.exp(u) * sp.expint(1, u)), d),
    link="identity",
    doc=__doc__,
    reference="C. M. Carvalho, N. G. Polson, J. G. Scott (2010), The horseshoe estimator for sparse signals, "
    "Biometrika 97, 465-480",
)
