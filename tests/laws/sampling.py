"""The batches of the laws, under the name by which tests have always imported them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

import symloss as sl
from symloss.audit.batch import Batch
from symloss.audit.masks import can_be_masked
from symloss.audit.points import has_rows
from symloss.testing import sampling
from symloss.testing.sampling import LENGTH, draw, masked, repeated

NARROW: dict[str, dict[str, float]] = {}
"""Logits, and logarithms of the shape of a gamma function: beyond these, digits are lost as docs/limits.md says."""


def batches(loss: sl.Loss, dtype: str = "float64", ordinary: int = 6, seed: int = 0) -> Iterator[Batch]:
    """`symloss.testing.sampling.batches`, inside `NARROW`."""
    return (_narrowed(loss, batch) for batch in sampling.batches(loss, dtype, ordinary, seed))


def extreme(loss: sl.Loss, dtype: str = "float64") -> Batch:
    return _narrowed(loss, sampling.extreme(loss, dtype))


def mixed(loss: sl.Loss, count: int = 7, dtype: str = "float64", seed: int = 0) -> Batch:
    return _narrowed(loss, sampling.mixed(loss, count, dtype, seed))


def _narrowed(loss: sl.Loss, batch: Batch) -> Batch:
    for name, most in NARROW.get(loss.name, {}).items():
        batch.arrays[name] = np.clip(batch.arrays[name], -most, most)
    return batch


__all__ = ["LENGTH", "Batch", "batches", "can_be_masked", "draw", "extreme", "has_rows", "masked", "mixed", "repeated"]
