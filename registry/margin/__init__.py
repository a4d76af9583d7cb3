"""A target in {-1, +1} and a real score."""
