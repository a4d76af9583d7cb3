"""Likelihoods of a positive target: amounts, durations, sizes. A mean or a scale is predicted by its logarithm."""
