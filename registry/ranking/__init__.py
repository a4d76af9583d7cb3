"""A row of items: their relevances and their scores."""
