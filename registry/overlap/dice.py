"""The soft Dice loss of a row of pixels, 1 - (2*sum of p*t + smooth)/(sum of p + sum of t + smooth), p = sigmoid(z).

Reach for it in segmentation when the object covers few pixels: what counts is the overlap, not the
number of pixels that are right. The sums in the denominator are plain, not squared. `smooth` (1 by
default) gives an empty mask that is predicted empty the loss 0; with smooth = 0 that case is 0/0.
No factor. optax's binary_dice_loss adds twice its `smooth`, and Keras's Dice takes probabilities.
"""

import sympy as sp

import symloss as sl

P = sl.axis("P")
k = P.indices("k")
t = sl.target("t", P, domain=sl.Unit)
z = sl.prediction("z", P)
smooth = sl.parameter("smooth", default=1.0, domain=sl.NonNegative)

p = sl.sigmoid(z[k])
overlap = sp.Sum(p * t[k], k)

LOSS = sl.Loss(
    "dice",
    1 - (2 * overlap + smooth) / (sp.Sum(p, k) + sp.Sum(t[k], k) + smooth),
    link="logit",
    doc=__doc__,
    reference="F. Milletari, N. Navab, S.-A. Ahmadi (2016), V-Net: fully convolutional neural networks for volumetric "
    "medical image segmentation, 3DV, 565-571",
)
