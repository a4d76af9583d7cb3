"""A row of weights, and how unlikely they are beforehand."""
