"""The expected calibration error of logits: the mean over samples of the gap between p and y in their bin.

With p = sigmoid(f) and n_bins bins of equal width (15 by default), bin b holds the p in [b/n_bins, (b + 1)/n_bins), the
last one p = 1 too. The gap of a bin is |mean of p - mean of y|; each bin counts by its samples. Binary: p is the
probability of y = 1, as in torchmetrics' BinaryCalibrationError and scikit-learn's calibration_curve, and not that of
the predicted class. A constant prediction of the base rate has an error of 0: this says nothing of how well classes
are told apart.
Strictly proper losses are consistent: the true probability has no gap. Bins are those of p as a float64. No factor.
"""

import sympy as sp

import symloss as sl

N = sl.axis("N")
i, j = N.indices("i j")
y = sl.target("y", N, domain=sl.Binary)
f = sl.prediction("f", N)
n_bins = sl.parameter("n_bins", default=15.0, domain=sl.Interval(1, float("inf"), closed="left"))


def bin_of(k: sp.Idx) -> sp.Expr:
    """The number of the bin, from 0."""
    return sp.Min(sp.floor(n_bins * sl.sigmoid(f[k])), n_bins - 1)


same = sp.Eq(bin_of(j), bin_of(i))
gap = sp.Sum(sp.Piecewise((sl.sigmoid(f[j]) - y[j], same), (0, True)), j)
count = sp.Sum(sp.Piecewise((1, same), (0, True)), j)

LOSS = sl.Metric(
    "expected_calibration_error",
    sl.dot(sp.Abs(gap), 1 / count, i) / N.size,
    why="it jumps where a prediction crosses the edge of a bin, and in between its slope leads to the base rate of "
    "the bin and not to better predictions",
    surrogates=("binary_cross_entropy_with_logits", "brier"),
    link="logit",
    doc=__doc__,
    reference="C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger (2017), On calibration of modern neural networks, ICML, "
    "1321-1330",
)
