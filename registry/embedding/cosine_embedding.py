"""The cosine embedding loss: 1 - cos(a, b) where y = 1, max(0, cos(a, b) - margin) where y = -1.

y says whether a and b belong together. Reach for it when directions carry the meaning and lengths
do not. No factor. PyTorch's adds 1e-12 to the squared lengths, which shows for tiny embeddings only.
An embedding of length 0 has the cosine 0 with every other one.
"""

import sympy as sp

import symloss as sl

D = sl.axis("D")
d = D.indices("d")
y = sl.target("y", domain=sl.Signs)
a = sl.prediction("a", D)
b = sl.prediction("b", D)
margin = sl.parameter("margin", default=0.0, domain=sl.Interval(-1, 1))

u, v = a[d] / sl.norm(a, d), b[d] / sl.norm(b, d)
known = sp.And(sp.Ne(sl.norm(a, d), 0), sp.Ne(sl.norm(b, d), 0))
# |u - v|^2/2 is 1 - cos(a, b).
apart = sp.Piecewise((sp.Sum((u - v) ** 2, d) / 2, known), (1, True))
cosine = sp.Piecewise((sl.dot(u, v, d), known), (0, True))

LOSS = sl.Loss(
    "cosine_embedding",
    sp.Piecewise((apart, sp.Eq(y, 1)), (sp.Max(0, cosine - margin), True)),
    inputs=(y, a, b),
    link="identity",
    aliases=("CosineEmbeddingLoss",),  # PyTorch
    doc=__doc__,
    reference="J. Bromley, I. Guyon, Y. LeCun, E. Sackinger, R. Shah (1994), Signature verification using a siamese "
    "time delay neural network, NeurIPS 6, 737-744",
)
