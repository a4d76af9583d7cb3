"""The normal negative log-likelihood with a predicted mean and a predicted log scale, s + (y - mu)^2*exp(-2*s)/2.

Reach for it when the spread of the target depends on the sample and is wanted too. Two predictions:
mu, and s, the logarithm of the standard deviation. The factor 1/2 is the density's own; the
constant log(2*pi)/2 is dropped. PyTorch's GaussianNLLLoss is the same function of the variance
exp(2*s), which it keeps above 1e-6.
"""

import sympy as sp
from sympy.stats import Normal

import symloss as sl

y = sl.target("y")
mu = sl.prediction("mu")
s = sl.prediction("s")

LOSS = sl.Loss.from_likelihood(
    "normal",
    Normal("Y", mu, sp.exp(s)),
    target=y,
    inputs=(y, mu, s),
    doc=__doc__,
    reference="D. A. Nix, A. S. Weigend (1994), Estimating the mean and variance of the target probability "
    "distribution, ICNN, 55-60",
)
