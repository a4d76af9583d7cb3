"""The hinge with a rounded corner: (1 - m)^2/(2*gamma) for 1 - gamma < m < 1, m = y*f, then 1 - gamma/2 - m.

Zero for m >= 1, linear like the hinge for m <= 1 - gamma, quadratic between. Reach for it instead
of the hinge when the solver wants a continuous gradient that stays bounded. It tends to the hinge
as gamma goes to 0. The factor 1/2 in the quadratic part makes the slope -1 on the linear one; at
gamma = 1 it is Rennie and Srebro's, at gamma = 2 it is a quarter of the modified Huber loss.
"""

import sympy as sp

import symloss as sl

y = sl.target("y", domain=sl.Signs)
f = sl.prediction("f")
gamma = sl.parameter("gamma", default=1.0, domain=sl.Positive)

m = y * f

LOSS = sl.Loss(
    "smooth_hinge",
    sp.Piecewise((0, m >= 1), ((1 - m) ** 2 / (2 * gamma), m > 1 - gamma), (1 - gamma / 2 - m, True)),
    link="identity",
    doc=__doc__,
    reference="S. Shalev-Shwartz, T. Zhang (2013), Stochastic dual coordinate ascent methods for regularized loss "
    "minimization, J. Mach. Learn. Res. 14, 567-599",
)
