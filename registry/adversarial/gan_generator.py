"""The generator's loss of a GAN that does not saturate, -log(p) with p = 1/(1 + exp(-fake)).

Here `fake` is the discriminator's logit of a generated sample. Reach for it to train the original
GAN: where the discriminator is sure that a sample is generated, the gradient is -1 and not 0. No
factor. It is `binary_cross_entropy_with_logits` with y = 1.
"""

import sympy as sp

import symloss as sl

fake = sl.prediction("fake")

p = 1 / (1 + sp.exp(-fake))

LOSS = sl.Loss(
    "gan_generator",
    -sp.log(p),
    link="logit",
    doc=__doc__,
    reference="I. Goodfellow and others (2014), Generative adversarial nets, NeurIPS",
)
