"""The asymmetric loss, -y*(1 - p)^gamma_pos*log(p) - (1 - y)*q^gamma_neg*log(1 - q), q = max(0, p - margin).

Here p = 1/(1 + exp(-f)). A focal loss with an exponent for either class, in which negatives with a
probability below the margin do not count at all. Reach for it when nearly all of many labels are
negative. The factor of both parts is 1. Defaults are those of the authors' code; one sample is one
label, and the paper's loss is the sum over a row of them.
"""

import sympy as sp

import symloss as sl

y = sl.target("y", domain=sl.Binary)
f = sl.prediction("f")
gamma_pos = sl.parameter("gamma_pos", default=1.0, domain=sl.NonNegative)
gamma_neg = sl.parameter("gamma_neg", default=4.0, domain=sl.NonNegative)
margin = sl.parameter("margin", default=0.05, domain=sl.Interval(0, 1, closed="left"))

p = 1 / (1 + sp.exp(-f))
q = p - margin
negative = sp.Piecewise((0, q <= 0), (-(q**gamma_neg) * sp.log(1 - q), True))

LOSS = sl.Loss(
    "asymmetric",
    -y * (1 - p) ** gamma_pos * sp.log(p) + (1 - y) * negative,
    link="logit",
    doc=__doc__,
    reference="T. Ridnik, E. Ben-Baruch, N. Zamir, A. Noy, I. Friedman, M. Protter, L. Zelnik-Manor (2021), "
    "Asymmetric loss for multi-label classification, ICCV",
)
