"""The perceptual loss of one layer, the mean squared difference of two feature maps, sum of (z - y)^2/(C*H*W).

y are the features that a fixed network has of the reference image and z those of the made one, both
with axes channel, height, width. Reach for it when images are to look alike, not to agree pixel by
pixel: super-resolution, style. Add several layers as `0.5*a + b`. A mean without the factor 1/2.
"""

import sympy as sp

import symloss as sl

C, H, W = sl.axis("C"), sl.axis("H"), sl.axis("W")
c, h, w = C.indices("c"), H.indices("h"), W.indices("w")
y = sl.target("y", C, H, W)
z = sl.prediction("z", C, H, W)

LOSS = sl.Loss(
    "perceptual",
    sp.Sum((z[c, h, w] - y[c, h, w]) ** 2, w, h, c) / (C.size * H.size * W.size),
    link="identity",
    doc=__doc__,
    reference="J. Johnson, A. Alahi, L. Fei-Fei (2016), Perceptual losses for real-time style transfer and "
    "super-resolution, ECCV, 694-711",
)
