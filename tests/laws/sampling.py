"""The batches of the laws, under the name by which tests have always imported them."""

from symloss.audit.batch import Batch
from symloss.audit.points import can_be_masked, has_rows
from symloss.testing.sampling import LENGTH, batches, draw, extreme, masked, mixed, repeated

__all__ = ["LENGTH", "Batch", "batches", "can_be_masked", "draw", "extreme", "has_rows", "masked", "mixed", "repeated"]
