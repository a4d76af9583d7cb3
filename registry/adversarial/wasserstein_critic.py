"""The critic's loss of a Wasserstein GAN, fake - real.

The mean over samples is minus the critic's estimate of the Wasserstein distance, which holds only
for a critic of bounded slope: clip its weights, or add a gradient penalty, both outside this loss.
One sample is a pair: the scores of a generated and of a true sample. The generator's loss is -fake,
`hinge_gan_g`. No factor.
"""

import symloss as sl

real = sl.prediction("real")
fake = sl.prediction("fake")

LOSS = sl.Loss(
    "wasserstein_critic",
    fake - real,
    inputs=(real, fake),
    doc=__doc__,
    reference="M. Arjovsky, S. Chintala, L. Bottou (2017), Wasserstein generative adversarial networks, ICML",
)
