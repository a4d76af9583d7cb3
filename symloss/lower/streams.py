"""Results past the cache, for calls whose arrays do not fit there.

A plain store of a whole cache line reads the line from memory first. With as many bytes of results as of arguments
that is a third of what is moved. A streaming store does without, and without a place in the cache; it wants whole
lines, so that the rows before the first line of the results come first, by plain stores.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from symloss.lower.ir import ROW_AXIS, Check, For, Let, Nest, Parameter, Store, has_row_axis

LINE = 64
"""Bytes of a cache line, and of the widest vector."""

WOVEN = (1, 2, 4, 8)
"""Numbers a row whose stores LLVM makes into whole vectors."""

STREAMED_FROM = 12 * 2**20
"""Bytes of arguments and results from which on results are streamed.

On a processor with 32 MiB of third-level cache, squared error with its gradient took 1.12 of the plain time with
9.6 MB, 0.65 with 32 MB and 0.69 with 128 MB; in float32 1.24, 1.00 (16 MB) and 0.71 (64 MB).
"""


def streamed_results(nest: Nest) -> tuple[Parameter, ...]:
    """The results that streaming stores can write, in a loop over the rows without loops inside: one number a row, and
    beside such results small matrices, whose entries LLVM weaves into vectors."""
    loops = [s for s in nest.body if isinstance(s, For)]
    if nest.variant.ragged or not all(s.axis == ROW_AXIS and _is_straight(s) for s in loops):
        return ()
    outputs = nest.parameters_of("output")
    lengths = dict(nest.lengths)
    small = tuple(p for p in outputs if prod(lengths.get(axis, 0) for axis in p.axes) in WOVEN)
    is_one_kind = len({p.dtype for p in small}) == 1 and any(not p.axes for p in small)
    return small if is_one_kind else ()


def _is_straight(loop: For) -> bool:
    return all(isinstance(s, Let | Check | Store) for s in loop.body)


ALL_OF_MEMORY = 60e9
"""Bytes a second that one thread moves past the cache where a second one gains nothing: squared error and huber, at
84e9, took 1.1 of the time with two threads on two cores, Poisson, at 48e9, 0.66."""


def bytes_of_row(parameters: Iterable[Parameter]) -> int:
    """Bytes of arguments and results that have a number a row."""
    arrays = [p for p in parameters if has_row_axis(p) and not p.per_row]
    return sum(4 if p.dtype.endswith("32") else 8 for p in arrays)


def fewest_rows(parameters: Iterable[Parameter]) -> int:
    """Rows from which on results are streamed."""
    return -(-STREAMED_FROM // bytes_of_row(parameters))


def in_step(rows: int, *results: Any) -> bool:
    """Whether a line begins in all these arrays at the row where the first line of one number a row does."""
    found = [(result.__array_interface__["data"][0], result.nbytes // rows, result.itemsize) for result in results]
    ahead = next(-place % LINE // size for place, width, size in found if width == size)
    return not any((place + ahead * width) % LINE for place, width, _ in found)


def empty_from_line(shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """An array that begins at a cache line, where NumPy's begin anywhere: results side by side are in step."""
    size, dtype = prod(shape), np.dtype(dtype)
    room = np.empty(size + LINE // dtype.itemsize, dtype)
    before = -room.__array_interface__["data"][0] % LINE // dtype.itemsize
    return room[before : before + size].reshape(shape)
