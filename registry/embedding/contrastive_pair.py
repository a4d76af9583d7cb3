"""The contrastive loss of a pair, y*|a - b|^2/2 + (1 - y)*max(0, margin - |a - b|)^2/2.

y is 1 where a and b belong together, which are pulled to each other, and 0 where they do not: those
are pushed apart until they are the margin apart. Reach for it when pairs are labelled, and not
triplets. The factor 1/2 is the paper's, whose Y is 1 - y; much code leaves it out.
"""

import sympy as sp

import symloss as sl

D = sl.axis("D")
d = D.indices("d")
y = sl.target("y", domain=sl.Binary)
a = sl.prediction("a", D)
b = sl.prediction("b", D)
margin = sl.parameter("margin", default=1.0, domain=sl.Positive)

distance = sl.norm(a[d] - b[d], d)

LOSS = sl.Loss(
    "contrastive_pair",
    y * distance**2 / 2 + (1 - y) * sp.Max(0, margin - distance) ** 2 / 2,
    inputs=(y, a, b),
    link="identity",
    doc=__doc__,
    reference="R. Hadsell, S. Chopra, Y. LeCun (2006), Dimensionality reduction by learning an invariant mapping, "
    "CVPR, 1735-1742",
)
