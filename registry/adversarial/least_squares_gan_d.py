"""The discriminator's loss of a least-squares GAN, (real - 1)^2/2 + fake^2/2.

Scores of true samples are drawn to 1, those of generated ones to 0. Reach for it when the logistic
discriminator saturates. One sample is a pair: a true one's score and a generated one's; with
unequal numbers, `squared_error` with targets 1 and 0 is either half. The factor 1/2 of both terms
is the paper's; many implementations drop it.
"""

import symloss as sl

real = sl.prediction("real")
fake = sl.prediction("fake")

LOSS = sl.Loss(
    "least_squares_gan_d",
    (real - 1) ** 2 / 2 + fake**2 / 2,
    inputs=(real, fake),
    doc=__doc__,
    reference="X. Mao, Q. Li, H. Xie, R. Y. K. Lau, Z. Wang, S. P. Smolley (2017), Least squares generative "
    "adversarial networks, ICCV",
)
