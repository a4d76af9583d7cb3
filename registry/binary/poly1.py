"""The Poly-1 loss of a logit: cross-entropy plus epsilon*(1 - q), q being the probability given to the true class.

Written out, -y*log(p) - (1 - y)*log(1 - p) + epsilon*(1 - y*p - (1 - y)*(1 - p)) with p = 1/(1 +
exp(-f)). The cross-entropy is a series in 1 - q; this changes its first coefficient from 1 to 1 +
epsilon. Reach for it to tune how hard nearly right predictions pull: with epsilon above 0 harder.
No factor besides epsilon. optax has it for rows of classes, with epsilon = 2.
"""

import sympy as sp

import symloss as sl

y = sl.target("y", domain=sl.Unit)
f = sl.prediction("f")
epsilon = sl.parameter("epsilon", default=1.0)

p = 1 / (1 + sp.exp(-f))
q = y * p + (1 - y) * (1 - p)

LOSS = sl.Loss(
    "poly1",
    -y * sp.log(p) - (1 - y) * sp.log(1 - p) + epsilon * (1 - q),
    link="logit",
    doc=__doc__,
    reference="Z. Leng, M. Tan, C. Liu, E. D. Cubuk, X. Shi, S. Cheng, D. Anguelov (2022), PolyLoss: a polynomial "
    "expansion perspective of classification loss functions, ICLR",
)
