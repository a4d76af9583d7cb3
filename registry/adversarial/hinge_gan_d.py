"""The discriminator's loss of a hinge GAN, max(0, 1 - real) + max(0, 1 + fake).

A support vector machine between true and generated samples: scores beyond the margin do not pull.
Reach for it to train large image GANs, where it is the usual choice, with `hinge_gan_g`. One sample
is a pair: a true one's score and a generated one's; with unequal numbers `hinge` with y = 1 and y =
-1 is either half. No factor. At a margin the gradient is half, the mean of its two sides.
"""

import sympy as sp

import symloss as sl

real = sl.prediction("real")
fake = sl.prediction("fake")

LOSS = sl.Loss(
    "hinge_gan_d",
    sp.Max(0, 1 - real) + sp.Max(0, 1 + fake),
    inputs=(real, fake),
    doc=__doc__,
    reference="J. H. Lim, J. C. Ye (2017), Geometric GAN, arXiv:1705.02894",
)
