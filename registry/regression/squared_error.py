"""Half the squared residual, (f - y)^2/2.

The negative log-likelihood of a normal distribution of variance one, up to a constant. Reach for it
to predict a mean when no sample is far off: one outlier pulls with the full length of its residual.
The factor 1/2 makes the gradient f - y; libraries that call (f - y)^2 the squared error return
twice this.
"""

import symloss as sl

y = sl.target("y")
f = sl.prediction("f")

LOSS = sl.Loss(
    "squared_error",
    (f - y) ** 2 / 2,
    link="identity",
    aliases={
        "HalfSquaredError": 1,  # scikit-learn
        "l2_loss": 1,  # optax
        "reg:squarederror": 1,  # XGBoost
        "regression": 1,  # LightGBM
        "MSELoss": 2,  # PyTorch
        "MeanSquaredError": 2,  # Keras
        "mean_squared_error": 2,  # Keras and scikit-learn
    },
    doc=__doc__,
    reference="C. F. Gauss (1809), Theoria motus corporum coelestium",
)
