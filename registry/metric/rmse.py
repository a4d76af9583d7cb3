"""The root mean squared error, sqrt of the mean of (y - f)^2, in the unit of the target.

A metric although it has a derivative: it is not a mean over samples, so that the values of batches do not average to
that of the whole, and gradients do not either. It grows with the mean squared error and has the same minimiser: train
with squared_error. No factor.
"""

import sympy as sp

import symloss as sl

N = sl.axis("N")
i = N.indices("i")
y = sl.target("y", N)
f = sl.prediction("f", N)

LOSS = sl.Metric(
    "rmse",
    sp.sqrt(sp.Sum((y[i] - f[i]) ** 2, i) / N.size),
    why="it is not a mean over samples, so that gradients of batches do not add up to that of the whole; it grows "
    "with the mean squared error and has the same minimiser",
    surrogates=("squared_error",),
    aliases=("root_mean_squared_error",),  # scikit-learn
    doc=__doc__,
    reference="T. Hastie, R. Tibshirani, J. Friedman (2009), The elements of statistical learning, 2nd edition, 2.4",
)
