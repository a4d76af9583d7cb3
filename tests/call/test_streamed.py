"""Large arrays, whose results go past the cache: the bits are those of small ones, wherever arrays begin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symloss as sl
from symloss.errors import DomainError
from symloss.loss import calls
from symloss.lower.streams import STREAMED_FROM

ROWS = STREAMED_FROM // 16 + 7  # more than are wanted with four float32 arrays, and no whole number of vectors
PART = 50_000
NAMES = ("squared_error", "poisson")


def data(dtype: str) -> tuple[Any, Any]:
    random = np.random.default_rng(5)
    return (random.random(ROWS) < 0.5).astype(dtype), random.normal(size=ROWS).astype(dtype)


def by_parts(method: Any, y: Any, f: Any) -> list[Any]:
    """The results of calls too small to stream."""
    made = [method(y[i : i + PART], f[i : i + PART]) for i in range(0, ROWS, PART)]
    return [np.concatenate(one) for one in zip(*made, strict=True)]


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", NAMES)
def test_bits(name: str, dtype: str, n_threads: int) -> None:
    loss, (y, f) = sl.get(name), data(dtype)
    want = by_parts(loss.value_and_gradient, y, f)
    got = loss.value_and_gradient(y, f, n_threads=n_threads)
    assert all(np.array_equal(a, b) for a, b in zip(got, want, strict=True))
    total, gradient = loss.value_and_gradient(y, f, reduction="sum", n_threads=n_threads)
    assert np.array_equal(gradient, want[1])
    assert total == loss.value(y, f, reduction="sum")
    _, weighted = loss.value_and_gradient(y, f, sample_weight=np.full(ROWS, 2.0), n_threads=n_threads)
    assert np.array_equal(weighted, 2 * want[1])


@pytest.mark.parametrize(("first", "second"), [(0, 0), (3, 3), (3, 5), (1, 9)])
def test_arrays_that_begin_anywhere(first: int, second: int) -> None:
    loss, (y, f) = sl.get("squared_error"), data("float64")
    room = np.full((2, ROWS + 16), -1.0)
    out = room[0, first : first + ROWS], room[1, second : second + ROWS]
    loss.value_and_gradient(y, f, out=out, n_threads=1)
    assert all(np.array_equal(a, b) for a, b in zip(out, by_parts(loss.value_and_gradient, y, f), strict=True))
    for own, where in zip(room, (first, second), strict=True):
        assert set(own[:where]) | set(own[where + ROWS :]) == {-1.0}


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_small_matrices(dtype: str, n_threads: int) -> None:
    method, (y, f) = sl.get("normal").gradient_and_hessian_matrix, data(dtype)
    s = f[::-1] / 2
    want = [method(y[i : i + PART], f[i : i + PART], s[i : i + PART]) for i in range(0, ROWS, PART)]
    for _ in range(2):  # the first call may go another way
        gradients, matrix = method(y, f, np.ascontiguousarray(s), n_threads=n_threads)
        assert np.array_equal(matrix, np.concatenate([m for _, m in want]))
        for number, gradient in enumerate(gradients):
            assert np.array_equal(gradient, np.concatenate([g[number] for g, _ in want]))


def test_short_rows_are_not_streamed() -> None:
    loss, random = sl.get("sparse_softmax_cross_entropy"), np.random.default_rng(5)
    labels, z = random.integers(0, 3, ROWS // 2), random.normal(size=(ROWS // 2, 3))
    want = [loss.value_and_gradient(labels[i : i + PART], z[i : i + PART]) for i in range(0, len(z), PART)]
    got = loss.value_and_gradient(labels, z, n_threads=1)
    assert all(np.array_equal(a, np.concatenate(b)) for a, b in zip(got, zip(*want, strict=True), strict=True))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_calls_have_kernels_that_stream(dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal bits do not tell whether anything was streamed, or computed in float32."""
    seen = []
    real = calls.kernel_module

    def watched(*details: Any) -> Any:
        seen.append(real(*details))
        return seen[-1]

    monkeypatch.setattr(calls, "kernel_module", watched)
    y, f = data(dtype)
    sl.Loss.from_declaration(sl.get("huber").declaration).value_and_gradient(y, f)
    assert hasattr(seen[0], "compute_streamed")
    assert ("_narrow" in Path(seen[0].__file__).read_text()) == (dtype == "float32")


def test_domains_are_still_checked() -> None:
    loss, (y, f) = sl.get("poisson"), data("float64")
    y[ROWS - 3] = -1.0
    with pytest.raises(DomainError, match=str(ROWS - 3)):
        loss.value_and_gradient(y, f, n_threads=1)
