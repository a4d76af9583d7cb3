"""From `Nest` to a compiled function: `emit` writes the text of a module, `store` makes it a file and loads it."""
