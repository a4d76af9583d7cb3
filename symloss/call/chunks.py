"""Which rows are computed together.

Chunks and strips depend on the axis lengths (and on group sizes) alone, never on the number of
threads or on the memory layout, so that sums are always the same sums.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import NamedTuple, Protocol

import numpy as np

from symloss.call.arrays import Array
from symloss.call.bound import Bound
from symloss.lower.short_rows import LANES

#: Elements per chunk: 128 KiB of float64 an array, so that a few of them fit a core's second-level cache.
ELEMENTS = 16384

#: The most rows whose values a kernel keeps and sums together: 8 KiB, a fraction of the first-level cache.
STRIP = 1024

#: Chunks of a block, the unit of scheduling, once there are so many blocks that every thread has some. Where nothing
#: has to be converted a block is one call of the kernel, which costs a few microseconds, and more where threads meet.
TOGETHER = 16
FEW_BLOCKS = 16
MOST_BLOCKS = 256

#: Blocks of a thread where there is no sum whose bits they would decide: enough to make good what one is late, and in
#: long calls as many as take so many seconds, so that no thread waits long for the last block of another.
BLOCKS_OF_A_THREAD = 4
MOST_BLOCKS_OF_A_THREAD = 16
LONG_BLOCK = 250e-6


class Chunk(NamedTuple):
    """Rows ``row`` to ``stop``; with ragged rows, elements ``first`` to ``last`` of the flat arrays."""

    row: int
    stop: int
    first: int = 0
    last: int = 0

    def span(self, width: int | None) -> tuple[int, int]:
        """Where these rows lie in a flat array with ``width`` elements a row; ``None`` stands for ragged rows."""
        return (self.first, self.last) if width is None else (self.row * width, self.stop * width)


class Schedule(Protocol):
    """The chunks of a call in order; ``rows`` and ``elements`` are the most that one chunk holds.

    ``strip`` rows are summed together. Chunks that follow one another are ``joined`` to one where every chunk but the
    last is of whole strips.
    """

    count: int
    rows: int
    elements: int
    strip: int

    def chunk(self, number: int) -> Chunk: ...

    def joined(self, numbers: range) -> Chunk | None: ...


class Even:
    """Chunks of equally many rows."""

    def __init__(self, rows: int, step: int) -> None:
        self.total = rows
        self.step = step
        self.strip = min(step, STRIP)
        self.count = -(-rows // step)
        self.rows = min(rows, step)
        self.elements = 0

    def chunk(self, number: int) -> Chunk:
        return self.joined(range(number, number + 1))

    def joined(self, numbers: range) -> Chunk:
        return Chunk(numbers.start * self.step, min(numbers.stop * self.step, self.total))


class Grouped:
    """Chunks of whole groups."""

    strip = STRIP

    def __init__(self, chunks: list[Chunk]) -> None:
        self.chunks = chunks
        self.count = len(chunks)
        self.rows = max((c.stop - c.row for c in chunks), default=0)
        self.elements = max((c.last - c.first for c in chunks), default=0)

    def chunk(self, number: int) -> Chunk:
        return self.chunks[number]

    def joined(self, numbers: range) -> None:
        return None


def step(width: int) -> int:
    """Rows per chunk where a row has ``width`` elements; whole strips, or whole tiles, of short rows."""
    rows = max(1, ELEMENTS // max(1, width))
    whole = STRIP if rows > STRIP else LANES
    return rows - rows % whole if rows > whole else rows


def block_count(chunks: int, threads: int | None = None, seconds: float = 0.0) -> int:
    """The number of blocks of a call; where no sum depends on it, for so many threads and seconds a chunk."""
    if threads is None:
        return min(max(min(chunks, FEW_BLOCKS), -(-chunks // TOGETHER)), MOST_BLOCKS)
    long = int(chunks * seconds / threads / LONG_BLOCK)
    return min(chunks, threads * min(max(long, BLOCKS_OF_A_THREAD), MOST_BLOCKS_OF_A_THREAD))


def block_range(block: int, blocks: int, chunks: int) -> range:
    """The chunks of a block: consecutive, nearly equally many in each."""
    return range(block * chunks // blocks, (block + 1) * chunks // blocks)


def blocks_of(
    rows: int, width: int, threads: int | None = None, seconds: float = 0.0
) -> tuple[int, Callable[[int], tuple[int, int]]]:
    """How many blocks plain rows with ``width`` elements make, and at which rows a block begins and ends."""
    each = step(width)
    chunks = -(-rows // each)
    blocks = block_count(chunks, threads, seconds)

    def ends(block: int) -> tuple[int, int]:
        numbers = block_range(block, blocks, chunks)
        return numbers.start * each, min(numbers.stop * each, rows)

    return blocks, ends


def row_width(bound: Bound) -> int:
    """Elements of the widest input's row."""
    return max((prod(bound.inner(i.axes)) for i in bound.signature.inputs), default=1)


def schedule(bound: Bound) -> Schedule:
    """The chunks of a call."""
    if bound.sizes is None:
        return Even(bound.rows, step(row_width(bound)))
    return Grouped(_whole_groups(bound.sizes))


def _whole_groups(sizes: Array) -> list[Chunk]:
    """As many whole groups as fit; the sizes are summed a stretch at a time, never all at once."""
    chunks: list[Chunk] = []
    row = first = 0
    while row < len(sizes):
        ends = first + np.cumsum(sizes[row : row + ELEMENTS], dtype=np.int64)
        stretch = row
        while row < stretch + len(ends):
            at = row - stretch
            end = max(at + 1, int(np.searchsorted(ends, first + ELEMENTS, side="right")))
            if end == len(ends) and at and stretch + end < len(sizes):
                break  # the next stretch may have more groups that fit
            last = int(ends[end - 1])
            chunks.append(Chunk(row, stretch + end, first, last))
            row, first = stretch + end, last
    return chunks
