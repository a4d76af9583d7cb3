"""The zero-inflated Poisson negative log-likelihood: 0 with chance sigmoid(q), else a Poisson count of mean exp(f).

A zero costs -log(sigmoid(q) + sigmoid(-q)*exp(-exp(f))), a count y > 0 costs exp(f) - y*f +
softplus(q). Reach for it when some samples cannot count at all and the others may still count
nothing. Two predictions: f, the logarithm of the Poisson mean, and q, the logit of the extra
zeros. No factor; log(y!) is dropped. With `hurdle_poisson` all zeros come from one source.
"""

import sympy as sp

import symloss as sl

y = sl.target("y", domain=sl.Counts)
f = sl.prediction("f")
q = sl.prediction("q")

zero = sl.sigmoid(q) + sl.sigmoid(-q) * sp.exp(-sp.exp(f))
count = sl.sigmoid(-q) * sp.exp(y * f - sp.exp(f)) / sp.factorial(y)

LOSS = sl.Loss.from_likelihood(
    "zero_inflated_poisson",
    sp.Piecewise((zero, sp.Eq(y, 0)), (count, True)),
    target=y,
    inputs=(y, f, q),
    link=sl.sigmoid(-q) * sp.exp(f),
    doc=__doc__,
    reference="D. Lambert (1992), Zero-inflated Poisson regression, with an application to defects in manufacturing, "
    "Technometrics 34, 1-14",
)
