"""The generator's loss of a least-squares GAN, (fake - 1)^2/2.

Here `fake` is the discriminator's score of a generated sample, which is drawn to 1, the value for
true ones. Reach for it beside `least_squares_gan_d`. The factor 1/2 is the paper's; many
implementations drop it.
"""

import symloss as sl

fake = sl.prediction("fake")

LOSS = sl.Loss(
    "least_squares_gan_g",
    (fake - 1) ** 2 / 2,
    link="identity",
    doc=__doc__,
    reference="X. Mao, Q. Li, H. Xie, R. Y. K. Lau, Z. Wang, S. P. Smolley (2017), Least squares generative "
    "adversarial networks, ICCV",
)
