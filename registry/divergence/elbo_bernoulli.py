"""The negative evidence lower bound of a Bernoulli decoder: cross-entropies summed over D, divergences over L.

sum of log(1 + exp(f)) - x*f over the D features, plus sum of (exp(v) + mu^2 - 1 - v)/2 over the L
latent variables. The loss of a variational autoencoder whose features lie in [0, 1], for one draw
of the latent variables. Three rows of predictions: f, the decoder's logits; mu and v, the
encoder's means and log variances. The factor 1/2 is that of the normal divergence; sums, not means,
over both axes, so that the two parts keep their weights.
"""

import sympy as sp

import symloss as sl

D = sl.axis("D")
L = sl.axis("L")
i = D.indices("i")
j = L.indices("j")
x = sl.target("x", D, domain=sl.Unit)
f = sl.prediction("f", D)
mu = sl.prediction("mu", L)
v = sl.prediction("v", L)

reconstruction = -sp.Sum(x[i] * sl.log_sigmoid(f[i]) + (1 - x[i]) * sl.log_sigmoid(-f[i]), i)
divergence = sp.Sum((sp.exp(v[j]) + mu[j] ** 2 - 1 - v[j]) / 2, j)

LOSS = sl.Loss(
    "elbo_bernoulli",
    reconstruction + divergence,
    inputs=(x, f, mu, v),
    link=sl.sigmoid(f[i]),
    doc=__doc__,
    reference="D. P. Kingma, M. Welling (2014), Auto-encoding variational Bayes, ICLR",
)
