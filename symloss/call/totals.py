"""Sums over samples, combined from the sums of chunks in one fixed order.

A kernel gives each sum over a chunk as (sum, error). Chunks are added in their order
within a block of consecutive chunks, blocks in their order at the end; blocks depend on
the shapes alone, so the result has the same bits for every number of threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symloss.call.arrays import FLOAT64, Array
from symloss.call.chunks import Chunk, Schedule


class Total:
    """The slot of one reduced result: ``size`` sums."""

    def __init__(self, shape: tuple[int, ...], blocks: int) -> None:
        self.shape = shape
        self.size = int(np.prod(shape, dtype=np.int64))
        self.sums: list[tuple[Any, Any]] = [(0.0, 0.0)] * blocks

    def buffer(self, schedule: Schedule) -> Array:
        return np.zeros(2 * self.size, dtype=FLOAT64)

    def load(self, buffer: Array, chunk: Chunk) -> Array:
        buffer.fill(0.0)
        return buffer

    def add(self, buffer: Array, block: int) -> None:
        """Takes in the sums of the block's next chunk."""
        pair = buffer.tolist() if self.size == 1 else (buffer[0::2], buffer[1::2])
        self.sums[block] = _added(self.sums[block], pair)

    def result(self) -> Array:
        """The sums, as float64."""
        total: tuple[Any, Any] = (0.0, 0.0)
        for one in self.sums:
            total = _added(total, one)
        return np.asarray(np.broadcast_to(combined(*total), (self.size,)).reshape(self.shape))


def _added(left: tuple[Any, Any], right: tuple[Any, Any]) -> tuple[Any, Any]:
    # TwoSum (Knuth): total + error is left[0] + right[0] exactly.
    with np.errstate(invalid="ignore", over="ignore"):
        total = left[0] + right[0]
        part = total - left[0]
        error = (left[0] - (total - part)) + (right[0] - part)
        return total, left[1] + right[1] + error


def combined(total: Any, error: Any) -> Array:
    """Sum and error as one number; an infinite sum has no error to speak of."""
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray(np.where(np.isfinite(total), total + error, total))
