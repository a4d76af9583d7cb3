"""Tukey's biweight: c^2/6*(1 - (1 - (r/c)^2)^3) while |r| <= c, then c^2/6, with r = f - y.

Reach for it when gross outliers must have no influence at all: beyond c a sample does not pull. It
is not convex, so start from a robust solution such as Huber's. The factor 1/6 makes it r^2/2 near
the target, as in statsmodels; with residuals of unit variance c = 4.685 keeps 95% of the efficiency
of least squares.
"""

import sympy as sp

import symloss as sl

y = sl.target("y")
f = sl.prediction("f")
c = sl.parameter("c", default=4.685, domain=sl.Positive)

r = f - y

LOSS = sl.Loss(
    "tukey_biweight",
    sp.Piecewise((c**2 / 6 * (1 - (1 - (r / c) ** 2) ** 3), sp.Abs(r) - c <= 0), (c**2 / 6, True)),
    link="identity",
    aliases=("TukeyBiweight",),  # statsmodels
    doc=__doc__,
    reference="A. E. Beaton, J. W. Tukey (1974), The fitting of power series, meaning polynomials, illustrated on "
    "band-spectroscopic data, Technometrics 16, 147-185",
)
