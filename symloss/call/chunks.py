"""Which rows are computed together.

Chunks depend on the axis lengths (and on group sizes) alone, never on the number of
threads or on the memory layout, so that sums over a chunk are always the same sums.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple, Protocol

import numpy as np

from symloss.call.arrays import Array
from symloss.call.bound import Bound
from symloss.lower.tiles import LANES

#: Elements per chunk: 128 KiB of float64 an array, so that a few of them fit a core's second-level cache.
ELEMENTS = 16384


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
    """The chunks of a call in order; ``rows`` and ``elements`` are the most that one chunk holds."""

    count: int
    rows: int
    elements: int

    def chunk(self, number: int) -> Chunk: ...


class Even:
    """Chunks of equally many rows."""

    def __init__(self, rows: int, step: int) -> None:
        self.total = rows
        self.step = step
        self.count = -(-rows // step)
        self.rows = min(rows, step)
        self.elements = 0

    def chunk(self, number: int) -> Chunk:
        row = number * self.step
        return Chunk(row, min(row + self.step, self.total))


class Grouped:
    """Chunks of whole groups."""

    def __init__(self, chunks: list[Chunk]) -> None:
        self.chunks = chunks
        self.count = len(chunks)
        self.rows = max((c.stop - c.row for c in chunks), default=0)
        self.elements = max((c.last - c.first for c in chunks), default=0)

    def chunk(self, number: int) -> Chunk:
        return self.chunks[number]


def step(width: int) -> int:
    """Rows per chunk where a row has ``width`` elements; whole tiles of short rows."""
    rows = max(1, ELEMENTS // max(1, width))
    return rows - rows % LANES if rows > LANES else rows


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
