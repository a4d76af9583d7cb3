"""A count and a log rate."""
