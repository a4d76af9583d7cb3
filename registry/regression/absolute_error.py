"""The absolute residual, |f - y|.

The negative log-likelihood of a Laplace distribution of scale one, up to a constant. Reach for it
to predict a median, or when a few targets may be far off: every sample pulls equally. No factor. At
f = y the gradient is 0.
"""

import sympy as sp

import symloss as sl

y = sl.target("y")
f = sl.prediction("f")

LOSS = sl.Loss(
    "absolute_error",
    sp.Abs(f - y),
    link="identity",
    aliases=(
        "AbsoluteError",  # scikit-learn
        "L1Loss",  # PyTorch
        "MeanAbsoluteError",  # Keras
        "mean_absolute_error",  # Keras and scikit-learn
        "reg:absoluteerror",  # XGBoost
        "regression_l1",  # LightGBM
    ),
    doc=__doc__,
    reference="P. S. Laplace (1774), Memoire sur la probabilite des causes par les evenements",
)
