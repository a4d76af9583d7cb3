"""Reductions as compiled: the bits of the Python that says what they mean, for rows of every length and both dtypes."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest

from symloss.audit.ulp import ulp_error
from symloss.compile import store
from symloss.compile.text import IMPORTS
from symloss.lower import reductions

LENGTHS = (*range(1, 42), 63, 64, 65, 96, 127, 128, 129, 1000)


def compiled(tmp_path: Path, kind: str, dtype: str) -> Any:
    """The reduction of a kind as a kernel of its own."""
    parts = "\n\n".join(f"@device\n{inspect.getsource(part)}" for part in reductions.PARTS[kind])
    own = f"""
@kernel("void({dtype}[::1], int64, int64, float64[::1])")
def run(values, start, count, result):
    wide_vectors()
    result[0] = {reductions.NAMES[kind]}(values, start, count)
"""
    run = store.load(store.write(tmp_path, f"{kind}_{dtype}", IMPORTS + parts + own)).run

    def call(values: Any, start: int) -> float:
        result = np.empty(1)
        run(values, start, len(values) - start, result)
        return float(result[0])

    return call


def rows(dtype: str) -> list[Any]:
    numbers = np.random.default_rng(3)
    ordinary = [(numbers.normal(size=n) * 10.0 ** numbers.integers(-9, 9, n)).astype(dtype) for n in LENGTHS]
    probabilities = [np.exp(-30 * numbers.random(n)).astype(dtype) for n in LENGTHS]
    for n, row in enumerate(probabilities):
        row[numbers.integers(0, len(row), 1 + n % 3)] = 1.0
    special = []
    for number in (np.nan, -np.nan, np.inf, -np.inf, 0.0, -0.0):
        for n in (1, 9, 40, 130):
            special += [np.full(n, number, dtype), np.where(np.arange(n) == n // 2, dtype_of(dtype)(number), 1)]
    return [row.astype(dtype) for row in (*ordinary, *probabilities, *special)]


def dtype_of(name: str) -> Any:
    return np.dtype(name).type


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("kind", ["sum", "rest", "max", "argmax"])
def test_compiled_is_python(kind: str, dtype: str, tmp_path: Path) -> None:
    run, meant = compiled(tmp_path, kind, dtype), getattr(reductions, reductions.NAMES[kind])
    for row in rows(dtype):
        for start in (0, 1)[: len(row)]:
            with np.errstate(all="ignore"):
                expected = float(meant(row.astype(np.float64), start, len(row) - start))
            got = run(row, start)
            assert np.array_equal([got], [expected], equal_nan=True), (row, start)
            assert np.signbit(got) == np.signbit(expected) or np.isnan(got)


def test_the_rest_keeps_what_a_one_would_hide() -> None:
    """Where everything is added and 1 taken away, 17 values of 1e-18 are gone."""
    for n in LENGTHS[1:]:
        for places in ([n // 2], [0, n - 1]):
            row = np.full(n, 1e-18)
            row[places] = 1.0
            exact = len(places) - 1 + (n - len(places)) * mpmath.mpf(1e-18)
            assert ulp_error(reductions.rest_of(row, 0, n), exact, np.float64) <= 1


def test_long_rows_are_no_less_accurate_than_short_ones() -> None:
    numbers = np.random.default_rng(1)
    for n in LENGTHS:
        row = numbers.random(n) * 10.0 ** numbers.integers(-6, 6, n)
        exact = mpmath.fsum(map(mpmath.mpf, row.tolist()))
        assert ulp_error(reductions.sum_of(row, 0, n), exact, np.float64) <= 3.5
