"""The log-logistic negative log-likelihood, censored on the right: (1 + d)*log(1 + exp(u)) - d*(u - log(sigma)).

u is (log(y) - f)/sigma; d is 1 where the event was seen at time y and 0 where nothing had happened
by then. Reach for it where the risk first rises and then falls with time. The prediction f is the
mean of log(y), and exp(f) the median time. No factor; the term d*log(y) is dropped. The derivatives
are those of XGBoost's survival:aft with aft_loss_distribution=logistic, which limits them to
[-15, 15].
"""

import sympy as sp
from sympy.stats import LogLogistic

import symloss as sl

y = sl.target("y", domain=sl.Positive)
d = sl.data("d", domain=sl.Binary)
f = sl.prediction("f")
sigma = sl.parameter("sigma", default=1.0, domain=sl.Positive)

LOSS = sl.Loss.from_likelihood(
    "logistic_aft",
    LogLogistic("Y", sp.exp(f), 1 / sigma),
    target=y,
    event=d,
    inputs=(y, d, f),
    doc=__doc__,
    reference="J. D. Kalbfleisch, R. L. Prentice (2002), The statistical analysis of failure time data, 2nd edition, "
    "section 3.2",
)
