"""Results past the cache: which, from which size on, and where they begin."""

from __future__ import annotations

import numpy as np
import pytest

from symloss.lower.ir import Variant
from symloss.lower.nest import lower
from symloss.lower.streams import LINE, STREAMED_FROM, empty_from_line, fewest_rows, in_step, streamed_results
from tests.lower.examples import EXAMPLES, row, scalar


def test_only_results_of_few_numbers_a_row_are_streamed() -> None:
    for example in EXAMPLES:
        nest = lower(example.stable, Variant())
        streamed = streamed_results(nest)
        assert all(p.kind == "output" and set(p.axes) <= {name for name, _ in nest.lengths} for p in streamed)
    assert [p.of for p in streamed_results(lower(scalar().stable, Variant()))]
    assert streamed_results(lower(row(50).stable, Variant())) == ()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_they_are_from_a_number_of_bytes_on(dtype: str) -> None:
    nest = lower(scalar().stable, Variant(dtype=dtype))  # type: ignore[arg-type]
    arrays = [p for p in nest.parameters if p.kind in ("input", "output")]
    assert fewest_rows(nest.parameters) * len(arrays) * np.dtype(dtype).itemsize == pytest.approx(
        STREAMED_FROM, rel=1e-5
    )


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("shape", [(0,), (1,), (1000, 3)])
def test_own_arrays_begin_at_a_line(shape: tuple[int, ...], dtype: str) -> None:
    made = [empty_from_line(shape, dtype) for _ in range(5)]
    assert all(a.shape == shape and a.dtype == dtype and a.flags.carray for a in made)
    assert all(a.ctypes.data % LINE == 0 for a in made if a.size)


def test_in_step() -> None:
    a, b = empty_from_line((100,), "float64"), empty_from_line((100,), "float64")
    assert all(in_step(89, a[i : i + 89], b[j : j + 89]) for i, j in ((0, 0), (3, 3), (3, 11)))
    assert not in_step(99, a[:99], b[1:])


def test_matrices_in_step() -> None:
    """From the fourth row on, where a line of one number a row begins: four rows of four are two lines."""
    a, b = empty_from_line((100,), "float64"), empty_from_line((96, 2, 2), "float64")
    assert in_step(96, b, a[:96])
    assert in_step(90, a[4:94], b[:90])
    assert in_step(90, a[4:94], b[2:92])
    assert not in_step(90, a[4:94], b[1:91])
