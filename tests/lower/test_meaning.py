"""What kernels compute is what the graphs mean: against NumPy, with guards, weights and totals."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from symloss.lower.ir import Variant
from symloss.lower.nest import lower
from symloss.lower.show import show
from symloss.stabilise.graph import Stable
from tests.lower.examples import Example, labels, matrix, nested, prefix, row, scalar, spoiled, two_axes
from tests.lower.running import compiled, same_bits

ROWS = 11
PLAIN = Variant()
WEIGHTED = Variant(weighted=True)


def run(example: Example, variant: Variant = PLAIN, rows: int = ROWS, **call: Any) -> tuple[Any, dict[str, Any]]:
    data = call.pop("data", None) or example.data(rows)
    return data, compiled(example.stable, variant, rows=rows, sizes=example.sizes, data=data, **call)


def softmax(z: Any) -> Any:
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def logsumexp(z: Any) -> Any:
    return np.log(np.exp(z).sum(-1))


def close(a: Any, b: Any) -> None:
    np.testing.assert_allclose(a, np.ravel(b), rtol=1e-13)


def test_scalar() -> None:
    data, written = run(scalar(guarded=False))
    close(written["value"], np.logaddexp(0, data["f"]) - data["y"] * data["f"])
    close(written["gradient"], 1 / (1 + np.exp(-data["f"])) - data["y"])


@pytest.mark.parametrize("size", [3, 50])
def test_row(size: int) -> None:
    data, written = run(row(size))
    close(written["value"], (data["t"] * (logsumexp(data["z"])[:, None] - data["z"])).sum(-1))
    close(written["gradient"], softmax(data["z"]) - data["t"])


def test_matrix() -> None:
    data, written = run(matrix(7))
    p = softmax(data["z"])
    close(written["hessian"], np.einsum("ni,ij->nij", p, np.eye(7)) - np.einsum("ni,nj->nij", p, p))


def test_prefix_masks() -> None:
    data, written = run(prefix(6))
    without = np.where(np.arange(6) == data["z"].argmax(-1)[:, None], 0.0, np.exp(data["z"]))
    logs = np.log1p(np.cumsum(without, axis=-1))
    close(written["value"], logs.sum(-1) / 6)
    close(written["gradient"], logs * np.arange(1, 7))


def test_nested_reductions() -> None:
    data, written = run(nested(9))
    z = data["z"]
    inner = np.logaddexp(0, z[:, None, :] - z[:, :, None]).sum(-1)
    close(written["value"], (z * np.tanh(inner)).sum(-1))
    close(written["gradient"], inner * z)


def test_two_axes() -> None:
    data, written = run(two_axes(3, 10))
    s, b = data["s"], data["b"]
    lse = logsumexp(s)
    column = (lse[:, :, None] * s).sum(1)
    exponential = np.exp(s - s.max(-1, keepdims=True))
    close(written["value"], lse.sum(-1))
    close(written["gradient"], exponential * column[:, None, :] / np.exp(b).sum())
    totals = written["by_b"].reshape(-1, 2)
    np.testing.assert_allclose(totals.sum(1), (column * b).sum(0), rtol=1e-12)


def test_labels_clamped_where_they_are_not_wanted() -> None:
    example = labels(5)
    data, written = run(example)
    z, c, every = data["z"], data["c"], np.arange(ROWS)
    following = np.where(c + 1 < 5, z[every, np.minimum(c + 1, 4)], 0.0)
    close(written["value"], logsumexp(z) - z[every, c] + following)
    ahead = (z[:, None, :] > z[:, :, None]).sum(-1)
    close(written["gradient"], np.take_along_axis(z, ahead, -1) - 0.75 * (np.arange(5) == c[:, None]))


@pytest.mark.parametrize("weighted", [False, True])
def test_first_failed_guard(weighted: bool) -> None:
    example = scalar()
    data = example.data(ROWS)
    data["y"][4], data["y"][6], data["f"][4], data["f"][3] = -1.0, 2.0, 2000.0, np.nan
    call: dict[str, Any] = {"weight": np.where(np.arange(ROWS) == 4, 0.0, 1.0)} if weighted else {}
    _, written = run(example, Variant(weighted=weighted), data=data, **call)
    assert written["status"].tolist() == ([6, 0] if weighted else [4, 0])
    data["y"][4] = 0.5
    _, written = run(example, data=data)
    assert written["status"].tolist() == [4, 1]


@pytest.mark.parametrize("weight", [-1.0, np.inf, np.nan])
@pytest.mark.parametrize("guarded", [False, True])
def test_weights_have_a_guard(weight: float, guarded: bool) -> None:
    weights = np.ones(ROWS)
    weights[5] = weight
    written = run(scalar(guarded=guarded), WEIGHTED, weight=weights)[1]
    assert written["status"].tolist() == [5, len(scalar(guarded=guarded).stable.guards)]


def test_guard_over_an_axis_and_not_a_number_in_a_prediction() -> None:
    example = row(50)
    data = example.data(ROWS)
    data["z"][2, 5] = np.nan
    assert run(example, data=data)[1]["status"].tolist() == [-1, -1]
    data["t"][9, 49] = -1.0
    assert run(example, data=data)[1]["status"].tolist() == [9, 0]


@pytest.mark.parametrize("example", [scalar(), scalar(reduced=True), row(50)], ids=lambda e: e.name)
def test_a_row_of_weight_zero_is_silent(example: Example) -> None:
    """It gives exactly 0 whatever it holds, and the others are as without it."""
    data = example.data(ROWS)
    weight = np.ones(ROWS)
    weight[[0, 5]] = 0.0
    for array in data.values():
        array[[0, 5]] = np.nan
    _, written = run(example, WEIGHTED, data=data, weight=weight)
    assert written["status"].tolist() == [-1, -1]
    gradient = written["gradient"].reshape(ROWS, -1)
    assert np.all(gradient[[0, 5]] == 0.0)
    assert np.all(np.isfinite(written["value"]))
    _, plain = run(example, data={n: np.nan_to_num(a) for n, a in data.items()})
    rest = np.delete(np.arange(ROWS), [0, 5])
    assert same_bits(gradient[rest], plain["gradient"].reshape(ROWS, -1)[rest])


def test_bits_do_not_depend_on_the_outputs_asked_for() -> None:
    whole = row(50)
    data, both = run(whole)
    for output in whole.stable.outputs:
        alone = Stable("alone", ("K",), whole.stable.arguments, (output,))
        written = compiled(alone, Variant(), rows=ROWS, sizes=whole.sizes, data=data)
        assert same_bits(written[output.name], both[output.name])


@pytest.mark.parametrize("rows", [1, 2, 3, 1000, 4099])
def test_total_keeps_its_error(rows: int) -> None:
    """(sum, error) is the sum of what the rows give one by one, but for a rounding of every other one."""
    data = scalar().data(rows)
    data["f"] *= 10.0 ** np.random.default_rng(3).integers(-12, 3, rows)
    _, total = run(scalar(reduced=True, guarded=False), rows=rows, data=data, scale=-1.0)
    _, each = run(scalar(guarded=False), rows=rows, data=data, scale=-1.0)
    lost = abs(Fraction(sum(total["value"].tolist())) - sum(map(Fraction, each["value"].tolist())))
    assert lost <= np.spacing(math.fsum(map(abs, each["value"])))


def test_total_of_what_is_not_finite() -> None:
    """The error of such a sum is finite, so that adding it changes nothing."""
    example = scalar(reduced=True, guarded=False)
    data = example.data(ROWS)
    data["f"][3] = -np.inf
    assert sum(run(example, data=data)[1]["value"].tolist()) == np.inf
    data["f"][5] = np.nan
    total, error = run(example, data=data)[1]["value"]
    assert np.isnan(total)
    assert np.isfinite(error)


def test_float32_is_rounded_once() -> None:
    data, wide = run(scalar(guarded=False), data={n: a.astype("f4") for n, a in scalar().data(ROWS).items()})
    _, narrow = run(scalar(guarded=False), Variant("float32"), data=data)
    assert same_bits(narrow["gradient"], wide["gradient"].astype("f4"))


def test_ragged_rows_are_the_rows() -> None:
    sizes = [3, 0, 7, 1]
    offsets = np.array([0, *np.cumsum(sizes)])
    random = np.random.default_rng(4)
    data = {"z": random.normal(size=11), "t": random.random(11)}
    example = row(3)
    ragged = compiled(example.stable, Variant(ragged=True), rows=4, sizes={}, data=data, offsets=offsets)
    for number, (start, size) in enumerate(zip(offsets, sizes, strict=False)):
        one = {name: array[start : start + size] for name, array in data.items()}
        written = compiled(example.stable, Variant(), rows=1, sizes={"K": size}, data=one)
        assert same_bits(ragged["value"][number : number + 1], written["value"])
        assert same_bits(ragged["gradient"][start : start + size], written["gradient"])


def test_a_matrix_is_spoiled_after_it_was_written() -> None:
    """NaN at one place of the second sample: all its results are NaN, and exponentials were computed once."""
    example = spoiled(2, 3)
    assert show(lower(example.stable, PLAIN)).count("exp(") == 1
    data, whole = run(example)
    s = data["s"]
    close(whole["gradient"], softmax(s) * s.max(-1, keepdims=True))
    data = {name: values.copy() for name, values in data.items()}
    data["s"][1, 1, 0] = np.nan
    for weight in (None, np.array([1.0, 0.0, *[1.0] * (ROWS - 2)])):
        call = {} if weight is None else {"weight": weight}
        _, found = run(example, Variant(weighted=weight is not None), data=data, **call)
        gradient = found["gradient"].reshape(ROWS, 6)
        assert np.isnan(gradient[1]).all() if weight is None else not gradient[1].any()
        assert same_bits(np.delete(gradient, 1, 0), np.delete(whole["gradient"].reshape(ROWS, 6), 1, 0))
