"""The divergence of a normal distribution from the standard one, (exp(v) + mu^2 - 1 - v)/2.

The second term of a variational autoencoder's bound, for one latent variable of mean mu and
variance exp(v); there is no target. Reach for it to keep an encoder close to a normal prior; a
model with K latent variables sums it over an axis of K. The factor 1/2 is the divergence's own.
"""

import sympy as sp

import symloss as sl

mu = sl.prediction("mu")
v = sl.prediction("v")

LOSS = sl.Loss(
    "kl_normal",
    (sp.exp(v) + mu**2 - 1 - v) / 2,
    inputs=(mu, v),
    link=mu,
    doc=__doc__,
    reference="D. P. Kingma, M. Welling (2014), Auto-encoding variational Bayes, ICLR, appendix B",
)
