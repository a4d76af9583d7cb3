"""Ragged rows: flat arrays and group sizes."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from symloss.call import chunks
from symloss.call.bound import Bound
from symloss.call.inputs import bind
from symloss.errors import DomainError, ShapeError
from symloss.testing.layouts import LAYOUTS, Array
from tests.call.fakes import row_signature, scalar_signature
from tests.call.test_execute import row_method, same


def flat_arrays(sizes: Array) -> tuple[Array, Array, Array]:
    random = np.random.default_rng(3)
    total = int(sizes.sum())
    return random.integers(0, sizes), random.random(total), random.normal(size=total)


SIZES = np.random.default_rng(4).integers(1, 400, 300)


def test_groups_are_rows() -> None:
    c, t, z = flat_arrays(SIZES)
    value, gradient = row_method()((c, t, z), {}, groups=SIZES)
    assert value.shape == SIZES.shape
    assert gradient.shape == z.shape
    ends = np.cumsum(SIZES)
    for g in (0, 1, 150, 299):
        row = slice(ends[g] - SIZES[g], ends[g])
        one = row_method()((c[g], t[row], z[row]), {})
        assert value[g] == one[0]
        np.testing.assert_array_equal(gradient[row], one[1])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_groups_in_every_layout(layout: str) -> None:
    c, t, z = flat_arrays(SIZES)
    made = LAYOUTS[layout]
    weight = np.linspace(0, 1, len(SIZES))
    for reduction in ("none", "mean"):
        expected = row_method(reduction)((c, t, z), {}, groups=SIZES, sample_weight=weight, n_threads=1)
        result = row_method(reduction)(
            (made(c), made(t), made(z)), {}, groups=made(SIZES), sample_weight=made(weight), n_threads=3
        )
        same(result, expected)


def test_parameters_and_numbers() -> None:
    sizes = np.array([2, 3])
    _, t, z = flat_arrays(sizes)
    w = np.arange(1.0, 6.0)
    np.testing.assert_allclose(row_method()((0, t, z), {"w": w}, groups=sizes)[1], w * t * z)
    np.testing.assert_allclose(row_method()((0, t, z), {"w": 2}, groups=sizes)[1], 2 * t * z)
    np.testing.assert_allclose(row_method()((0, 0.5, z), {}, groups=sizes)[1], 0.5 * z)


def test_no_groups() -> None:
    value, gradient = row_method()(([], [], []), {}, groups=[])
    assert value.shape == gradient.shape == (0,)


def test_out_of_groups() -> None:
    c, t, z = flat_arrays(SIZES)
    expected = row_method()((c, t, z), {}, groups=SIZES)
    out = (np.empty(2 * len(SIZES))[::2], np.empty(len(z))[::-1])
    row_method()((c, t, z), {}, groups=SIZES, out=out)
    np.testing.assert_array_equal(out[0], expected[0])
    np.testing.assert_array_equal(out[1], expected[1])


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ([2, 2], "t has shape (5,); expected (4,): the groups sum to 4"),
        ([2, 0, 3], "groups[1] is 0; expected at least one element in every group"),
        ([2, -1, 4], "groups[1] is -1"),
        ([[2, 3]], "groups has shape (1, 2)"),
        ([2.0, 3.0], "dtype float64; expected a 1-D array of integer group sizes"),
        ([1, 2, 2], "c has shape (2,); expected (3,): there are 3 groups, one value each"),
    ],
)
def test_groups_are_checked(groups: Any, message: str) -> None:
    with pytest.raises(ShapeError, match=re.escape(message)):
        row_method()(([0, 0], np.ones(5), np.ones(5)), {}, groups=groups)


def test_only_losses_with_one_axis() -> None:
    with pytest.raises(ShapeError, match="one inner axis of free length; fake has no inner axis"):
        bind(scalar_signature(), ([1], [1]), {}, groups=[1])


def test_errors_tell_element_and_group() -> None:
    c, t, z = flat_arrays(SIZES)
    at = int(SIZES[:200].sum()) + 1
    t[at] = -1
    with pytest.raises(DomainError, match=re.escape(f"t[{at}] is -1.0; expected a number >= 0 (group 200)")):
        row_method()((c, t, z), {}, groups=SIZES, n_threads=2)
    t = np.ones(len(z), np.int64)
    t[at] = 2**60 + 1
    with pytest.raises(DomainError, match=re.escape(f"t[{at}] is {2**60 + 1}; expected an integer that float64")):
        row_method()((c, t, z), {}, groups=SIZES)
    weight = np.ones(len(SIZES))
    weight[200] = 0
    assert row_method()((c, t, z), {}, groups=SIZES, sample_weight=weight)[0][200] == 0


@pytest.mark.parametrize(
    "sizes",
    [
        np.ones(3 * chunks.ELEMENTS, int),
        np.full(50, chunks.ELEMENTS),
        np.array([chunks.ELEMENTS + 1, 1, 3 * chunks.ELEMENTS, 5]),
        SIZES,
        np.random.default_rng(0).integers(1, 4, 5 * chunks.ELEMENTS),
    ],
)
def test_chunks_hold_whole_groups(sizes: Array) -> None:
    bound = Bound(row_signature(), np.dtype(float), sizes.shape, {"K": 1}, {}, {}, sizes=sizes)
    plan = chunks.schedule(bound)
    row = first = 0
    for number in range(plan.count):
        chunk = plan.chunk(number)
        assert (chunk.row, chunk.first) == (row, first)
        assert chunk.last - chunk.first == sizes[chunk.row : chunk.stop].sum()
        assert chunk.last - chunk.first <= chunks.ELEMENTS or chunk.stop - chunk.row == 1
        if chunk.stop < len(sizes):
            assert chunk.last - chunk.first + sizes[chunk.stop] > chunks.ELEMENTS, "one more would have fit"
        row, first = chunk.stop, chunk.last
    assert row == len(sizes)
