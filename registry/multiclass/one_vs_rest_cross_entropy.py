"""One logistic regression per class: -log(q[c]) - sum over k != c of log(1 - q[k]), with q = sigmoid(z).

Every class is told from all others by a logit of its own. Reach for it when classes are many, may
all be absent, or come and go; the q need not sum to one. No factor: a sum over classes, not their
mean. LightGBM's multiclassova has the same gradient and Hessian.
"""

import sympy as sp

import symloss as sl

K = sl.axis("K")
k = K.indices("k")
c = sl.label("c", K)
z = sl.prediction("z", K)

q = sl.sigmoid(z[k])

LOSS = sl.Loss(
    "one_vs_rest_cross_entropy",
    sp.Sum(sp.Piecewise((-sp.log(q), sp.Eq(k, c)), (-sp.log(1 - q), True)), k),
    link="logit",
    aliases=("multiclassova",),  # LightGBM
    doc=__doc__,
    reference="R. Rifkin, A. Klautau (2004), In defense of one-vs-all classification, J. Mach. Learn. Res. 5, 101-141",
)
