"""The log-normal negative log-likelihood, censored on the right: d*(u^2/2 + log(sigma)) - (1 - d)*log(Phi(-u)).

u is (log(y) - f)/sigma and Phi the standard normal distribution function; d is 1 where the event
was seen at time y and 0 where nothing had happened by then. Reach for it when times to an event
are predicted and some events are still to come. The prediction f is the mean of log(y), and exp(f)
the median time. The factor 1/2 is the density's own; d*log(y) and d*log(2*pi)/2 are dropped. The
derivatives are those of XGBoost's survival:aft, which limits them to [-15, 15].
"""

from sympy.stats import LogNormal

import symloss as sl

y = sl.target("y", domain=sl.Positive)
d = sl.data("d", domain=sl.Binary)
f = sl.prediction("f")
sigma = sl.parameter("sigma", default=1.0, domain=sl.Positive)

LOSS = sl.Loss.from_likelihood(
    "lognormal_aft",
    LogNormal("Y", f, sigma),
    target=y,
    event=d,
    inputs=(y, d, f),
    aliases=("survival:aft",),  # XGBoost, whose default distribution is normal
    doc=__doc__,
    reference="J. D. Kalbfleisch, R. L. Prentice (2002), The statistical analysis of failure time data, 2nd edition, "
    "section 3.2",
)
