"""Binary cross-entropy with a complementary log-log link, -y*log(p) - (1 - y)*log(1 - p), p = 1 - exp(-exp(f)).

Here exp(f) is the rate of a Poisson process, and y says whether it had an event at all: f is a log
hazard, so differences in exposure are offsets. Reach for it for presence or absence of counts and
for survival in discrete time. The link is not symmetric: exchanging 0 and 1 gives another model.
Any y in [0, 1] is taken. No factor.
"""

import sympy as sp

import symloss as sl

y = sl.target("y", domain=sl.Unit)
f = sl.prediction("f")

p = 1 - sp.exp(-sp.exp(f))

LOSS = sl.Loss(
    "cloglog",
    -y * sp.log(p) - (1 - y) * sp.log(1 - p),
    link="cloglog",
    doc=__doc__,
    reference="R. A. Fisher (1922), On the mathematical foundations of theoretical statistics, "
    "Phil. Trans. R. Soc. A 222, 309-368",
)
