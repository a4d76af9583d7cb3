"""The discriminator's loss of a GAN, -log(p(real)) - log(1 - p(fake)) with p(s) = 1/(1 + exp(-s)).

Binary cross-entropy of two logits: `real` for a true sample, `fake` for a generated one. Reach for
it to train the original GAN's discriminator; its generator's loss is `gan_generator`. One sample is
a pair, one of each kind. With unequal numbers of them, or one kind alone, take
`binary_cross_entropy_with_logits` with y = 1 and y = 0. No factor: code that averages both halves
has half of this.
"""

import sympy as sp

import symloss as sl

real = sl.prediction("real")
fake = sl.prediction("fake")


def p(score: sp.Expr) -> sp.Expr:
    return 1 / (1 + sp.exp(-score))


LOSS = sl.Loss(
    "gan_discriminator",
    -sp.log(p(real)) - sp.log(1 - p(fake)),
    inputs=(real, fake),
    doc=__doc__,
    reference="I. Goodfellow and others (2014), Generative adversarial nets, NeurIPS",
)
