"""The quantile loss with a smooth maximum, width*log(exp(q*(y - f)/width) + exp((q - 1)*(y - f)/width)).

The quantile loss max(q*(y - f), (q - 1)*(y - f)) with a log-sum-exp for its maximum; the same as
q*(y - f) + width*log(1 + exp((f - y)/width)). Reach for it instead of `quantile` where the solver
wants second derivatives: it is convex, and tends to the quantile loss as the width goes to 0. No
factor. At its minimum f is the q-th quantile of the target plus logistic noise of that width; at f
= y the loss is width*log(2), not 0.
"""

import sympy as sp

import symloss as sl

y = sl.target("y")
f = sl.prediction("f")
q = sl.parameter("q", default=0.5, domain=sl.Interval(0, 1, closed="neither"))
width = sl.parameter("width", default=1.0, domain=sl.Positive)

LOSS = sl.Loss(
    "smooth_quantile",
    width * sp.log(sp.exp(q * (y - f) / width) + sp.exp((q - 1) * (y - f) / width)),
    link="identity",
    doc=__doc__,
    reference="S. Zheng (2011), Gradient descent algorithms for quantile regression with smooth approximation, "
    "Int. J. Mach. Learn. Cybern. 2, 191-207",
)
