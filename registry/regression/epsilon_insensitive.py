"""The epsilon-insensitive loss, max(0, |f - y| - eps).

The loss of support vector regression. Reach for it when errors up to eps do not matter: samples
inside the tube do not pull at all, so the solution depends on few of them. No factor. At the edge
of the tube the gradient is half a sign, the mean of its two sides.
"""

import sympy as sp

import symloss as sl

y = sl.target("y")
f = sl.prediction("f")
eps = sl.parameter("eps", default=0.1, domain=sl.NonNegative)

LOSS = sl.Loss(
    "epsilon_insensitive",
    sp.Max(0, sp.Abs(f - y) - eps),
    link="identity",
    aliases=("EpsilonInsensitive",),  # scikit-learn's SGDRegressor, eps is its epsilon
    doc=__doc__,
    reference="V. Vapnik (1995), The nature of statistical learning theory, chapter 6",
)
