"""Memory that a call takes beside its results, for inputs of 2 GiB in memory-mapped files."""

from __future__ import annotations

import os
import tempfile
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import symloss as sl
from benchmarks.child import Record
from benchmarks.report import Table
from benchmarks.rows import Array

THREADS = 2
GIB = 2**30
LARGE = 2**20  # rows
Inputs = tuple[Array, ...]


class Files:
    """Sparse files of zeros, mapped into memory: they take neither disk nor memory until they are read."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)
        self.count = 0

    def zeros(self, shape: tuple[int, ...], dtype: str, order: Any = "C") -> Array:
        """A mapped array of zeros."""
        self.count += 1
        return np.memmap(self.folder / f"{self.count}", dtype=dtype, mode="w+", shape=shape, order=order)


def work(quick: bool) -> Iterator[Record]:
    """Every case with one thread and with two; ``quick`` uses 256 MiB."""
    size = GIB // 4 if quick else 2 * GIB
    for name, case in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            call, inputs, row = case(Files(folder), size)
            for threads in (1, 2):
                yield _measured(name, call, inputs, row, threads)


def _measured(name: str, call: Callable[..., Any], inputs: Inputs, row: int, threads: int) -> Record:
    for rows in (1, LARGE):  # compiles what small and large calls take, and makes the pool
        call(*(array[:rows] for array in inputs), threads)
    tracemalloc.start()
    with Watch() as watch:
        made = call(*inputs, threads)
        traced = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    outputs = sum(a.nbytes for a in _arrays(made))
    return {
        "call": name, "threads": threads, "inputs": sum(a.nbytes for a in inputs), "outputs": outputs, "row": row,
        "traced": traced - outputs, "anonymous": watch.peak - outputs,
    }  # fmt: skip


def _arrays(made: Any) -> Iterator[Array]:
    """Results that the call allocated: those in files are not counted."""
    if isinstance(made, tuple):
        for part in made:
            yield from _arrays(part)
    elif isinstance(made, np.ndarray) and not isinstance(made, np.memmap):
        yield made


class Watch:
    """The growth of memory that belongs to no file, from outside Python: sampled every half millisecond."""

    def __enter__(self) -> Watch:
        self.start = self.peak = _anonymous()
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._sample)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.thread.join()
        self.peak -= self.start

    def _sample(self) -> None:
        while not self.done.is_set():
            self.peak = max(self.peak, _anonymous())
            time.sleep(5e-4)


def _anonymous() -> int:
    """Resident pages that are not of files; 0 where the system does not say."""
    try:
        _, resident, shared = Path("/proc/self/statm").read_text().split()[:3]
    except OSError:
        return 0
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")


# --- cases ----------------------------------------------------------------------------------------


def _binary(files: Files, size: int) -> Inputs:
    n = size // 16
    return files.zeros((n,), "float64"), files.zeros((n,), "float64")


def _mean(files: Files, size: int) -> Any:
    loss = sl.get("binary_cross_entropy_with_logits")
    return lambda y, z, t: loss.value(y, z, reduction="mean", n_threads=t), _binary(files, size), 16


def _gradient(files: Files, size: int) -> Any:
    loss = sl.get("binary_cross_entropy_with_logits")
    return lambda y, z, t: loss.gradient(y, z, n_threads=t), _binary(files, size), 16


def _into_file(files: Files, size: int) -> Any:
    loss, inputs = sl.get("binary_cross_entropy_with_logits"), _binary(files, size)
    out = files.zeros(inputs[1].shape, "float64")
    return lambda y, z, t: loss.gradient(y, z, out=out[: len(z)], n_threads=t), inputs, 16


def _converted(files: Files, size: int) -> Any:
    n = size // 9
    inputs = files.zeros((n,), "int8"), files.zeros((n,), "float64")
    loss = sl.get("binary_cross_entropy_with_logits")
    return lambda y, z, t: loss.value(y, z, reduction="sum", n_threads=t), inputs, 9


def _strided(files: Files, size: int) -> Any:
    n = size // 32
    inputs = files.zeros((n, 2), "float64")[:, 0], files.zeros((n, 2), "float64")[:, 1]
    loss = sl.get("binary_cross_entropy_with_logits")
    return lambda y, z, t: loss.value(y, z, reduction="sum", n_threads=t), inputs, 32


def _weighted(files: Files, size: int) -> Any:
    n = size // 24
    inputs = tuple(files.zeros((n,), "float64") for _ in range(3))
    inputs[2][:1000] = 1.0
    loss = sl.get("binary_cross_entropy_with_logits")
    return lambda y, z, w, t: loss.value(y, z, sample_weight=w, reduction="sum", n_threads=t), inputs, 24


def _rows(classes: int, order: str) -> Any:
    def case(files: Files, size: int) -> Any:
        n = size // (8 * classes)
        inputs = np.zeros(n, dtype="int64"), files.zeros((n, classes), "float64", order)
        loss = sl.get("sparse_softmax_cross_entropy")
        return lambda c, z, t: loss.value(c, z, reduction="mean", n_threads=t), inputs, 8 * classes

    return case


CASES: dict[str, Callable[[Files, int], Any]] = {
    "binary cross-entropy, mean": _mean,
    "binary cross-entropy, gradient": _gradient,
    "binary cross-entropy, gradient into a file": _into_file,
    "binary cross-entropy, targets converted from int8": _converted,
    "binary cross-entropy, strided": _strided,
    "binary cross-entropy, weighted": _weighted,
    "softmax cross-entropy, 1,000 classes": _rows(1_000, "C"),
    "softmax cross-entropy, 1,000 classes, Fortran order": _rows(1_000, "F"),
    "softmax cross-entropy, 1,000,000 classes": _rows(1_000_000, "C"),
}


def tables(records: Sequence[Record]) -> list[Table]:
    """Peaks beside the results, and whether they are within the bound."""
    return [
        Table(
            "Memory",
            "Peak beside inputs in mapped files and beside results, per thread: as NumPy and Python report it "
            "(tracemalloc), and as the system sees it (pages of no file, which come in steps). "
            "Goal: 1 MiB, or a few rows where a row is longer.",
            ("call", "threads", "inputs, GiB", "results, MiB", "traced, KiB", "system, KiB", "row, KiB", "per thread"),
            [_line(r) for r in records],
        )
    ]


def _line(r: Record) -> tuple[str, ...]:
    each = r["traced"] / r["threads"]
    bound = max(2**20, 4 * r["row"])
    return (
        r["call"], str(r["threads"]), f"{r['inputs'] / GIB:.2f}", f"{r['outputs'] / 2**20:.1f}",
        f"{r['traced'] / 1024:,.0f}", f"{r['anonymous'] / 1024:,.0f}", f"{r['row'] / 1024:,.2f}",
        f"{each / 2**20:.2f} MiB" + ("" if each <= bound else " (too much)"),
    )  # fmt: skip
