"""Binary cross-entropy of a probability, -y*log(p) - (1 - y)*log(1 - p), for y and p in [0, 1].

The negative log-likelihood of a Bernoulli distribution where the prediction is the probability
itself. Reach for it when that is all there is; the logit, and `binary_cross_entropy_with_logits`,
keep the digits that 1 - p has lost. No factor. A probability of 0 for what happened costs infinity:
PyTorch replaces a logarithm below -100 by -100, Keras and scikit-learn move p away from 0 and 1.
"""

import sympy as sp

import symloss as sl

y = sl.target("y", domain=sl.Unit)
p = sl.prediction("p", domain=sl.Unit)

LOSS = sl.Loss(
    "binary_cross_entropy_probability",
    -y * sp.log(p) - (1 - y) * sp.log(1 - p),
    link="identity",
    aliases=("BCELoss",),  # PyTorch
    doc=__doc__,
    reference="I. J. Good (1952), Rational decisions, J. R. Statist. Soc. B 14, 107-114",
)
