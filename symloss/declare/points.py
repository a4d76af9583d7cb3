"""Deterministic points inside the declared domains, where steps are checked in high precision."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import mpmath
import sympy as sp

from .axes import Axis
from .domains import Domain
from .roles import Declared, role_symbol

Point = dict[str, Any]

_NORMALISING_BITS = 2000
_SMALLEST_AXIS = 3  # two entries hide wrong signs and wrong places, three do not


def axis_lengths(axes: Iterable[Axis], free_length: int = _SMALLEST_AXIS) -> dict[str, int]:
    """A length for every axis: the free ones get 3, 4, ..., tied ones follow."""
    lengths: dict[str, int] = {}
    sizes: dict[sp.Symbol, int] = {}
    for axis in axes:
        for symbol in sorted(axis.extent.free_symbols, key=str):
            sizes.setdefault(symbol, free_length + len(sizes))
        lengths[axis.name] = int(axis.extent.subs(sizes))
    return lengths


def point(declared: Iterable[Declared], axes: Iterable[Axis], seed: int) -> Point:
    """Numbers for every declared quantity and axis size."""
    random_numbers = random.Random(seed)
    axes = tuple(axes)
    lengths = axis_lengths(axes)
    numbers: Point = dict(lengths)
    for axis in axes:
        for n, symbol in enumerate(sorted(axis.extent.free_symbols, key=str)):
            numbers.setdefault(symbol.name, _SMALLEST_AXIS + n)
    for one in declared:
        symbol = role_symbol(one)
        if symbol.label_axis is not None:
            numbers[symbol.name] = random_numbers.randrange(lengths[symbol.label_axis.name])
        else:
            numbers[symbol.name] = _array(symbol.domain, [lengths[a.name] for a in symbol.axes], random_numbers)
    return numbers


def _array(domain: Domain, shape: list[int], random_numbers: random.Random) -> Any:
    if not shape:
        return inside(domain, random_numbers)
    entries = [_array(domain, shape[1:], random_numbers) for _ in range(shape[0])]
    if domain.test == ("simplex",) and len(shape) == 1:
        # Sums to one at any precision that a check may use, not only at today's.
        with mpmath.workprec(_NORMALISING_BITS):
            total = mpmath.fsum(entries)
            return [e / total for e in entries]
    return entries


def inside(domain: Domain, random_numbers: random.Random) -> Any:
    """One number in the domain, of ordinary size."""
    test = domain.test or ("reals",)
    if test[0] == "values":
        return mpmath.mpf(random_numbers.choice(test[1]))
    if test[0] == "integer":
        return mpmath.mpf(int(test[1]) + random_numbers.randrange(6))
    if test[0] == "simplex":
        return mpmath.mpf(random_numbers.uniform(0.05, 1.0))
    if test[0] == "interval":
        return _in_interval(float(test[1]), float(test[2]), random_numbers)
    return mpmath.mpf(random_numbers.uniform(-2.5, 2.5))


def _in_interval(low: float, high: float, random_numbers: random.Random) -> Any:
    if high == float("inf"):
        return mpmath.mpf(low) + mpmath.mpf(random_numbers.uniform(0.2, 3.0))
    if low == -float("inf"):
        return mpmath.mpf(high) - mpmath.mpf(random_numbers.uniform(0.2, 3.0))
    return mpmath.mpf(low) + (mpmath.mpf(high) - low) * random_numbers.uniform(0.05, 0.95)
