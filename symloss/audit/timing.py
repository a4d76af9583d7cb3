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
#: Repeats: of what takes long, of what takes seconds, of everything else.
_FEW, _LEAST = 3, 2
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


def paired(ours: Run, theirs: Run, seconds: float, *, settle: float = 0.0, ran: bool = False) -> Pair:
    """Time both in turn for about ``seconds`` in all; the order changes from one pair to the next.

    ``settle`` is a pause between theirs and ours: idle threads of a pool that has just worked spin for some
    milliseconds, and would take a core from the other side. After it ours is run once without a clock: cores that have
    slept are slow, and theirs are never asked after a pause. Both are run once before (what compiles, compiles then)
    unless they ``ran`` already.
    """
    sides = (ours, theirs)
    if not ran:
        ours()
        theirs()
    guess = tuple(_timed(run, 1) for run in sides)
    inner = tuple(max(1, int(_SHORTEST / max(one, 1e-9))) for one in guess)
    repeats = _repeats(seconds, sum(one * count for one, count in zip(guess, inner, strict=True)) + settle / 2)
    times: tuple[list[float], list[float]] = ([], [])
    if repeats == _LEAST and inner == (1, 1) and seconds > 0:  # what is slow is not run once more than needed
        times[0].append(guess[0])
        times[1].append(guess[1])
    last = 1
    with no_collection():
        for number in range(repeats - len(times[0])):
            for side in (0, 1) if number % 2 == 0 else (1, 0):
                if settle and (last, side) == (1, 0):
                    time.sleep(settle)
                    ours()
                times[side].append(_timed(sides[side], inner[side]))
                last = side
    ratios = [a / b for a, b in zip(*times, strict=True)]
    low, _, high = quantiles(ratios, n=4, method="inclusive") if repeats > 1 else (ratios[0],) * 3
    return Pair(median(times[0]), median(times[1]), median(ratios), low, high, repeats)


def alone(run: Run, seconds: float) -> float:
    """The median time of one thing, in seconds; the first run is not counted."""
    run()
    one = _timed(run, 1)
    inner = max(1, int(_SHORTEST / max(one, 1e-9)))
    with no_collection():
        return median(_timed(run, inner) for _ in range(_repeats(seconds, one * inner)))


def _repeats(seconds: float, one: float) -> int:
    if seconds <= 0:
        return 1
    if one > 2 * seconds:
        return _LEAST if one > 1.0 else _FEW
    return max(_FEWEST, min(_MOST, int(seconds / one)))


def _timed(run: Run, count: int) -> float:
    start = time.perf_counter()
    for _ in range(count):
        run()
    return (time.perf_counter() - start) / count
