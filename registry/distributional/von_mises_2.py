"""The von Mises negative log-likelihood of an angle, log(I0(k)) - k*cos(y - mu) with k = exp(s).

The normal distribution of the circle. Reach for it when the target is a direction or a time of day,
in radians, where any turn more or less is the same. Two predictions: mu, the mean angle, and s, the
logarithm of the concentration k, close to one over the variance where it is large. No factor; the
constant log(2*pi) is dropped.
"""

import sympy as sp
from sympy.stats import VonMises

import symloss as sl

y = sl.target("y")
mu = sl.prediction("mu")
s = sl.prediction("s")

LOSS = sl.Loss.from_likelihood(
    "von_mises_2",
    VonMises("Y", mu, sp.exp(s)),
    target=y,
    inputs=(y, mu, s),
    link=mu,
    doc=__doc__,
    reference="K. V. Mardia, P. E. Jupp (2000), Directional statistics, section 3.5.4",
)
