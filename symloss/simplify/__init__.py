"""Shorter equal forms: identities that are exact over the reals, and the cost that picks among them."""

from .simplify import explained, simplify

__all__ = ["explained", "simplify"]
