"""What a user writes: axes, roles, domains, and the declaration of a loss."""
