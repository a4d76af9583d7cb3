"""A power of the absolute residual, |f - y|^p.

Between absolute error (p = 1) and squared error (p = 2) it is a compromise between median and mean;
with a larger p the largest residuals rule, and the limit is the midrange. Convex for p >= 1. No
factor 1/2 and none of 1/p: at p = 2 it is twice our `squared_error`.
"""

import sympy as sp

import symloss as sl

y = sl.target("y")
f = sl.prediction("f")
p = sl.parameter("p", default=1.5, domain=sl.Interval(1, sp.oo, closed="left"))

LOSS = sl.Loss(
    "power_error",
    sp.Piecewise(((f - y) ** p, f >= y), ((y - f) ** p, True)),
    link="identity",
    doc=__doc__,
    reference="A. H. Money, J. F. Affleck-Graves, M. L. Hart, G. D. I. Barr (1982), The linear regression model: "
    "Lp norm estimation and the choice of p, Commun. Statist. B 11, 89-109",
)
