"""The user's handle on a loss."""

from .handle import Loss

__all__ = ["Loss"]
