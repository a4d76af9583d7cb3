"""Barron's general robust loss, |alpha - 2|/alpha*(((r/scale)^2/|alpha - 2| + 1)^(alpha/2) - 1), r = f - y.

One family for many losses: alpha = 2 is squared error, 1 the pseudo-Huber loss, 0 the Cauchy
(Lorentzian) loss, -2 Geman-McClure's, -inf Welsch's; the formula's limits at 0, 2 and -inf are
taken, and at inf, exp((r/scale)^2/2) - 1. Reach for it to choose the robustness by a number, or to
have it learned (`wrt="alpha"`). The factor is such that every member is (r/scale)^2/2 near the
target; the residual is divided by the scale and the loss not multiplied by it again.
"""

import sympy as sp

import symloss as sl

y = sl.target("y")
f = sl.prediction("f")
alpha = sl.parameter("alpha", default=1.0)
scale = sl.parameter("scale", default=1.0, domain=sl.Positive)

r = (f - y) / scale
b = sp.Abs(alpha - 2)
largest = sp.Integer(2) ** 1024 - sp.Integer(2) ** 971  # of all float64: beyond it is infinity

LOSS = sl.Loss(
    "barron",
    sp.Piecewise(
        (1 - sp.exp(-(r**2) / 2), alpha < -largest),
        (sp.exp(r**2 / 2) - 1, alpha > largest),
        (b / alpha * ((r**2 / b + 1) ** (alpha / 2) - 1), True),
    ),
    link="identity",
    doc=__doc__,
    reference="J. T. Barron (2019), A general and adaptive robust loss function, CVPR, 4331-4339",
)
