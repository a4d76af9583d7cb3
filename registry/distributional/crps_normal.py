"""The continuous ranked probability score of a normal, (y - mu)*erf(u/sqrt(2)) + scale*(2*phi(u) - 1/sqrt(pi)).

u is (y - mu)/scale with scale = exp(s), and phi the standard normal density; erf(u/sqrt(2)) is
twice the standard normal distribution function less one. The integral of the squared difference
between the forecast's distribution function and the target's. Reach for it where `normal` is too
sensitive to outliers, and to compare forecasts in the unit of the target: without any spread it is
the absolute error. Two predictions: mu, and s, the logarithm of the standard deviation. No factor.
"""

import sympy as sp

import symloss as sl

y = sl.target("y")
mu = sl.prediction("mu")
s = sl.prediction("s")

r = mu - y  # erf is odd; the derivatives of both terms by mu are then the same, and one is left
u = r * sp.exp(-s)
density = sp.exp(-(u**2) / 2) / sp.sqrt(2 * sp.pi)

LOSS = sl.Loss(
    "crps_normal",
    r * sp.erf(u / sp.sqrt(2)) + sp.exp(s) * (2 * density - 1 / sp.sqrt(sp.pi)),
    inputs=(y, mu, s),
    link=mu,
    doc=__doc__,
    reference="T. Gneiting, A. E. Raftery (2007), Strictly proper scoring rules, prediction, and estimation, "
    "J. Amer. Statist. Assoc. 102, 359-378, equation (21)",
)
