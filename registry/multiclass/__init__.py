"""A class, or a row of class probabilities, and a row of logits."""
