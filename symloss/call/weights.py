"""Sample weights: what is refused, and their sum."""

from __future__ import annotations

import math
import sys
import warnings
from typing import Any

import numpy as np

from symloss.call.arrays import FLOAT64, Array
from symloss.call.bound import Bound
from symloss.call.chunks import Chunk, Schedule, block_range
from symloss.call.failures import weight_failure
from symloss.call.slots import Checked, Reject, Slot
from symloss.call.threads import Pace, Work, run_blocks
from symloss.errors import WeightlessWarning

# The bits of a float without sign, read as an integer, are below those of infinity
# exactly if it is finite: one pass over the weights instead of two comparisons.
_BITS: dict[np.dtype[Any], tuple[np.dtype[Any], int]] = {
    FLOAT64: (np.dtype(np.uint64), 0x7FF0000000000000),
    np.dtype(np.float32): (np.dtype(np.uint32), 0x7F800000),
}


def find_bad(weights: Array) -> Array | None:
    """Which weights are negative or not finite; ``None`` where all are good."""
    bits, infinity = _BITS[weights.dtype]
    if weights.size == 0 or weights.view(bits).max() < infinity:
        return None
    return ~((weights >= 0) & (weights < np.inf))


def checked(slot: Slot, bound: Bound) -> Slot:
    """The slot of the weights with their check."""
    return Checked(slot, find_bad, _rejecter(bound))


def _rejecter(bound: Bound) -> Reject:
    def reject(chunk: Chunk, bad: Array) -> None:
        raise weight_failure(bound, chunk.row + int(np.argmax(bad)))

    return reject


_adding = Pace()


def weight_sum(bound: Bound, slot: Slot | None, schedule: Schedule, blocks: int, n_threads: int) -> float:
    """The sum of the weights: pairwise within chunks, exact over chunks, of the weights as the kernel sees them."""
    if bound.weight is None:
        return float(bound.rows)
    assert slot is not None
    sums = [0.0] * schedule.count

    def make_work() -> Work:
        buffer = slot.buffer(schedule)

        def work(block: int) -> None:
            for number in block_range(block, blocks, schedule.count):
                sums[number] = add_up(slot.load(buffer, schedule.chunk(number)))

        return work

    run_blocks(blocks, make_work, n_threads, _adding, schedule.count / max(blocks, 1))
    return math.fsum(sums)


def add_up(weights: Array) -> float:
    """The sum of one chunk's weights: NumPy's pairwise one, in float64."""
    return float(np.add.reduce(weights, dtype=FLOAT64))


def warn_weightless() -> None:
    """A mean over nothing is 0, with a warning."""
    warnings.warn("no sample has weight: the mean is 0", WeightlessWarning, stacklevel=_levels_to_caller())


def _levels_to_caller() -> int:
    """How far up the first line outside symloss is, so that the warning names the call and is shown once for each."""
    frame, levels = sys._getframe(1), 1
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "symloss":
        frame, levels = frame.f_back, levels + 1  # type: ignore[assignment]
    return levels
