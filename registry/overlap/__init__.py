"""A row of pixels: a mask and a row of logits."""
