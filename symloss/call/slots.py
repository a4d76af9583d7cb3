"""How one positional parameter of a kernel gets its value, chunk by chunk.

A slot is shared by all threads of a call; what a thread needs for itself is its
`buffer`. Input that is contiguous is passed as a slice; everything else is copied and
converted a chunk at a time, so that no whole copy is ever made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from symloss.call.arrays import Array, Inexact
from symloss.call.chunks import Chunk, Schedule

#: Takes a chunk and a mask of its bad elements; raises for the first one that counts.
Reject = Callable[[Chunk, Array], None]


class Slot(Protocol):
    """One positional parameter."""

    def buffer(self, schedule: Schedule) -> Any:
        """Memory of one thread, enough for every chunk."""

    def load(self, buffer: Any, chunk: Chunk) -> Any:
        """The value to pass for this chunk."""


def room(width: int | None, schedule: Schedule) -> int:
    """Elements of the largest chunk."""
    return schedule.elements if width is None else schedule.rows * width


class Constant:
    """The same for every chunk: numbers, lengths, shared vectors."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def buffer(self, schedule: Schedule) -> Any:
        return self.value

    def load(self, buffer: Any, chunk: Chunk) -> Any:
        return buffer


class Own(Constant):
    """Memory of one thread that the kernel writes: scratch, status."""

    def __init__(self, make: Callable[[Schedule], Array]) -> None:
        self.make = make

    def buffer(self, schedule: Schedule) -> Any:
        return self.make(schedule)


class Rows:
    """The number of rows."""

    def buffer(self, schedule: Schedule) -> None:
        return None

    def load(self, buffer: None, chunk: Chunk) -> int:
        return chunk.stop - chunk.row


class Offsets:
    """Where each ragged row begins within the chunk, and where the last ends."""

    def __init__(self, sizes: Array) -> None:
        self.sizes = sizes

    def buffer(self, schedule: Schedule) -> Array:
        return np.zeros(schedule.rows + 1, dtype=np.int64)

    def load(self, buffer: Array, chunk: Chunk) -> Array:
        rows = chunk.stop - chunk.row
        np.cumsum(self.sizes[chunk.row : chunk.stop], out=buffer[1 : rows + 1])
        return buffer[: rows + 1]


class Slice:
    """A contiguous array of the right dtype, or output memory: no copy."""

    def __init__(self, flat: Array, width: int | None) -> None:
        self.flat = flat
        self.width = width

    def buffer(self, schedule: Schedule) -> None:
        return None

    def load(self, buffer: None, chunk: Chunk) -> Array:
        low, high = chunk.span(self.width)
        return self.flat[low:high]


class Fill:
    """A number that stands for every element."""

    def __init__(self, value: Any, width: int | None, dtype: np.dtype[Any]) -> None:
        self.value = value
        self.width = width
        self.dtype = dtype

    def buffer(self, schedule: Schedule) -> Array:
        return np.full(room(self.width, schedule), self.value, dtype=self.dtype)

    def load(self, buffer: Array, chunk: Chunk) -> Array:
        low, high = chunk.span(self.width)
        return buffer[: high - low]


class Convert:
    """Any other array: strided, byte-swapped, of another dtype."""

    def __init__(
        self, array: Array, width: int | None, batch: int, dtype: np.dtype[Any], inexact: Inexact | None, reject: Reject
    ) -> None:
        self.array = array
        self.width = width
        self.rows = flat_rows(array, batch)
        self.dtype = dtype
        self.inexact = inexact
        self.reject = reject

    def buffer(self, schedule: Schedule) -> Array:
        return np.empty(room(self.width, schedule), dtype=self.dtype)

    def load(self, buffer: Array, chunk: Chunk) -> Array:
        low, high = chunk.span(self.width)
        given = self._given(chunk, low, high)
        converted = buffer[: high - low]
        shaped = converted.reshape(given.shape)
        with np.errstate(invalid="ignore"):  # NaN as a label; `inexact` finds it
            np.copyto(shaped, given, casting="unsafe")
        if self.inexact is not None:
            bad = self.inexact(given, shaped).reshape(-1)
            if bad.any():
                self.reject(chunk, bad)
                converted[bad] = 0  # of samples without weight, and yet the kernel may use it as an index
        return converted

    def _given(self, chunk: Chunk, low: int, high: int) -> Array:
        if self.rows is None:
            return np.asarray(self.array.flat[low:high])
        return self.rows[low:high] if self.width is None else self.rows[chunk.row : chunk.stop]


class Checked:
    """Another slot whose values are tested as they pass by."""

    def __init__(self, slot: Slot, find_bad: Callable[[Array], Array | None], reject: Reject) -> None:
        self.slot = slot
        self.find_bad = find_bad
        self.reject = reject

    def buffer(self, schedule: Schedule) -> Any:
        return self.slot.buffer(schedule)

    def load(self, buffer: Any, chunk: Chunk) -> Any:
        values = self.slot.load(buffer, chunk)
        bad = self.find_bad(values)
        if bad is not None and bad.any():
            self.reject(chunk, bad)
        return values


def flat_rows(array: Array, batch: int) -> Array | None:
    """A view with the ``batch`` leading dimensions made one, or ``None`` where strides forbid it."""
    shape, strides = array.shape, array.strides
    for outer in range(batch - 1):
        if shape[outer] != 1 and strides[outer] != strides[outer + 1] * shape[outer + 1] and array.size:
            return None
    leading = int(np.prod(shape[:batch], dtype=np.int64))
    return array.reshape((leading, *shape[batch:]))
