"""The losses that every law is held against."""

SHORT = (
    "squared_error",
    "huber",
    "binary_cross_entropy_with_logits",
    "focal",
    "normal",
    "hinge",
    "softmax_cross_entropy",
    "dice",
)
"""One of every shape of input: laws of the call layer do not depend on the formula."""
