"""The user's handle on a loss."""

from .handle import Loss
from .metric import Metric

__all__ = ["Loss", "Metric"]
