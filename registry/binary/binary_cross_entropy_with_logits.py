"""Binary cross-entropy of a logit, -y*log(p) - (1 - y)*log(1 - p) with p = 1/(1 + exp(-f)).

The negative log-likelihood of a Bernoulli distribution, and logistic regression's loss. Reach for
it for a yes or no, or for a target that is itself a probability: y may be anything in [0, 1]. No
factor. The formula is written as textbooks have it; the stable form, log(1 + exp(f)) - y*f without
overflow or cancellation, is derived.
"""

import sympy as sp

import symloss as sl

y = sl.target("y", domain=sl.Unit)
f = sl.prediction("f")

p = 1 / (1 + sp.exp(-f))

LOSS = sl.Loss(
    "binary_cross_entropy_with_logits",
    -(y * sp.log(p) + (1 - y) * sp.log(1 - p)),
    link="logit",
    aliases=(
        "BCEWithLogitsLoss",  # PyTorch
        "HalfBinomialLoss",  # scikit-learn
        "sigmoid_binary_cross_entropy",  # optax
        "binary:logistic",  # XGBoost
        "binary:logitraw",
        "reg:logistic",
        "xentropy",  # LightGBM
    ),
    doc=__doc__,
    reference="D. R. Cox (1958), The regression analysis of binary sequences, J. R. Statist. Soc. B 20, 215-242",
)
