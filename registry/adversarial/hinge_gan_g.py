"""The generator's loss of a hinge GAN, -fake.

Here `fake` is the discriminator's score of a generated sample. Reach for it beside `hinge_gan_d`,
and as the generator's loss beside `wasserstein_critic`. No factor.
"""

import symloss as sl

fake = sl.prediction("fake")

LOSS = sl.Loss(
    "hinge_gan_g",
    -fake,
    link="identity",
    doc=__doc__,
    reference="J. H. Lim, J. C. Ye (2017), Geometric GAN, arXiv:1705.02894",
)
