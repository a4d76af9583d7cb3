"""Two distributions."""
