"""Limits of the machine: one pass of ``np.exp`` (where the loss has an exponential) or of ``np.add`` over the data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.contender import Contender
from benchmarks.rows import Array, Row

NAME = "limit"
SUMMED = False
EXACT = False
SPINS = False


def version() -> str:
    return f"numpy {np.__version__}"


def contender(row: Row, inputs: Sequence[Array], threads: int) -> Contender:
    """The pass over a row's prediction, cut into one stretch per thread."""
    y, z = inputs[0].reshape(-1), inputs[-1].reshape(-1)
    out = np.empty_like(z)
    parts = _parts(len(z), threads)
    if row.limit == "add":
        passes = [partial(np.add, z[part], y[part], out=out[part]) for part in parts]
    else:
        passes = [partial(np.exp, z[part], out=out[part]) for part in parts]
    # One exponential for every pair of entries of a row is that many passes over the row.
    count = row.shape[-1] if row.limit == "exp of pairs" else 1
    return Contender(_runner(passes, count), tuple)


def _parts(length: int, threads: int) -> list[slice]:
    ends = [length * n // threads for n in range(threads + 1)]
    return [slice(a, b) for a, b in pairwise(ends)]


def _runner(passes: Sequence[Callable[[], Any]], count: int) -> Callable[[], Any]:
    def repeat(one: Callable[[], Any]) -> None:
        for _ in range(count):
            one()

    if len(passes) == 1:
        return lambda: repeat(passes[0])
    pool = ThreadPoolExecutor(len(passes) - 1)

    def run() -> None:
        others = [pool.submit(repeat, one) for one in passes[1:]]
        repeat(passes[0])
        for other in others:
            other.result()

    return run
