"""The continuous ranked probability score of a normal forecast, scale*(u*(2*Phi(u) - 1) + 2*phi(u) - 1/sqrt(pi)).

u is (y - mu)/scale with scale = exp(s); Phi and phi are the standard normal distribution function
and density. The integral of the squared difference between the forecast's distribution function and
the target's. Reach for it where `normal` is too sensitive to outliers, and to compare forecasts in
the unit of the target: without any spread it is the absolute error. Two predictions: mu, and s, the
logarithm of the standard deviation. No factor.
"""

import sympy as sp

import symloss as sl

y = sl.target("y")
mu = sl.prediction("mu")
s = sl.prediction("s")

u = (y - mu) * sp.exp(-s)
density = sp.exp(-(u**2) / 2) / sp.sqrt(2 * sp.pi)

LOSS = sl.Loss(
    "crps_normal",
    sp.exp(s) * (u * (2 * sl.norm_cdf(u) - 1) + 2 * density - 1 / sp.sqrt(sp.pi)),
    inputs=(y, mu, s),
    link=mu,
    doc=__doc__,
    reference="T. Gneiting, A. E. Raftery (2007), Strictly proper scoring rules, prediction, and estimation, "
    "J. Amer. Statist. Assoc. 102, 359-378, equation (21)",
)
