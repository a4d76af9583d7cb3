"""What "sum over an axis" means, to the last bit: plain Python, run by the interpreter, inlined into every kernel.

The order of the operations depends on the number of values alone. Each function is
written so that LLVM needs no permission to reorder: a sum has eight running sums, a
maximum is one of integers, of which order is no question. Only names that generated
code knows (`math`, `bits`, `from_bits`, `uint64`) may be used here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from numpy import uint64

from symloss.elementary.primitives import bits, from_bits

Readable = Any
"""An array that a function reads only: in a kernel such a function is compiled once for arrays of either kind."""


def two_sum(a: float, b: float) -> tuple[float, float]:
    """The sum, and its rounding error; no error where the sum is not finite."""
    total = a + b
    back = total - a
    error = (a - (total - back)) + (b - back)
    return total, error if error == error else 0.0


def sum_of(values: Readable, start: int, count: int) -> float:
    """The sum of values[start : start + count].

    Blocks of 32 in eight running sums, which is as fast as memory and has an error of
    seven roundings at most; from block to block the rounding errors are kept, so that
    long rows are no less accurate than short ones.
    """
    total, error = 0.0, 0.0
    eights = count - count % 8
    for block in range(0, eights, 32):
        a, b, c, d, e, f, g, h = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        stop = block + 32 if block + 32 < eights else eights  # `min` would be one more function to compile
        for i in range(start + block, start + stop, 8):
            a += values[uint64(i)]
            b += values[uint64(i + 1)]
            c += values[uint64(i + 2)]
            d += values[uint64(i + 3)]
            e += values[uint64(i + 4)]
            f += values[uint64(i + 5)]
            g += values[uint64(i + 6)]
            h += values[uint64(i + 7)]
        total, lost = two_sum(total, ((a + e) + (c + g)) + ((b + f) + (d + h)))
        error += lost
    rest = 0.0
    for i in range(start + eights, start + count):
        rest += values[uint64(i)]
    total, lost = two_sum(total, rest)
    return total + (error + lost)


def max_of(values: Readable, start: int, count: int) -> float:
    """The largest of values[start : start + count]; NaN if any is NaN, -inf if there is none.

    A double's bits, all but the sign inverted if it is negative, order as the doubles do;
    and a running maximum of integers becomes a vector one, which one of doubles does not.
    """
    inverted = 0x7FFFFFFFFFFFFFFF
    largest = bits(-math.inf) ^ inverted
    for i in range(count):
        x = float(values[uint64(start + i)])
        ordered = bits(x) ^ ((bits(x) >> 63) & inverted)
        ordered = ordered if x == x else inverted  # a NaN is the largest
        largest = ordered if ordered > largest else largest
    return from_bits(largest ^ ((largest >> 63) & inverted)) + 0.0  # of zeros, the positive one


def argmax_of(values: Readable, start: int, count: int) -> int:
    """The position of the first largest value, or of the first NaN if there is one; 0 if there is no value."""
    return place_of(values, start, count, max_of(values, start, count))


def place_of(values: Readable, start: int, count: int, largest: float) -> int:
    """`argmax_of`, given the largest value."""
    found = count
    for i in range(count):
        x = float(values[uint64(start + i)])
        here = i if (x == largest) | ((x != x) & (largest != largest)) else count
        found = here if here < found else found
    return found if found < count else 0


def ties_of(values: Readable, start: int, count: int) -> int:
    """How many values equal the largest; 0 if one is NaN."""
    return count_of(values, start, count, max_of(values, start, count))


def count_of(values: Readable, start: int, count: int, largest: float) -> int:
    """`ties_of`, given the largest value."""
    found = 0
    for i in range(count):
        found += 1 if float(values[uint64(start + i)]) == largest else 0
    return found


def lane_sums(values: Readable, count: int, lanes: int, room: Any, work: int, result: int) -> None:
    """`sum_of` for every lane: values[i * 64 + lane] over i < count <= 32, to room[result + lane].

    ``room`` from ``work`` on is for the eight running sums.
    """
    eights = count - count % 8
    if eights > 0:
        for i in range(8 * 64):
            room[uint64(work + i)] = 0.0
    for i in range(eights):
        running = work + (i % 8) * 64
        for lane in range(lanes):
            room[uint64(running + lane)] += values[uint64(i * 64 + lane)]
    for lane in range(lanes):
        total = 0.0
        if eights > 0:
            a, b = room[uint64(work + lane)], room[uint64(work + 64 + lane)]
            c, d = room[uint64(work + 128 + lane)], room[uint64(work + 192 + lane)]
            e, f = room[uint64(work + 256 + lane)], room[uint64(work + 320 + lane)]
            g, h = room[uint64(work + 384 + lane)], room[uint64(work + 448 + lane)]
            total = 0.0 + (((a + e) + (c + g)) + ((b + f) + (d + h)))
        room[uint64(work + lane)] = total
        room[uint64(result + lane)] = 0.0
    for i in range(eights, count):
        for lane in range(lanes):
            room[uint64(result + lane)] += values[uint64(i * 64 + lane)]
    for lane in range(lanes):
        total, lost = two_sum(room[uint64(work + lane)], room[uint64(result + lane)])
        room[uint64(result + lane)] = total + (0.0 + lost)


def lane_maxima(values: Readable, count: int, lanes: int, room: Any, result: int) -> None:
    """`max_of` for every lane."""
    for lane in range(lanes):
        room[uint64(result + lane)] = -math.inf
    for i in range(count):
        for lane in range(lanes):
            x, largest = values[uint64(i * 64 + lane)], room[uint64(result + lane)]
            room[uint64(result + lane)] = x if (x > largest) | (x != x) else largest
    for lane in range(lanes):
        room[uint64(result + lane)] += 0.0


def lane_places(values: Readable, count: int, lanes: int, room: Any, maxima: int, result: int) -> None:
    """`place_of` for every lane, as floats."""
    for lane in range(lanes):
        room[uint64(result + lane)] = float(count)
    for i in range(count):
        for lane in range(lanes):
            x, largest = values[uint64(i * 64 + lane)], room[uint64(maxima + lane)]
            found = room[uint64(result + lane)]
            here = ((x == largest) | ((x != x) & (largest != largest))) & (i < found)
            room[uint64(result + lane)] = float(i) if here else found
    for lane in range(lanes):
        found = room[uint64(result + lane)]
        room[uint64(result + lane)] = found if found < count else 0.0


def lane_ties(values: Readable, count: int, lanes: int, room: Any, maxima: int, result: int) -> None:
    """`ties_of` for every lane, as floats."""
    for lane in range(lanes):
        room[uint64(result + lane)] = 0.0
    for i in range(count):
        for lane in range(lanes):
            same = values[uint64(i * 64 + lane)] == room[uint64(maxima + lane)]
            room[uint64(result + lane)] += 1.0 if same else 0.0


def total_of(values: Any, count: int) -> tuple[float, float]:
    """The sum of the first values, and its error; overwrites them.

    Sums pairs, half against half, and leaves each rounding error where the second value
    was: nothing is lost until the errors, which are small, are added.
    """
    left = count
    while left > 1:
        half = left // 2
        upper = left - half
        for i in range(half):
            total, error = two_sum(values[uint64(i)], values[uint64(upper + i)])
            values[uint64(i)] = total
            values[uint64(upper + i)] = error
        left = upper
    if count == 0:
        return 0.0, 0.0
    return values[0], sum_of(values, 1, count - 1)


def add_to(totals: Any, place: int, x: float) -> None:
    """Add to the (sum, error) pair of that number."""
    total, lost = two_sum(totals[uint64(2 * place)], x)
    totals[uint64(2 * place)] = total
    totals[uint64(2 * place + 1)] += lost


NAMES = {"sum": "sum_of", "max": "max_of", "argmax": "argmax_of", "ties": "ties_of"}
LANE_NAMES = {"sum": "lane_sums", "max": "lane_maxima", "argmax": "lane_places", "ties": "lane_ties"}

PARTS: dict[str, tuple[Callable[..., Any], ...]] = {
    "sum": (two_sum, sum_of),
    "max": (max_of,),
    "argmax": (max_of, place_of, argmax_of),
    "ties": (max_of, count_of, ties_of),
    "lane_sums": (two_sum, lane_sums),
    "lane_maxima": (lane_maxima,),
    "lane_places": (lane_maxima, lane_places),
    "lane_ties": (lane_maxima, lane_ties),
    "total": (two_sum, sum_of, total_of),
    "add": (two_sum, add_to),
}
