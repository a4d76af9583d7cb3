"""Half the Tweedie deviance with a logarithmic link, exp((2 - power)*f)/(2 - power) - y*exp((1 - power)*f)/(1 - power).

For targets that are 0 or a positive amount, such as the yearly claims of a policy: a Poisson number
of gamma amounts, whose variance is mean**power with a power strictly between 1 and 2. The
prediction is the logarithm of the mean. No factor, and terms in y alone are dropped, as in
scikit-learn. At the ends `poisson` (1) and `gamma` (2) take over: scikit-learn's HalfTweedieLoss
drops other constants there. HalfTweedieLossIdentity takes the mean itself and keeps the terms in y,
so that its name is no alias.
"""

import sympy as sp

import symloss as sl

y = sl.target("y", domain=sl.NonNegative)
f = sl.prediction("f")
power = sl.parameter("power", default=1.5, domain=sl.Interval(1, 2, closed="neither"))

LOSS = sl.Loss(
    "tweedie",
    sp.exp((2 - power) * f) / (2 - power) - y * sp.exp((1 - power) * f) / (1 - power),
    link="log",
    aliases=("HalfTweedieLoss", "reg:tweedie"),  # scikit-learn, XGBoost
    doc=__doc__,
    reference="B. Jorgensen (1987), Exponential dispersion models, J. Roy. Statist. Soc. B 49, 127-162",
)
