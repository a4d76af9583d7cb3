"""A Student-t prior on a row of weights, sum of (df + 1)/2*log(1 + (w/scale)^2/df).

The negative log-density of independent t variables of `df` degrees of freedom around 0, without the
terms in df and the scale, which are held fixed. The factor (df + 1)/2 is the density's own: close to
w = 0 it is (1 + 1/df) times the normal prior's w^2/(2*scale^2). Reach for it when most weights are
small and a few may be large: a large weight is hardly pulled at all. Not convex. df = 1 is the
Cauchy prior; the default scale, 2.5, is the one recommended for logistic regression.
"""

import sympy as sp

import symloss as sl

D = sl.axis("D")
d = D.indices("d")
w = sl.prediction("w", D)
df = sl.parameter("df", default=1.0, domain=sl.Positive)
scale = sl.parameter("scale", default=2.5, domain=sl.Positive)

LOSS = sl.Loss(
    "student_t_prior",
    (df + 1) / 2 * sp.Sum(sp.log(1 + (w[d] / scale) ** 2 / df), d),
    link="identity",
    doc=__doc__,
    reference="A. Gelman, A. Jakulin, M. G. Pittau, Y.-S. Su (2008), A weakly informative default prior distribution "
    "for logistic and other regression models, Ann. Appl. Statist. 2, 1360-1383",
)
