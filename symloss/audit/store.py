"""Exact results are kept in the cache folder: they depend on the declaration and the points alone."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from symloss.compile.store import cache_directory

from .batch import Batch
from .reals import Reals

FOLDER = "exact"
VERSION = "3"
"""Changes with the meaning of what is kept: how exact results are found."""


def kept(about: tuple[str, ...], batch: Batch, compute: Callable[[], Reals]) -> Reals:
    """What ``compute`` gives, or gave at an earlier time for the same expression and points."""
    path = cache_directory() / FOLDER / f"{_digest(about, batch)}.npz"
    found = _read(path)
    if found is None:
        found = compute()
        _write(path, found)
    return found


def _digest(about: tuple[str, ...], batch: Batch) -> str:
    state = hashlib.sha256(repr((VERSION, about, sorted(batch.parameters.items()))).encode())
    for name, array in sorted(batch.arrays.items()):
        state.update(f"{name} {array.dtype} {array.shape}".encode())
        state.update(np.ascontiguousarray(array).tobytes())
    return state.hexdigest()[:32]


def _read(path: Path) -> Reals | None:
    try:
        with np.load(path, allow_pickle=False) as stored:
            return Reals(stored["near"], stored["rest"], stored["exponent"], stored["known"])
    except (OSError, ValueError, KeyError, EOFError):
        return None  # not there, or cut short: found anew


def _write(path: Path, reals: Reals) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        np.savez(file, near=reals.near, rest=reals.rest, exponent=reals.exponent, known=reals.known)
    Path(temporary).replace(path)


__all__: list[Any] = ["kept"]
