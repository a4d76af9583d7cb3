"""The generator's loss in the minimax game of a GAN, log(1 - p) with p = 1/(1 + exp(-fake)).

Here `fake` is the discriminator's logit of a generated sample. It is what the game's value leaves
to the generator, bounded above by 0 and flat where the discriminator is sure, which is when the
generator has most to learn: reach for `gan_generator` to train, for this one to study the game. No
factor.
"""

import sympy as sp

import symloss as sl

fake = sl.prediction("fake")

p = 1 / (1 + sp.exp(-fake))

LOSS = sl.Loss(
    "gan_generator_saturating",
    sp.log(1 - p),
    link="logit",
    doc=__doc__,
    reference="I. Goodfellow and others (2014), Generative adversarial nets, NeurIPS",
)
