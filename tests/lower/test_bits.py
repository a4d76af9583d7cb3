"""The compiled kernel and the interpreter agree to the last bit, for every example and variant."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
import sympy as sp

import symloss as sl
from symloss.lower.ir import Variant
from symloss.lower.tiles import is_tileable
from symloss.stabilise.graph import Stable
from tests.lower.examples import EXAMPLES, Example, row, scalar, two_axes
from tests.lower.running import compiled, interpreted, lowered, same_bits

ROWS = 11
FLOAT32 = Variant("float32", weighted=True)
CASES = [*product(EXAMPLES, (Variant(),)), *product((scalar(reduced=True), row(50), two_axes(3, 10)), (FLOAT32,))]


def weights(rows: int) -> Any:
    weight = np.random.default_rng(1).random(rows)
    weight[::4] = 0.0
    return weight


def agree(stable: Stable, variant: Variant, **call: Any) -> None:
    compiled_results = compiled(stable, variant, **call)
    for name, expected in interpreted(stable, variant, **call).items():
        assert same_bits(compiled_results[name], expected), name


@pytest.mark.parametrize(("example", "variant"), CASES, ids=lambda c: c.name if isinstance(c, Example) else c.dtype)
def test_compiled_is_interpreted(example: Example, variant: Variant) -> None:
    data = example.data(ROWS)
    agree(example.stable, variant, rows=ROWS, sizes=example.sizes, data=data, weight=weights(ROWS), scale=1 / 3)


@pytest.mark.parametrize("example", [scalar(guarded=False), scalar(reduced=True), row(50)], ids=lambda e: e.name)
def test_special_values(example: Example) -> None:
    data = example.data(ROWS)
    name = example.stable.arguments[1].name
    data[name][1:6].flat[:4] = [np.nan, np.inf, -np.inf, -0.0]
    data[name][7] = -np.inf
    agree(example.stable, Variant(), rows=ROWS, sizes=example.sizes, data=data)


@pytest.mark.parametrize("rows", [0, 1, 64, 150])
@pytest.mark.parametrize("example", [row(1), row(3), row(10), row(32)], ids=lambda e: e.name)
def test_tiles_give_the_bits_of_rows(example: Example, rows: int) -> None:
    """Also where a tile is not full, with weights, and with values that are not finite."""
    data = example.data(rows)
    name = next(a.name for a in example.stable.arguments if a.role == "prediction")
    data[name][1:7].flat[:4] = [np.nan, np.inf, -np.inf, -0.0][: data[name][1:7].size]
    for weighted in (False, True):
        call: dict[str, Any] = {"rows": rows, "sizes": example.sizes, "data": data, "weight": weights(rows)}
        tiles = Variant("float32" if weighted else "float64", weighted, tiled=True)
        assert is_tileable(lowered(example.stable, tiles))
        rowwise = compiled(example.stable, replace(tiles, tiled=False), **call)
        for result, expected in rowwise.items():
            assert same_bits(compiled(example.stable, tiles, **call)[result], expected), result


def test_ragged() -> None:
    offsets = np.array([0, 3, 3, 10, 11, 60])
    flat = np.random.default_rng(2).normal(size=60) * 4
    data = {"z": flat, "t": np.abs(flat)}
    variant = Variant("float32", weighted=True, ragged=True)
    agree(row(3).stable, variant, rows=5, sizes={}, data=data, weight=weights(5), offsets=offsets)


def test_no_rows() -> None:
    example = scalar(reduced=True)
    written = compiled(example.stable, Variant(), rows=0, sizes={}, data=example.data(0))
    assert written["value"].tolist() == [0.0, 0.0]
    assert written["status"].tolist() == [-1, -1]


def test_a_kernel_for_short_rows_serves_no_long_ones() -> None:
    """Whatever was called before: 150 classes are summed in blocks, 10 are not."""
    loss, random = sl.get("sparse_softmax_cross_entropy"), np.random.default_rng(3)
    for size in (10, 150):
        z, c = random.normal(size=(100, size)) * 5, random.integers(0, size, 100)
        quick, general = loss.value_and_gradient(c, z), loss.value_and_gradient(c, z, n_threads=1)
        assert all(map(np.array_equal, quick, general))


def test_an_argument_may_have_the_name_of_a_copy() -> None:
    axis = sl.axis("K")
    k = axis.indices("k")
    z, t = sl.prediction("z", axis), sl.target("tile_z", axis)
    values = sl.Loss("clash", sp.Sum((z[k] - t[k]) ** 2 / 2, k)).value(np.ones((3, 4)), np.zeros((3, 4)))
    assert values.tolist() == [2.0, 2.0, 2.0]


def test_a_sum_of_which_no_row_is_part_is_stored_once_beside_tiles() -> None:
    """A penalty of a short parameter, together with its gradient, which is the same for every row."""
    axis = sl.axis("D")
    d = axis.indices("d")
    y, f, w = sl.target("y"), sl.prediction("f"), sl.parameter("w", axis)
    loss = sl.Loss("ridge", (f - y) ** 2 / 2 + sp.Sum((w[d] / 3) ** 2, d))
    for rows in (1, 64, 150):
        given = {"w": np.array([3.0, 6.0]), "wrt": ("f", "w"), "reduction": "sum"}
        value, (by_f, by_w) = loss.value_and_gradient(np.zeros(rows), np.full(rows, 2.0), **given)
        assert value == 7.0 * rows
        assert by_f.tolist() == [2.0] * rows
        assert np.allclose(by_w, [2 / 3 * rows, 4 / 3 * rows], rtol=1e-15, atol=0.0)
