"""What "sums over larger entries" means, to the last bit: plain Python, run by the interpreter, part of every kernel.

An order is an array of four numbers for each entry: places in descending order of the keys, room, the keys in that
order, and room again. Which entries are added in which order depends on the keys alone. Only names
that generated code knows (`uint64`, `two_sum`) may be used here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy import uint64

from symloss.lower.reductions import two_sum
from symloss.lower.vectors import Readable

ROOM = 4
"""Numbers of room for each entry: places and keys, each of them twice."""


def sort(keys: Readable, order: Any, count: int) -> None:
    """Places of the keys in descending order to order[:count], NaN first; equal keys keep their order.

    The sorted keys stand from order[2 * count] on. Merges runs of twice the length in each pass, from one half of the
    room to the other.
    """
    passes, length = 0, 1
    while length < count:
        passes, length = passes + 1, 2 * length
    # The last pass has to end in the first half.
    source = count * (passes % 2)
    for i in range(count):
        order[uint64(source + i)] = float(i)
        order[uint64(2 * count + source + i)] = float(keys[uint64(i)])
    length = 1
    while length < count:
        merge(order, source, count, length)
        source, length = count - source, 2 * length


def merge(order: Any, source: int, count: int, length: int) -> None:
    """Merge neighbouring runs of that length, from the half of the room that begins at ``source`` to the other."""
    goal, keys = count - source, 2 * count
    for start in range(0, count, 2 * length):
        middle = start + length if start + length < count else count
        stop = middle + length if middle + length < count else count
        i, j = start, middle
        for k in range(start, stop):
            # Choices and no jumps, which a processor would have to guess.
            left = source + (i if i < middle else middle - 1)
            right = source + (j if j < stop else stop - 1)
            a, b = order[uint64(keys + left)], order[uint64(keys + right)]
            first = (i < middle) & ((j >= stop) | (not ((b > a) | ((b != b) & (a == a)))))
            place = order[uint64(left)] if first else order[uint64(right)]
            order[uint64(keys + goal + k)] = a if first else b
            order[uint64(goal + k)] = place
            i, j = (i + 1, j) if first else (i, j + 1)


def sums_of_larger(weights: Readable, order: Readable, sums: Any, count: int) -> None:
    """To each entry the sum of the weights of entries whose key is larger."""
    total, error, begin = 0.0, 0.0, 0
    while begin < count:
        end = end_of_run(order, begin, count, 1, count)
        part, lost = run_total(weights, order, begin, end, sums, total + error, count)
        total, rounding = two_sum(total, part)
        error += rounding + lost
        begin = end


def sums_of_smaller(weights: Readable, order: Readable, sums: Any, count: int) -> None:
    """To each entry the sum of the weights of entries whose key is smaller."""
    total, error, end = 0.0, 0.0, count
    while end > 0:
        begin = end_of_run(order, end - 1, -1, -1, count) + 1
        part, lost = run_total(weights, order, begin, end, sums, total + error, count)
        total, rounding = two_sum(total, part)
        error += rounding + lost
        end = begin


def sums_of_level(weights: Readable, order: Readable, sums: Any, count: int) -> None:
    """To each entry the sum of the weights of entries with the same key, its own among them."""
    begin = 0
    while begin < count:
        end = end_of_run(order, begin, count, 1, count)
        part, lost = run_total(weights, order, begin, end, sums, 0.0, count)
        for i in range(begin, end):
            sums[uint64(order[uint64(i)])] = part + lost
        begin = end


def sums_of_earlier(weights: Readable, order: Readable, sums: Any, count: int) -> None:
    """To each entry the sum of the weights of entries with the same key that come before it."""
    total, error, key = 0.0, 0.0, 0.0
    for i in range(count):
        place, here = uint64(order[uint64(i)]), order[uint64(2 * count + i)]
        total, error = (total, error) if here == key else (0.0, 0.0)
        sums[place] = total + error
        total, rounding = two_sum(total, float(weights[place]))
        error += rounding
        key = here


def end_of_run(order: Readable, begin: int, end: int, step: int, count: int) -> int:
    """Where the run of equal keys that begins at ``begin`` of the order ends: the first place behind it."""
    x = order[uint64(2 * count + begin)]
    i = begin + step
    while i != end and order[uint64(2 * count + i)] == x:
        i += step
    return i


def run_total(
    weights: Readable, order: Readable, begin: int, end: int, sums: Any, given: float, count: int
) -> tuple[float, float]:
    """The weights of a run, and the rounding error; 0 where the key is not a number. ``given`` goes to its sums."""
    x = order[uint64(2 * count + begin)]
    total, error, known = 0.0, 0.0, x == x
    for i in range(begin, end):
        place = uint64(order[uint64(i)])
        sums[place] = given if known else 0.0
        total, rounding = two_sum(total, float(weights[place]) if known else 0.0)
        error += rounding
    return total, error


NAMES = {kind: f"sums_of_{kind}" for kind in ("larger", "smaller", "level", "earlier")}

RUNS = (end_of_run, run_total)

PARTS: dict[str, tuple[Callable[..., Any], ...]] = {
    "sort": (merge, sort),
    "larger": (*RUNS, sums_of_larger),
    "smaller": (*RUNS, sums_of_smaller),
    "level": (*RUNS, sums_of_level),
    "earlier": (sums_of_earlier,),
}
