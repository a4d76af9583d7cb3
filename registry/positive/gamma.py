"""The gamma negative log-likelihood with a logarithmic link, f + y*exp(-f).

Half the unit deviance of the gamma distribution up to a term in y alone. Reach for it to predict a
positive mean whose spread grows in proportion to it: costs, claims, durations. The prediction is
the logarithm of the mean. No factor: the shape of the gamma multiplies the loss and moves no
optimum, so that it is taken to be one; `gamma_2` predicts it. y = 0 is accepted, though no gamma
variable takes it.
"""

import sympy as sp
from sympy.stats import Gamma

import symloss as sl

y = sl.target("y", domain=sl.NonNegative)
f = sl.prediction("f")

LOSS = sl.Loss.from_likelihood(
    "gamma",
    Gamma("Y", 1, sp.exp(f)),
    target=y,
    aliases=("HalfGammaLoss", "reg:gamma"),  # scikit-learn, XGBoost
    doc=__doc__,
    reference="P. McCullagh, J. A. Nelder (1989), Generalized linear models, chapter 8",
)
