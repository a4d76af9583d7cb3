"""Two things timed in turn, so that whatever else the machine does meets both."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

Run = Callable[[], Any]

#: A clock is read no more often than this (in seconds): shorter runs are repeated inside one reading.
_SHORTEST = 2e-4
_FEWEST, _MOST = 5, 101


@dataclass(frozen=True)
class Pair:
    """Medians in seconds, and the median of the ratios of neighbouring runs with its quartiles."""

    ours: float
    theirs: float
    ratio: float
    low: float
    high: float
    repeats: int


@contextmanager
def no_collection() -> Iterator[None]:
    """No garbage collector while a clock runs."""
    was = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def paired(ours: Run, theirs: Run, seconds: float, *, settle: float = 0.0) -> Pair:
    """Time both in turn for about ``seconds`` in all; the order changes from one pair to the next.

    ``settle`` is a pause before every run: idle threads of a pool that has just worked spin for some milliseconds, and
    would take a core from the other side.
    """
    inner = [_inner(run) for run in (ours, theirs)]
    first = [_timed(run, n) * n for run, n in zip((ours, theirs), inner, strict=True)]
    repeats = _repeats(seconds, sum(first) + 2 * settle)
    times: tuple[list[float], list[float]] = ([], [])
    with no_collection():
        for number in range(repeats):
            for side in (0, 1) if number % 2 == 0 else (1, 0):
                if settle:
                    time.sleep(settle)
                times[side].append(_timed((ours, theirs)[side], inner[side]))
    ratios = [a / b for a, b in zip(*times, strict=True)]
    low, _, high = quantiles(ratios, n=4) if repeats > 1 else (ratios[0],) * 3
    return Pair(median(times[0]), median(times[1]), median(ratios), low, high, repeats)


def alone(run: Run, seconds: float) -> float:
    """The median time of one thing, in seconds."""
    inner = _inner(run)
    repeats = _repeats(seconds, _timed(run, inner) * inner)
    with no_collection():
        return median(_timed(run, inner) for _ in range(repeats))


def _repeats(seconds: float, one: float) -> int:
    if seconds <= 0:
        return 1
    # What takes a second and more is run three times all the same.
    return max(min(_FEWEST, 3 if one > seconds else _FEWEST), min(_MOST, int(seconds / one)))


def _inner(run: Run) -> int:
    """How many runs one reading of the clock takes; the first run compiles and is not counted."""
    run()
    one = _timed(run, 1)
    return max(1, int(_SHORTEST / max(one, 1e-9)))


def _timed(run: Run, count: int) -> float:
    start = time.perf_counter()
    for _ in range(count):
        run()
    return (time.perf_counter() - start) / count
