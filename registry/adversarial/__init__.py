"""Scores that a critic or discriminator gives to real and to generated samples; there is no target."""
