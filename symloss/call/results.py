"""Where results go: new arrays, the caller's ``out``, sums; and their structure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np

from symloss.call.arrays import Array
from symloss.call.bound import Bound
from symloss.call.chunks import Chunk, Schedule
from symloss.call.slots import Slice, flat_rows, room
from symloss.errors import ParameterError, ShapeError

#: Names of outputs as the caller wants them back: "value", ("value", ("gradient_mu", "gradient_s")).
Structure: TypeAlias = "str | tuple[Structure, ...]"


def names(structure: Structure) -> Iterator[str]:
    """The names in a structure, in order."""
    if isinstance(structure, str):
        yield structure
    else:
        for part in structure:
            yield from names(part)


def rebuilt(structure: Structure, results: dict[str, Any]) -> Any:
    """The results in the structure of their names."""
    if isinstance(structure, str):
        return results[structure]
    return tuple(rebuilt(part, results) for part in structure)


def flattened_out(structure: Structure, out: object) -> dict[str, Array | None]:
    """The caller's arrays by name of output; a `ParameterError` where their structure differs."""
    if out is None:
        return dict.fromkeys(names(structure))
    if isinstance(structure, str):
        if not isinstance(out, np.ndarray):
            raise ParameterError(f"out for {structure} is a {type(out).__name__}; expected a NumPy array")
        return {structure: out}
    if not isinstance(out, (tuple, list)) or len(out) != len(structure):
        raise ParameterError(f"out does not match the results; expected a tuple of arrays {_text(structure)}")
    parts = (flattened_out(part, one) for part, one in zip(structure, out, strict=True))
    return {name: array for part in parts for name, array in part.items()}


def _text(structure: Structure) -> str:
    return structure if isinstance(structure, str) else f"({', '.join(map(_text, structure))})"


def check_out(name: str, out: Array, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    """Shape, dtype and writeability of one of the caller's arrays."""
    if out.shape != shape or out.dtype != dtype:
        raise ShapeError(
            f"out for {name} has shape {out.shape} and dtype {out.dtype}; "
            f"expected {shape} and {dtype}: write np.empty({shape}, {dtype.name!r})"
        )
    if not out.flags.writeable:
        raise ShapeError(f"out for {name} is read-only; expected an array that can be written")


def must_copy(bound: Bound, name: str, out: Array) -> bool:
    """Whether ``out`` is written through scratch: it is not contiguous, or it is an input itself.

    Memory shared in any other way would change inputs of chunks still to come.
    """
    arrays: Sequence[tuple[str, Array]] = [*bound.arrays.items()]
    if bound.weight is not None:
        arrays = [*arrays, ("sample_weight", bound.weight)]
    same = False
    for argument, array in arrays:
        if not np.may_share_memory(out, array):
            continue
        pointers_differ = array.__array_interface__["data"][0] != out.__array_interface__["data"][0]
        if pointers_differ or array.strides != out.strides or array.shape != out.shape:
            raise ShapeError(f"out for {name} shares memory with {bound.name(argument)}; expected memory of its own")
        same = True
    return same or not out.flags.carray


class Through:
    """An output that the kernel writes to scratch, and `store` copies to its place."""

    def __init__(self, out: Array, width: int | None, batch: int) -> None:
        self.out = out
        self.width = width
        self.rows = flat_rows(out, batch)

    def buffer(self, schedule: Schedule) -> Array:
        return np.empty(room(self.width, schedule), dtype=self.out.dtype)

    def load(self, buffer: Array, chunk: Chunk) -> Array:
        low, high = chunk.span(self.width)
        return buffer[: high - low]

    def store(self, buffer: Array, chunk: Chunk) -> None:
        low, high = chunk.span(self.width)
        if self.rows is None:
            self.out.flat[low:high] = buffer[: high - low]
            return
        place = self.rows[low:high] if self.width is None else self.rows[chunk.row : chunk.stop]
        place[...] = buffer[: high - low].reshape(place.shape)


def output_slot(bound: Bound, name: str, out: Array, width: int | None, is_new: bool) -> Slice | Through:
    """The slot of a result per sample."""
    if not is_new and must_copy(bound, name, out):
        batch = 1 if width is None else len(bound.batch)
        return Through(out, width, batch)
    return Slice(out.reshape(-1), width)
