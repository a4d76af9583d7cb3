"""Which rows are short, and how many of them are computed together. A call needs this and no more of the engine."""

from __future__ import annotations

from collections.abc import Collection

LANES = 64  # rows of a tile: a loop over them is long enough to pay for entering it, and 32 classes still fit a cache
LONGEST = 32  # classes of a row; longer rows fill vector registers by themselves, and `lane_sums` ends here
FEW_LANES = 40
"""Rows of a tile where rows are written out. A tile of 64 stands still for as long as memory takes (three to ten
classes, float64, 2.3 ns an element instead of 1.5), and of 16 the loops are too short."""
WRITTEN_OUT = 10  # classes of a row whose statements are written out one by one, see `symloss.lower.written_out`
WORTH_IT = 8192
"""Elements of a call from which on rows are written out: each length has a kernel of its own, which takes about a
second to compile. With fewer elements, all lengths share one."""


def length_written_out(sizes: Collection[int], rows: int) -> int:
    """The length that a call's kernel is made for, given those of its axes; 0 for any length."""
    (size,) = sizes if len(sizes) == 1 else (0,)
    return size if 2 <= size <= WRITTEN_OUT and rows * size >= WORTH_IT else 0
