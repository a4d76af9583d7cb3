"""What "sum over an axis" means, to the last bit: plain Python, run by the interpreter, inlined into every kernel.

The order of the operations depends on the number of values alone. Each function is
written so that LLVM needs no permission to reorder: a sum has eight running sums, a
maximum is one of integers, of which order is no question. Only names that generated
code knows (`math`, `uint64`, those of `symloss.lower.vectors`) may be used here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from numpy import uint64

from symloss.lower.vectors import (
    Eight,
    Readable,
    eight,
    eight_zeros,
    entry,
    equals,
    from_rank,
    minus,
    plus,
    rank,
    rank_of_nothing,
    unless,
)


def two_sum(a: float, b: float) -> tuple[float, float]:
    """The sum, and its rounding error; no error where the sum is not finite."""
    total = a + b
    back = total - a
    error = (a - (total - back)) + (b - back)
    return total, error if error == error else 0.0


def two_sums(a: Eight, b: Eight) -> tuple[Eight, Eight]:
    """`two_sum` eight times, but NaN for the error where the sum is not finite."""
    totals = plus(a, b)
    back = minus(totals, a)
    return totals, plus(minus(a, minus(totals, back)), minus(b, back))


def sum_of(values: Readable, start: int, count: int) -> float:
    """The sum of values[start : start + count]."""
    total, _ = sum_and_count(values, start, count, math.nan)
    return total


def rest_of(values: Readable, start: int, count: int) -> float:
    """The sum less 1 of values of which one is 1: ones are counted and not added, so that they hide no small ones."""
    total, ones = sum_and_count(values, start, count, 1.0)
    return total + (ones - 1.0)


def sum_and_count(values: Readable, start: int, count: int, counted: float) -> tuple[float, float]:
    """The sum of values[start : start + count] without those that are ``counted``, and how many these are.

    Blocks of 32 in eight running sums have an error of seven roundings at most; from block
    to block, and from one running sum to the next, rounding errors are kept, so that long
    rows are no less accurate than short ones.
    """
    totals, errors, found = eight_zeros(), eight_zeros(), eight_zeros()
    eights = count - count % 8
    totals, errors, found = running_sums(values, start, eights, totals, errors, found, counted)
    return ended_sum(values, start + eights, count, totals, errors, found, counted)


def running_sums(
    values: Readable, start: int, eights: int, totals: Eight, errors: Eight, found: Eight, counted: float
) -> tuple[Eight, Eight, Eight]:
    """The eight running sums, their errors and counts after ``eights`` more values, a multiple of eight.

    A sum may be continued where a multiple of 32 values has been added.
    """
    for block in range(0, eights, 32):
        stop = block + 32 if block + 32 < eights else eights  # `min` would be one more function to compile
        part = eight_zeros()
        for i in range(start + block, start + stop, 8):
            here = eight(values, i)
            part = plus(part, unless(here, counted))
            found = plus(found, equals(here, counted))
        totals, lost = two_sums(totals, part)
        errors = plus(errors, lost)
    return totals, errors, found


def ended_sum(
    values: Readable, start: int, count: int, totals: Eight, errors: Eight, found: Eight, counted: float
) -> tuple[float, float]:
    """What `sum_and_count` gives for ``count`` values, of which those that fill no eight begin at ``start``."""
    total, error = (added(totals), 0.0) if count <= 32 else added_with_error(totals, errors)
    rest, ones = 0.0, added(found)
    for i in range(start, start + count % 8):
        x = float(values[uint64(i)])
        rest += 0.0 if x == counted else x
        ones += 1.0 if x == counted else 0.0
    total, lost_last = two_sum(total, rest)
    return total + (error + lost_last), ones


def added(a: Eight) -> float:
    """The sum of the eight."""
    odd = (entry(a, 1) + entry(a, 5)) + (entry(a, 3) + entry(a, 7))
    return 0.0 + (((entry(a, 0) + entry(a, 4)) + (entry(a, 2) + entry(a, 6))) + odd)


def added_with_error(a: Eight, errors: Eight) -> tuple[float, float]:
    """The sum of the eight, and what rounding took from it and took before; nothing where it is not finite."""
    first, first_lost = two_sum(entry(a, 0), entry(a, 4))
    second, second_lost = two_sum(entry(a, 2), entry(a, 6))
    third, third_lost = two_sum(entry(a, 1), entry(a, 5))
    fourth, fourth_lost = two_sum(entry(a, 3), entry(a, 7))
    even, even_lost = two_sum(first, second)
    odd, odd_lost = two_sum(third, fourth)
    total, last_lost = two_sum(even, odd)
    small = ((first_lost + second_lost) + (third_lost + fourth_lost)) + ((even_lost + odd_lost) + last_lost)
    error = small + added(errors)
    return total, error if error == error else 0.0


def max_of(values: Readable, start: int, count: int) -> float:
    """The largest of values[start : start + count]; NaN if any is NaN, -inf if there is none.

    A running maximum of integers becomes a vector one, which one of floats does not.
    """
    largest = rank_of_nothing(values)
    for i in range(count):
        here = rank(values[uint64(start + i)])
        largest = here if here > largest else largest
    found: float = from_rank(largest)
    return found + 0.0  # of zeros, the positive one


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


def lane_sums(values: Readable, count: int, lanes: int, room: Any, work: int, result: int) -> None:
    """`sum_of` for every lane."""
    lane_sums_and_counts(values, count, lanes, room, work, result, math.nan)


def lane_rests(values: Readable, count: int, lanes: int, room: Any, work: int, result: int) -> None:
    """`rest_of` for every lane."""
    lane_sums_and_counts(values, count, lanes, room, work, result, 1.0)
    for lane in range(lanes):
        room[uint64(result + lane)] += room[uint64(work + 8 * 64 + lane)] - 1.0


def lane_sums_and_counts(
    values: Readable, count: int, lanes: int, room: Any, work: int, result: int, counted: float
) -> None:
    """`sum_and_count` for every lane: values[i * 64 + lane] over i < count <= 32, the sum to room[result + lane].

    ``room`` from ``work`` on is for the eight running sums, and behind them the counts.
    """
    found, wanted = work + 8 * 64, counted == counted
    for lane in range(lanes if wanted else 0):
        room[uint64(found + lane)] = 0.0
    eights = count - count % 8
    if eights > 0:
        for i in range(8 * 64):
            room[uint64(work + i)] = 0.0
    for i in range(eights):
        running = work + (i % 8) * 64
        for lane in range(lanes):
            x = values[uint64(i * 64 + lane)]
            room[uint64(running + lane)] += 0.0 if x == counted else x
            if wanted:
                room[uint64(found + lane)] += 1.0 if x == counted else 0.0
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
            x = values[uint64(i * 64 + lane)]
            room[uint64(result + lane)] += 0.0 if x == counted else x
            if wanted:
                room[uint64(found + lane)] += 1.0 if x == counted else 0.0
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


def total_of(values: Readable, count: int) -> tuple[float, float]:
    """The sum of the first values, and its error.

    Every other value meets a rounding whose error is kept: what is lost is one rounding of each pair, at most half an
    ulp of the sum of magnitudes.
    """
    totals, others, errors, other_errors = eight_zeros(), eight_zeros(), eight_zeros(), eight_zeros()
    blocks = count - count % 32
    for i in range(0, blocks, 32):
        totals, lost = two_sums(totals, plus(eight(values, i), eight(values, i + 8)))
        others, lost_too = two_sums(others, plus(eight(values, i + 16), eight(values, i + 24)))
        errors, other_errors = plus(errors, lost), plus(other_errors, lost_too)
    totals, lost = two_sums(totals, others)
    total, error = added_with_error(totals, plus(plus(errors, other_errors), lost))
    for i in range(blocks, count):
        total, lost_last = two_sum(total, values[uint64(i)])
        error += lost_last
    return total, error


def add_total(totals: Any, values: Readable, count: int) -> None:
    """Add the sum of the first values, those of one strip, to a total's (sum, error) pair."""
    total, error = total_of(values, count)
    totals[0], lost = two_sum(totals[0], total)
    totals[1] += error + lost


def add_short_total(totals: Any, values: Readable, count: int) -> None:
    """`add_total` for the values of a strip that were, or will be, rounded to float32: of at most 1,024 of them a plain
    sum is wrong by 2^-46 of the sum of magnitudes."""
    first, second, third, fourth = eight_zeros(), eight_zeros(), eight_zeros(), eight_zeros()
    blocks = count - count % 32
    for i in range(0, blocks, 32):
        first, second = plus(first, eight(values, i)), plus(second, eight(values, i + 8))
        third, fourth = plus(third, eight(values, i + 16)), plus(fourth, eight(values, i + 24))
    total = added(plus(plus(first, second), plus(third, fourth)))
    for i in range(blocks, count):
        total += float(values[uint64(i)])
    totals[0], lost = two_sum(totals[0], total)
    totals[1] += lost


def add_to(totals: Any, place: int, x: float) -> None:
    """Add to the (sum, error) pair of that number."""
    total, lost = two_sum(totals[uint64(2 * place)], x)
    totals[uint64(2 * place)] = total
    totals[uint64(2 * place + 1)] += lost


SECTION = 512
"""Values that a loop over a long row makes before a sum takes them in: 4 KiB, so that they wait in the first-level
cache."""

UNDIVIDED = 1024
"""The length of rows up to which they are one section: halves of a thousand classes cost up to a tenth more."""

TOTALS = {"float64": "add_total", "float32": "add_short_total"}
"""How the values of a strip are summed, by the dtype of the kernel."""

COUNTED = {"sum": "math.nan", "rest": "1.0"}
"""What `sum_and_count` leaves out of a sum and counts, by the kind of the reduction."""

NAMES = {"sum": "sum_of", "max": "max_of", "argmax": "argmax_of", "rest": "rest_of"}
LANE_NAMES = {"sum": "lane_sums", "max": "lane_maxima", "argmax": "lane_places", "rest": "lane_rests"}

SUM = (two_sum, two_sums, added, added_with_error, running_sums, ended_sum, sum_and_count)
LANE_SUM = (two_sum, lane_sums_and_counts)

PARTS: dict[str, tuple[Callable[..., Any], ...]] = {
    "sum": (*SUM, sum_of),
    "max": (max_of,),
    "argmax": (max_of, place_of, argmax_of),
    "rest": (*SUM, rest_of),
    "lane_sums": (*LANE_SUM, lane_sums),
    "lane_maxima": (lane_maxima,),
    "lane_places": (lane_maxima, lane_places),
    "lane_rests": (*LANE_SUM, lane_rests),
    "total": (two_sum, two_sums, added, added_with_error, total_of, add_total),
    "short total": (two_sum, added, add_short_total),
    "add": (two_sum, add_to),
    "two_sum": (two_sum,),
}
