"""Sums over samples, combined from the sums of chunks in one fixed order.

A kernel adds each sum over a chunk to a pair (sum, error): the chunks of a block one after
the other. Blocks are added in their order at the end; they depend on the shapes alone, so
the result has the same bits for every number of threads.
"""

from __future__ import annotations

from collections.abc import Iterable
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
        return buffer

    def keep(self, buffer: Array, block: int) -> None:
        """Takes the sums of a block, to which a kernel has added chunk by chunk."""
        self.sums[block] = tuple(buffer.tolist()) if self.size == 1 else (buffer[0::2].copy(), buffer[1::2].copy())

    def result(self) -> Array:
        """The sums, as float64."""
        return np.asarray(np.broadcast_to(combined(self.sums), (self.size,)).reshape(self.shape))


def _added(left: tuple[Any, Any], right: tuple[Any, Any]) -> tuple[Any, Any]:
    # TwoSum (Knuth): total + error is left[0] + right[0] exactly.
    total = left[0] + right[0]
    part = total - left[0]
    error = (left[0] - (total - part)) + (right[0] - part)
    return total, left[1] + right[1] + error


def combined(pairs: Iterable[tuple[Any, Any]]) -> Array:
    """The pairs, added in their order, as one number; an infinite sum has no error to speak of."""
    total: Any = 0.0
    error: Any = 0.0
    with np.errstate(invalid="ignore", over="ignore"):
        for pair in pairs:
            total, error = _added((total, error), pair)
        return np.asarray(np.where(np.isfinite(total), total + error, total))
