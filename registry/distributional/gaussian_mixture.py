"""The negative log-likelihood of a mixture of K normals, -log(sum of w*exp(-(y - mu)^2*exp(-2*s)/2 - s)).

w = softmax(a). A mixture density network's loss: reach for it when the target may lie at one of
several places, or its distribution is skewed. Three rows of predictions: a, the logits of the
weights; mu, the means; s, the logarithms of the standard deviations. A component whose logit is
-inf is left out. The factor 1/2 is the density's own; the constant log(2*pi)/2 is dropped.
"""

import sympy as sp

import symloss as sl

K = sl.axis("K")
k = K.indices("k")
y = sl.target("y")
a = sl.prediction("a", K)
mu = sl.prediction("mu", K)
s = sl.prediction("s", K)

log_density = sl.log_softmax(a)[k] - s[k] - (y - mu[k]) ** 2 * sp.exp(-2 * s[k]) / 2

LOSS = sl.Loss(
    "gaussian_mixture",
    -sl.logsumexp(log_density, k),
    inputs=(y, a, mu, s),
    link=sp.Sum(sl.softmax(a)[k] * mu[k], k),
    doc=__doc__,
    reference="C. M. Bishop (1994), Mixture density networks, Aston University, NCRG/94/004",
)
