"""The triplet loss, max(0, |a - p| - |a - n| + margin) with Euclidean distances.

An anchor a, an embedding p of the same kind and one n of another kind: n is to be further away than
p, by the margin. Reach for it to learn a distance from comparisons; once all triplets are further
apart than the margin nothing is left to learn. No factor. FaceNet squares the distances. PyTorch's
TripletMarginLoss adds 1e-6 to every difference and optax's triplet_margin_loss to the squared
distances, so that neither is this loss to the last digits; where two embeddings coincide, the slope
of their distance is 0 here.
"""

import sympy as sp

import symloss as sl

D = sl.axis("D")
d = D.indices("d")
a = sl.prediction("a", D)
p = sl.prediction("p", D)
n = sl.prediction("n", D)
margin = sl.parameter("margin", default=1.0, domain=sl.NonNegative)

LOSS = sl.Loss(
    "triplet",
    sp.Max(0, sl.norm(a[d] - p[d], d) - sl.norm(a[d] - n[d], d) + margin),
    inputs=(a, p, n),
    link="identity",
    doc=__doc__,
    reference="V. Balntas, E. Riba, D. Ponsa, K. Mikolajczyk (2016), Learning local feature descriptors with triplets "
    "and shallow convolutional neural networks, BMVC, 119",
)
