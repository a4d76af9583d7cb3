"""Time per element from few samples to many, and from two classes to a million."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

import symloss as sl
from benchmarks.child import Record
from benchmarks.report import Table
from symloss.audit.timing import alone

THREADS = 1
SAMPLES = (1_000, 3_000, 10_000, 30_000, 100_000, 1_000_000, 10_000_000, 100_000_000)
CLASSES = (2, 3, 5, 10, 30, 100, 300, 1_000, 10_000, 100_000, 1_000_000)
ELEMENTS = 4_000_000
"""Of a softmax, for every number of classes."""


def work(quick: bool) -> Iterator[Record]:
    """Value and gradient into arrays made beforehand, one thread."""
    seconds = 0.1 if quick else 0.5
    for dtype in ("float64", "float32"):
        for samples in SAMPLES[:-1] if quick else SAMPLES:
            yield _binary(samples, dtype, seconds)
    for dtype in ("float64", "float32"):
        for classes in CLASSES:
            yield _softmax(classes, dtype, seconds)


def _binary(samples: int, dtype: str, seconds: float) -> Record:
    random = np.random.default_rng(1)
    y = np.empty(samples, dtype)
    z = random.standard_normal(samples, dtype=dtype)  # type: ignore[call-overload]
    np.greater(z, 0.5, out=y, casting="unsafe")
    out = (np.empty_like(z), np.empty_like(z))
    loss = sl.get("binary_cross_entropy_with_logits")
    taken = alone(lambda: loss.value_and_gradient(y, z, out=out, n_threads=1), seconds)
    return {"size": samples, "kind": "binary", "dtype": dtype, "elements": samples, "seconds": taken}


def _softmax(classes: int, dtype: str, seconds: float) -> Record:
    random = np.random.default_rng(1)
    rows = max(1, ELEMENTS // classes)
    z = random.standard_normal((rows, classes), dtype=dtype)  # type: ignore[call-overload]
    labels = random.integers(0, classes, rows)
    out = (np.empty(rows, dtype), np.empty_like(z))
    loss = sl.get("sparse_softmax_cross_entropy")
    taken = alone(lambda: loss.value_and_gradient(labels, z, out=out, n_threads=1), seconds)
    return {"size": classes, "kind": "softmax", "dtype": dtype, "elements": z.size, "seconds": taken}


def tables(records: Sequence[Record]) -> list[Table]:
    """Nanoseconds per element, and how far the worst size is from the best."""
    return [
        _table("binary", "Scale: binary cross-entropy by samples", "samples", records),
        _table("softmax", f"Scale: softmax cross-entropy by classes, {ELEMENTS:,} elements", "classes", records),
    ]


def _table(kind: str, title: str, size: str, records: Sequence[Record]) -> Table:
    chosen = [r for r in records if r["kind"] == kind]
    dtypes = list(dict.fromkeys(r["dtype"] for r in chosen))
    per_element = {(r["size"], r["dtype"]): 1e9 * r["seconds"] / r["elements"] for r in chosen}
    sizes = list(dict.fromkeys(r["size"] for r in chosen))
    notes = []
    for dtype in dtypes:
        large = {
            r["size"]: per_element[r["size"], dtype] for r in chosen if r["elements"] >= 1e4 and r["dtype"] == dtype
        }
        worst, best = max(large, key=large.__getitem__), min(large, key=large.__getitem__)
        notes.append(
            f"{dtype}, from 10,000 elements on: worst at {worst:,}, best at {best:,}, "
            f"ratio {large[worst] / large[best]:.2f} (goal: at most 2)"
        )
    return Table(
        title,
        "Nanoseconds per element for value and gradient, one thread, into arrays made beforehand.",
        (size, *dtypes),
        [(f"{n:,}", *(f"{per_element[n, dtype]:.3g}" for dtype in dtypes)) for n in sizes],
        notes,
    )
