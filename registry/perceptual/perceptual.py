"""The perceptual loss of one layer, the mean squared difference of two feature maps, sum of (z - y)^2/(C*P).

y are the features that a fixed network has of the reference image and z those of the made one, both
with axes channel and place: height and width are one axis. Reach for it when images are to look
alike, not to agree pixel by pixel: super-resolution, style. Add several layers as `0.5*a + b`. A
mean without the factor 1/2.
"""

import sympy as sp

import symloss as sl

C, P = sl.axis("C"), sl.axis("P")
c, p = C.indices("c"), P.indices("p")
y = sl.target("y", C, P)
z = sl.prediction("z", C, P)

LOSS = sl.Loss(
    "perceptual",
    sp.Sum((z[c, p] - y[c, p]) ** 2, p, c) / (C.size * P.size),
    link="identity",
    doc=__doc__,
    reference="J. Johnson, A. Alahi, L. Fei-Fei (2016), Perceptual losses for real-time style transfer and "
    "super-resolution, ECCV, 694-711",
)
