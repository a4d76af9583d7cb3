"""Student's t negative log-likelihood with df = exp(q) predicted too: s + (df + 1)/2*log(1 + u^2/df) + log-beta terms.

u is (y - mu)*exp(-s). Reach for it when how heavy the tails are depends on the sample, or is to be
learned. Three predictions: mu; s, the logarithm of the scale; q, the logarithm of the degrees of
freedom. The factor (df + 1)/2 is the density's own; the constant log(pi)/2 is dropped.
"""

import sympy as sp
from sympy.stats import StudentT

import symloss as sl

y = sl.target("y")
mu = sl.prediction("mu")
s = sl.prediction("s")
q = sl.prediction("q")

LOSS = sl.Loss.from_likelihood(
    "student_t_3",
    mu + sp.exp(s) * StudentT("T", sp.exp(q)),
    target=y,
    inputs=(y, mu, s, q),
    doc=__doc__,
    reference="K. L. Lange, R. J. A. Little, J. M. G. Taylor (1989), Robust statistical modeling using the t "
    "distribution, J. Amer. Statist. Assoc. 84, 881-896",
)
