"""A distribution with several predicted parameters."""
