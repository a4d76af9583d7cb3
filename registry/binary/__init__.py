"""A target in [0, 1] and a logit."""
