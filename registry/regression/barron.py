"""Barron's general robust loss, |alpha - 2|/alpha*(((r/scale)^2/|alpha - 2| + 1)^(alpha/2) - 1), r = f - y.

One family for many losses: alpha = 2 is squared error, 1 the pseudo-Huber loss, 0 the Cauchy
(Lorentzian) loss, -2 Geman and McClure's, -inf Welsch's. Any alpha will do, infinities included:
where the formula is 0/0 or infinite, its limit is meant. Reach for it to choose the robustness by a
number, or to have it learned (`wrt="alpha"`, away from 2, where the slope in alpha is infinite).
The factor is such that every member is (r/scale)^2/2 near the target; a residual is divided by the
scale, and the loss not multiplied by it again.
"""

import sympy as sp

import symloss as sl

y = sl.target("y")
f = sl.prediction("f")
alpha = sl.parameter("alpha", default=1.0, domain=sl.Interval(-sp.oo, sp.oo))
scale = sl.parameter("scale", default=1.0, domain=sl.Positive)

r = (f - y) / scale
b = sp.Abs(alpha - 2)

LOSS = sl.Loss(
    "barron",
    sp.Piecewise(
        (r**2 / 2, sp.Eq(alpha, 2)),
        (1 - sp.exp(-(r**2) / 2), sp.Eq(alpha, -sp.oo)),
        (sp.exp(r**2 / 2) - 1, sp.Eq(alpha, sp.oo)),
        (b / alpha * ((r**2 / b + 1) ** (alpha / 2) - 1), True),
    ),
    link="identity",
    doc=__doc__,
    reference="J. T. Barron (2019), A general and adaptive robust loss function, CVPR, 4331-4339",
)
