"""Two threads against one, at every size; and whether the results are the same to the last bit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from benchmarks.child import Record
from benchmarks.losses import loss_named
from benchmarks.report import Table
from benchmarks.rows import Row, chosen
from symloss.audit.timing import paired

THREADS = 2
#: So often either thread computes its half before it meets the other, where the machine's own limit is measured.
APART = 8
#: Below so many numbers that limit is of no interest.
FEW = 100_000
SIZES = (32, 1_000, 10_000, 20_000, 40_000, 100_000, 300_000, 1_000_000, 10_000_000)
#: Their rows have a million elements and more.
LARGE = (
    "squared_error", "huber", "poisson", "softmax_labels_1000000x3", "softmax_labels_100000x10",
    "softmax_labels_8192x1000", "softmax_labels_64x128000", "softmax_dense_8192x1000", "dice", "info_nce",
    "approx_ndcg",
)  # fmt: skip


def work(quick: bool) -> Iterator[Record]:
    """Binary cross-entropy at every size, then the large rows."""
    seconds = 0.15 if quick else 0.6
    for size in SIZES[:-1] if quick else SIZES:
        yield _measured(chosen(["binary_cross_entropy"], size)[0], seconds)
    for name in LARGE:
        yield _measured(chosen([name])[0], seconds)


def _measured(row: Row, seconds: float) -> Record:
    inputs = row.inputs("float64")
    method = loss_named(row.loss).value_and_gradient
    sides = [tuple(map(np.asarray, method(*inputs))) for _ in range(3)]
    numbers = (1, 2, None)
    one, two, free = (
        lambda out=out, n=n: method(*inputs, out=out, n_threads=n) for out, n in zip(sides, numbers, strict=True)
    )
    against_two = paired(one, two, seconds)
    against_free = paired(one, free, seconds / 2)
    apart = _apart(method, inputs, sides[:2], seconds / 2)
    same = all(
        np.array_equal(a, b, equal_nan=True) for other in sides[1:] for a, b in zip(sides[0], other, strict=True)
    )
    return {
        "work": row.name, "size": row.size, "one": against_two.ours, "two": against_two.theirs,
        "speed-up": against_two.ratio, "low": against_two.low, "default": against_free.ratio, "same bits": same,
        "apart": apart,
    }  # fmt: skip


def _apart(method: Callable[..., Any], inputs: Sequence[Any], sides: Sequence[Any], seconds: float) -> float | None:
    """The speed-up where two threads share nothing but the machine: each has half of the samples, many times over."""
    samples = len(inputs[0])
    if sides[0][0].ndim == 0 or inputs[-1].size < FEW:
        return None  # one sample cannot be halved, and few are never handed out
    parts = slice(0, samples // 2), slice(samples // 2, samples)

    def half(part: slice) -> None:
        for _ in range(APART):
            method(*(a[part] for a in inputs), out=tuple(a[part] for a in sides[1]), n_threads=1)

    def one() -> None:
        for _ in range(APART):
            method(*inputs, out=sides[0], n_threads=1)

    with ThreadPoolExecutor(THREADS) as pool:
        return paired(one, lambda: list(pool.map(half, parts)), seconds).ratio


def tables(records: Sequence[Record]) -> list[Table]:
    """Speed-ups by size."""
    return [
        Table(
            "Threads",
            "Value and gradient, float64, pinned to two cores. Speed-up of two threads over one (median of "
            "paired runs, lower quartile), and of what is chosen by default. "
            f"Goals: 1.8 from a million elements on, never below 1. Apart: two threads with half of the samples each, "
            f"{APART} times over before they meet, which is what the machine has for two threads.",
            (
                "work",
                "size",
                "one thread, ms",
                "two threads, ms",
                "speed-up",
                "lower quartile",
                "default",
                "apart",
                "same bits",
            ),
            [_line(r) for r in records],
        )
    ]


def _line(r: Record) -> tuple[str, ...]:
    times = f"{1e3 * r['one']:.3g}", f"{1e3 * r['two']:.3g}"
    ratios = f"{r['speed-up']:.2f}", f"{r['low']:.2f}", f"{r['default']:.2f}"
    apart = "–" if r.get("apart") is None else f"{r['apart']:.2f}"
    return r["work"], r["size"], *times, *ratios, apart, "yes" if r["same bits"] else "NO"
