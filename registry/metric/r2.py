"""The coefficient of determination, 1 - (sum of (y - f)^2)/(sum of (y - mean of y)^2).

1 is a perfect fit, 0 as good as the mean of the target, and there is no lower bound. Where the target is constant the
ratio has 0 below: the metric is 1 if every prediction is right and 0 if not, as in scikit-learn; a single sample is a
constant target (scikit-learn gives it no number). It falls with the mean squared error and has the same optimum: train
with squared_error. No factor.
"""

import sympy as sp

import symloss as sl

N = sl.axis("N")
i, j = N.indices("i j")
y = sl.target("y", N)
f = sl.prediction("f", N)

left = sp.Sum((y[i] - f[i]) ** 2, i)
spread = sp.Sum((y[i] - sp.Sum(y[j], j) / N.size) ** 2, i)
# Not spread > 0: the mean of a constant is rounded.
varies = sl.max_over(y[i], i) + sl.max_over(-y[i], i) > 0

LOSS = sl.Metric(
    "r2",
    sp.Piecewise((1 - left / spread, varies), (0, left > 0), (1, True)),
    why="it is not a mean over samples, so that gradients of batches do not add up to that of the whole; it falls "
    "with the mean squared error and has the same optimum",
    surrogates=("squared_error",),
    aliases=("r2_score",),  # scikit-learn
    doc=__doc__,
    reference="S. Wright (1921), Correlation and causation, Journal of Agricultural Research 20, 557-585",
)
