"""What loops in float32 call: to the bit what plain Python computes, and as near to the float64 functions as
`symloss.lower.narrow` takes for granted."""

from __future__ import annotations

from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from symloss.elementary import primitives
from symloss.elementary.table import FUNCTIONS, NARROW, callables, sources
from symloss.lower.narrow import EXPONENTIALS
from tests.elementary.compiled import load

HEADER = """from __future__ import annotations

import math

from numpy import float32

from symloss.compile.jit import (
    bits, device, fma, from_bits, kernel, magnitude, routine, short_power_of_two, single, wide_vectors,
)


"""

LOOP = """

@kernel("void(int64, {types}, float32[::1])")
def loop_{name}(count, {columns}, o):
    wide_vectors()
    for i in range(count):
        o[i] = {name}_narrow({arguments})
"""

SPECIAL = [0.0, -0.0, np.inf, -np.inf, np.nan, 1e-45, -1e-45, 3.4e38, -3.4e38, -104.0, -103.9, -87.4, 1.0, 0.5]
FMA = """

@kernel("void(int64, float32[::1], float32[::1], float32[::1], float32[::1])")
def loop_fma(count, a, b, c, o):
    for i in range(count):
        o[i] = fma(a[i], b[i], c[i])
"""


@cache
def module() -> ModuleType:
    """A loop for each function."""
    loops = "".join(loop(name, function.arity) for name, function in NARROW.items())
    return load(HEADER + sources([f.name for f in NARROW.values()], "@device", "@routine") + loops + FMA)


def loop(name: str, arity: int) -> str:
    columns = [f"x{number}" for number in range(arity)]
    types = ", ".join(["float32[::1]"] * arity)
    arguments = ", ".join(f"{column}[i]" for column in columns)
    return LOOP.format(name=name, types=types, columns=", ".join(columns), arguments=arguments)


def points(count: int, seed: int) -> Any:
    random = np.random.default_rng(seed)
    ordinary = random.normal(size=count // 2) * np.exp(3 * random.normal(size=count // 2))
    wild = random.integers(0, 2**32, count - count // 2, dtype=np.uint32).view(np.float32)
    return random.permutation(np.concatenate([ordinary.astype(np.float32), wild, np.float32(SPECIAL)]))


def computed(name: str, columns: list[Any]) -> Any:
    result = np.empty_like(columns[0])
    getattr(module(), f"loop_{name}")(len(result), *columns, result)
    return result


def same(a: Any, b: Any) -> bool:
    return bool(np.all((a.view(np.int32) == b.view(np.int32)) | (np.isnan(a) & np.isnan(b))))


@pytest.mark.parametrize("name", NARROW)
def test_compiled_equals_python_to_the_bit(name: str) -> None:
    columns = [points(400, seed) for seed in range(NARROW[name].arity)]
    function = callables()[NARROW[name].name]
    with np.errstate(all="ignore"):
        expected = np.array([function(*sample) for sample in zip(*columns, strict=True)], np.float32)
    assert same(computed(name, columns), expected)


def test_fma_of_float32_rounds_once() -> None:
    columns = [points(4000, seed) for seed in range(3)]
    # Products that all but cancel, or end next to the middle of two float32 numbers.
    with np.errstate(all="ignore"):
        columns[2][::3] = -(columns[0] * columns[1])[::3]
        columns[2][1::3] = (columns[0] * columns[1] * np.float32(2**24))[1::3]
    with np.errstate(all="ignore"):
        expected = np.array([primitives.fma(*sample) for sample in zip(*columns, strict=True)], np.float32)
    assert same(computed("fma", columns), expected)


@pytest.mark.parametrize("name", EXPONENTIALS)
def test_error_is_within_its_bound(name: str) -> None:
    """Relative to the result where that is a normal number; all float32 are tried by tests/campaigns."""
    first = points(40_000, 1)
    columns = [first] if NARROW[name].arity == 1 else [np.minimum(first, b := points(40_000, 2)), b]
    finite = np.logical_and.reduce([np.isfinite(c) for c in columns])
    columns = [c[finite] for c in columns]
    exact = np.array([FUNCTIONS[name].source_function(*map(float, sample)) for sample in zip(*columns, strict=True)])
    got = computed(name, columns)
    normal = exact > np.finfo(np.float32).tiny
    assert np.all(np.abs(got - exact)[normal] <= EXPONENTIALS[name] * 2.0**-24 * exact[normal])
    assert np.all(np.abs(got - exact)[~normal] <= 2.0**-149)
