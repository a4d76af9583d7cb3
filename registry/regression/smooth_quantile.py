"""The quantile loss smoothed by a logistic kernel, q*(y - f) + width*log(1 + exp((f - y)/width)).

The quantile loss of the residual plus logistic noise of that width. Reach for it instead of
`quantile` where the solver wants second derivatives: it is convex and tends to the quantile loss as
the width goes to 0. No factor. The prediction at its minimum is the q-th quantile of the smoothed
target; at the target itself the loss is width*log(2), not 0.
"""

import sympy as sp

import symloss as sl

y = sl.target("y")
f = sl.prediction("f")
q = sl.parameter("q", default=0.5, domain=sl.Interval(0, 1, closed="neither"))
width = sl.parameter("width", default=1.0, domain=sl.Positive)

LOSS = sl.Loss(
    "smooth_quantile",
    q * (y - f) + width * sp.log(1 + sp.exp((f - y) / width)),
    link="identity",
    doc=__doc__,
    reference="S. Zheng (2011), Gradient descent algorithms for quantile regression with smooth approximation, "
    "Int. J. Mach. Learn. Cybern. 2, 191-207",
)
