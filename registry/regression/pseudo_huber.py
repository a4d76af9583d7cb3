"""The pseudo-Huber loss, delta^2*(sqrt(1 + (r/delta)^2) - 1) with r = f - y.

Close to r^2/2 for a small residual and to delta*|r| for a large one, smooth everywhere. Reach for
it where Huber's loss would do and the second derivative must exist and be positive, as boosters
want it. No factor: the 1/2 of the quadratic part comes by itself. LightGBM's "fair" is a different
function, c^2*(|r|/c - log(1 + |r|/c)).
"""

import sympy as sp

import symloss as sl

y = sl.target("y")
f = sl.prediction("f")
delta = sl.parameter("delta", default=1.0, domain=sl.Positive)

r = f - y

LOSS = sl.Loss(
    "pseudo_huber",
    delta**2 * (sp.sqrt(1 + (r / delta) ** 2) - 1),
    link="identity",
    aliases=("reg:pseudohubererror",),  # XGBoost, delta is its huber_slope
    doc=__doc__,
    reference="P. Charbonnier, L. Blanc-Feraud, G. Aubert, M. Barlaud (1997), Deterministic edge-preserving "
    "regularization in computed imaging, IEEE Trans. Image Process. 6, 298-311",
)
