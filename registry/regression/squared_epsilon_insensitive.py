"""The squared epsilon-insensitive loss, max(0, |f - y| - eps)^2.

Reach for it instead of `epsilon_insensitive` when the solver wants a continuous gradient; a sample
far out pulls harder in exchange. No factor 1/2, as in scikit-learn: with eps = 0 it is twice our
`squared_error`.
"""

import sympy as sp

import symloss as sl

y = sl.target("y")
f = sl.prediction("f")
eps = sl.parameter("eps", default=0.1, domain=sl.NonNegative)

LOSS = sl.Loss(
    "squared_epsilon_insensitive",
    sp.Max(0, sp.Abs(f - y) - eps) ** 2,
    link="identity",
    aliases=("SquaredEpsilonInsensitive",),  # scikit-learn's SGDRegressor, eps is its epsilon
    doc=__doc__,
    reference="C.-H. Ho, C.-J. Lin (2012), Large-scale linear support vector regression, "
    "J. Mach. Learn. Res. 13, 3323-3348",
)
