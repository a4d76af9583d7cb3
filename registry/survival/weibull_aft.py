"""The Weibull negative log-likelihood of a time censored on the right, exp(u) - d*(u - log(sigma)).

u is (log(y) - f)/sigma; d is 1 where the event was seen at time y and 0 where nothing had happened
by then. Reach for it when times to an event are predicted and some events are still to come. The
prediction f is the logarithm of the scale, and the shape is 1/sigma: sigma = 1 is the exponential.
No factor; the term d*log(y) is dropped. The derivatives are those of XGBoost's survival:aft with
aft_loss_distribution=extreme, which limits them to [-15, 15].
"""

import sympy as sp
from sympy.stats import Weibull

import symloss as sl

y = sl.target("y", domain=sl.Positive)
d = sl.data("d", domain=sl.Binary)
f = sl.prediction("f")
sigma = sl.parameter("sigma", default=1.0, domain=sl.Positive)

LOSS = sl.Loss.from_likelihood(
    "weibull_aft",
    Weibull("Y", sp.exp(f), 1 / sigma),
    target=y,
    event=d,
    inputs=(y, d, f),
    doc=__doc__,
    reference="J. D. Kalbfleisch, R. L. Prentice (2002), The statistical analysis of failure time data, 2nd edition, "
    "section 3.2",
)
