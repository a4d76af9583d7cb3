"""The same numbers in every memory layout that a caller may bring."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def strided(a: Array) -> Array:
    wide = np.repeat(a, 3, axis=-1)
    return wide[..., ::3]


def reversed_rows(a: Array) -> Array:
    return np.ascontiguousarray(a[::-1])[::-1]


def padded(a: Array) -> Array:
    wide = np.zeros((*a.shape[:-1], a.shape[-1] + 2), a.dtype)
    wide[..., 1:-1] = a
    return wide[..., 1:-1]


def read_only(a: Array) -> Array:
    b = a.copy()
    b.flags.writeable = False
    return b


def unaligned(a: Array) -> Array:
    memory = np.zeros(a.nbytes + 1, np.uint8)
    view = memory[1:].view(a.dtype).reshape(a.shape)
    view[...] = a
    return view


LAYOUTS: dict[str, Callable[[Array], Any]] = {
    "C": lambda a: a,
    "Fortran": lambda a: np.asarray(a, order="F"),
    "strided": strided,
    "negative": reversed_rows,
    "padded": padded,
    "byteswapped": lambda a: a.astype(a.dtype.newbyteorder()),
    "read-only": read_only,
    "unaligned": unaligned,
    "list": lambda a: a.tolist(),
    "masked, nothing masked": np.ma.MaskedArray,
}
