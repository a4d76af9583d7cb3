"""A real target and a real prediction."""
