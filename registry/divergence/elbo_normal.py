"""The negative evidence lower bound of a normal decoder: half squares summed over D features, divergences over L.

sum of (x - f)^2/2 over the D features, plus sum of (exp(v) + mu^2 - 1 - v)/2 over the L latent
variables. The loss of a variational autoencoder whose features are real numbers of unit noise, for
one draw of the latent variables. Three rows of predictions: f, what the decoder returns; mu and v,
the encoder's means and log variances. Both factors 1/2 are those of normal distributions; sums, not
means, over both axes, so that the two parts keep their weights. D*log(2*pi)/2 is dropped.
"""

import sympy as sp

import symloss as sl

D = sl.axis("D")
L = sl.axis("L")
i = D.indices("i")
j = L.indices("j")
x = sl.target("x", D)
f = sl.prediction("f", D)
mu = sl.prediction("mu", L)
v = sl.prediction("v", L)

reconstruction = sp.Sum((x[i] - f[i]) ** 2 / 2, i)
divergence = sp.Sum((sp.exp(v[j]) + mu[j] ** 2 - 1 - v[j]) / 2, j)

LOSS = sl.Loss(
    "elbo_normal",
    reconstruction + divergence,
    inputs=(x, f, mu, v),
    link=f[i],
    doc=__doc__,
    reference="D. P. Kingma, M. Welling (2014), Auto-encoding variational Bayes, ICLR",
)
