"""The quantile (pinball) loss, max(q*(y - f), (q - 1)*(y - f)).

Reach for it to predict the q-th quantile of the target; several of them, one loss each, make an
interval. No factor: at q = 1/2 it is half the absolute error. At f = y the gradient is 1/2 - q, the
mean of its two sides.
"""

import sympy as sp

import symloss as sl

y = sl.target("y")
f = sl.prediction("f")
q = sl.parameter("q", default=0.5, domain=sl.Interval(0, 1, closed="neither"))

LOSS = sl.Loss(
    "quantile",
    sp.Max(q * (y - f), (q - 1) * (y - f)),
    link="identity",
    aliases=("PinballLoss", "reg:quantileerror"),  # scikit-learn, XGBoost
    doc=__doc__,
    reference="R. Koenker, G. Bassett (1978), Regression quantiles, Econometrica 46, 33-50",
)
