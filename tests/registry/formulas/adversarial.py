"""Losses of the scores of true and of generated samples."""

from __future__ import annotations

from mpmath import exp, log

FORMULAS = {
    "gan_discriminator": lambda n: log((1 + exp(-n.real)) * (1 + exp(n.fake))),
    "gan_generator": lambda n: log(1 + exp(-n.fake)),
    "gan_generator_saturating": lambda n: -log(1 + exp(n.fake)),
    "hinge_gan_d": lambda n: max(0, 1 - n.real) + max(0, 1 + n.fake),
    "hinge_gan_g": lambda n: -n.fake,
    "least_squares_gan_d": lambda n: ((n.real - 1) ** 2 + n.fake**2) / 2,
    "least_squares_gan_g": lambda n: (n.fake - 1) ** 2 / 2,
    "wasserstein_critic": lambda n: n.fake - n.real,
}
