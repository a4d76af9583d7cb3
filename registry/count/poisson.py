"""The Poisson negative log-likelihood with a logarithmic link, exp(f) - y*f.

Reach for it when the target counts events and the prediction is the logarithm of the expected
count. Any real y >= 0 is taken, since the loss is then still the right one for a mean
(quasi-likelihood). The constant log(y!) is dropped, as PyTorch and scikit-learn do; no factor,
although scikit-learn calls it half the deviance. XGBoost and LightGBM have this gradient; their
Hessian is exp(0.7) times this one, unless max_delta_step (poisson_max_delta_step) is set to 0.
Keras's Poisson takes the mean itself.
"""

import sympy as sp
from sympy.stats import Poisson

import symloss as sl

y = sl.target("y", domain=sl.NonNegative)
f = sl.prediction("f")

LOSS = sl.Loss.from_likelihood(
    "poisson",
    Poisson("Y", sp.exp(f)),
    target=y,
    aliases=("HalfPoissonLoss", "PoissonNLLLoss", "count:poisson"),  # scikit-learn, PyTorch, XGBoost
    doc=__doc__,
    reference="P. McCullagh, J. A. Nelder (1989), Generalized linear models, chapter 6",
)
