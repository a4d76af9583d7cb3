"""The modified Huber loss: max(0, 1 - y*f)^2 while y*f >= -1, then -4*y*f, with y in {-1, +1}.

A squared hinge that goes on as a straight line for the worst mistakes. Reach for it when labels may
be wrong and a probability is wanted too: its minimum is at 2*P(y = 1) - 1, the link. No factor, as
in scikit-learn's SGDClassifier.
"""

import sympy as sp

import symloss as sl

y = sl.target("y", domain=sl.Signs)
f = sl.prediction("f")

m = y * f

LOSS = sl.Loss(
    "modified_huber",
    sp.Piecewise((sp.Max(0, 1 - m) ** 2, m >= -1), (-4 * m, True)),
    link=(1 + sp.Max(-1, sp.Min(1, f))) / 2,
    aliases=("ModifiedHuber",),  # scikit-learn
    doc=__doc__,
    reference="T. Zhang (2004), Statistical behavior and consistency of classification methods based on convex risk "
    "minimization, Ann. Statist. 32, 56-85",
)
