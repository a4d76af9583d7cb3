"""The same bits from every entry point, in every layout, batch and number of threads."""

from __future__ import annotations

import math
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symloss as sl
from symloss.declare.roles import role_symbol
from tests.call.layouts import LAYOUTS
from tests.laws.catalogue import (
    SHORT,
    as_tuple,
    every_loss,
    every_name,
    predictions,
    same_bits,
    some_losses,
    whole_matrix,
)
from tests.laws.sampling import Batch, draw, extreme, has_rows

ROWS = 7


def mixed(loss: sl.Loss) -> Batch:
    """Ordinary and extreme samples in one batch."""
    a, b = draw(loss, ROWS), extreme(loss)
    arrays = {name: np.concatenate([a.arrays[name], b.arrays[name]]) for name in a.arrays}
    return Batch("mixed", arrays, a.parameters)


def repeated(batch: Batch, times: int) -> Batch:
    arrays = {name: np.concatenate([a] * times) for name, a in batch.arrays.items()}
    return Batch(batch.kind, arrays, batch.parameters)


def both(loss: sl.Loss, batch: Batch, **options: Any) -> tuple[Any, ...]:
    """Value and gradient as a flat tuple of arrays: the kernel that most laws of the call layer use."""
    if loss.is_metric:
        return (loss.value(**batch.arrays, **batch.parameters, **options),)
    return as_tuple(loss.value_and_gradient(**batch.arrays, **batch.parameters, **options))


# --- entry points ---------------------------------------------------------------------------------


@every_loss
def test_entry_points_agree(name: str) -> None:
    loss = sl.get(name)
    batch = mixed(loss)
    given = {**batch.arrays, **batch.parameters}
    value, gradient = loss.value_and_gradient(**given)
    same, hessian = loss.gradient_and_hessian(**given)
    assert same_bits(value, loss.value(**given))
    assert same_bits(gradient, same)
    if name in SHORT:  # two kernels more; for the others they take long to compile, and are made alike
        assert same_bits(gradient, loss.gradient(**given))
        assert same_bits(hessian, loss.hessian(**given))


@some_losses
def test_call_is_the_mean_value(name: str) -> None:
    loss = sl.get(name)
    batch = draw(loss, ROWS)
    mean = loss(**batch.arrays, **batch.parameters)
    assert isinstance(mean, float)
    assert mean == loss.value(**batch.arrays, **batch.parameters, reduction="mean")


@every_loss
def test_hvp_is_the_matrix_times_the_vector(name: str) -> None:
    loss = sl.get(name)
    batch = draw(loss, 4)
    shapes = [batch.arrays[p].shape for p in predictions(loss)]
    vectors = tuple(np.random.default_rng(5).normal(size=s) for s in shapes)
    given = {**batch.arrays, **batch.parameters}
    product = as_tuple(loss.hvp(**given, vector=vectors if len(vectors) > 1 else vectors[0]))
    flat = np.concatenate([v.reshape(4, -1) for v in vectors], axis=1)
    matrix = whole_matrix(loss, batch.arrays, loss.hessian_matrix(**given))
    expected = np.einsum("nij,nj->ni", matrix, flat)
    scale = np.einsum("nij,nj->ni", np.abs(matrix), np.abs(flat))
    got = np.concatenate([p.reshape(4, -1) for p in product], axis=1)
    # Entries of the matrix are themselves rounded after cancellation, so the row's largest entry sets the scale.
    room = 64 * np.spacing(np.maximum(scale, scale.max(axis=1, keepdims=True)))
    assert np.all(np.abs(got - expected) <= room)


@every_loss
def test_the_diagonal_of_the_matrix_is_the_hessian(name: str) -> None:
    loss = sl.get(name)
    batch = draw(loss, 4)
    given = {**batch.arrays, **batch.parameters}
    hessian = np.concatenate([h.reshape(4, -1) for h in as_tuple(loss.gradient_and_hessian(**given)[1])], axis=1)
    matrix = whole_matrix(loss, batch.arrays, loss.hessian_matrix(**given))
    diagonal = np.einsum("nii->ni", matrix)
    assert np.all(np.abs(diagonal - hessian) <= 64 * np.spacing(np.abs(matrix).max(axis=(1, 2))[:, None]))


# --- batches, layouts, threads ----------------------------------------------------------------------


@every_name
def test_a_batch_is_its_rows(name: str) -> None:
    loss = sl.get(name)
    batch = mixed(loss)
    whole = both(loss, batch)
    for n in range(batch.length):
        assert same_bits(tuple(w[n : n + 1] for w in whole), both(loss, batch.rows(slice(n, n + 1)))), n


@some_losses
def test_more_batch_dimensions(name: str) -> None:
    loss = sl.get(name)
    batch = draw(loss, 6)
    deep = Batch("deep", {k: a.reshape(2, 3, *a.shape[1:]) for k, a in batch.arrays.items()}, batch.parameters)
    for flat, folded in zip(both(loss, batch), both(loss, deep), strict=True):
        assert same_bits(flat, folded.reshape(flat.shape))
        assert folded.shape[:2] == (2, 3)


@some_losses
@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_layout(name: str, layout: str) -> None:
    loss = sl.get(name)
    batch = mixed(loss)
    laid_out = Batch(layout, {k: LAYOUTS[layout](a) for k, a in batch.arrays.items()}, batch.parameters)
    assert same_bits(both(loss, batch), both(loss, laid_out))


@some_losses
def test_any_number_of_threads(name: str) -> None:
    loss = sl.get(name)
    batch = repeated(mixed(loss), 2_000)  # several chunks
    one = both(loss, batch, n_threads=1)
    for threads in (2, 3):
        assert same_bits(one, both(loss, batch, n_threads=threads))
    small = both(loss, mixed(loss))
    assert same_bits(tuple(a[: len(s)] for a, s in zip(one, small, strict=True)), small)


@some_losses
def test_reductions_have_the_same_bits_in_any_number_of_threads(name: str) -> None:
    loss = sl.get(name)
    batch = repeated(draw(loss, ROWS), 2_000)
    means = {loss(**batch.arrays, **batch.parameters, n_threads=threads) for threads in (1, 2, 3)}
    assert len(means) == 1


@every_loss
def test_none_and_one_sample(name: str) -> None:
    loss = sl.get(name)
    batch = draw(loss, 1)
    assert all(len(a) == 1 and np.isfinite(a).all() for a in both(loss, batch))
    assert all(a.size == 0 for a in both(loss, batch.rows(slice(0, 0))))


@every_loss
def test_one_class(name: str) -> None:
    loss = sl.get(name)
    if not has_rows(loss):
        return
    batch = draw(loss, 3, length=1)
    for array in batch.arrays.values():
        if array.dtype.kind == "i":
            array[...] = 0
    value, gradient = loss.value_and_gradient(**batch.arrays, **batch.parameters)
    assert np.isfinite(value).all()
    gradients = as_tuple(gradient)
    assert [g.shape for g in gradients] == [batch.arrays[p].shape for p in predictions(loss)]
    if "softmax" in name:
        assert not gradients[0].any(), "one class has probability 1 whatever its logit"


# --- weights and reductions ---------------------------------------------------------------------------


@some_losses
def test_weights_multiply(name: str) -> None:
    loss = sl.get(name)
    batch = draw(loss, ROWS)
    weight = np.array([1.0, 0.5, 2.0, 0.0, 4.0, 1.0, 0.25])  # powers of two, so that the product is exact
    for plain, weighted in zip(both(loss, batch), both(loss, batch, sample_weight=weight), strict=True):
        expected = plain * weight.reshape(-1, *[1] * (plain.ndim - 1))
        assert np.array_equal(weighted, expected)


@some_losses
def test_a_weight_of_zero_silences_whatever_the_sample_holds(name: str) -> None:
    loss = sl.get(name)
    batch = draw(loss, ROWS)
    weight = np.array([1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0])
    right = both(loss, batch, sample_weight=weight)
    for role in ("prediction", "target"):
        spoilt = {k: a.copy() for k, a in batch.arrays.items()}
        for symbol in map(role_symbol, loss.inputs):
            if symbol.role == role:
                spoilt[symbol.name][1::2][:2] = -7 if symbol.label_axis is not None else np.nan
        assert same_bits(right, both(loss, Batch(role, spoilt, batch.parameters), sample_weight=weight)), role


@some_losses
def test_reductions_add_up(name: str) -> None:
    loss = sl.get(name)
    batch = repeated(draw(loss, ROWS), 300)
    given = {**batch.arrays, **batch.parameters}
    weight = np.random.default_rng(3).random(batch.length)
    values = loss.value(**given, sample_weight=weight)
    exact, room = math.fsum(values), 2 * np.spacing(math.fsum(np.abs(values)))
    assert abs(loss.value(**given, sample_weight=weight, reduction="sum") - exact) <= room
    mean = loss.value(**given, sample_weight=weight, reduction="mean")
    assert abs(mean - exact / math.fsum(weight)) <= 4 * np.spacing(math.fsum(np.abs(values)) / math.fsum(weight))


@pytest.mark.parametrize("name", ["normal", "softmax_cross_entropy"])
def test_derivatives_under_a_reduction_are_those_of_the_reduced_value(name: str) -> None:
    loss = sl.get(name)
    batch = draw(loss, 4)
    plain = both(loss, batch)[1:]
    for reduction, factor in (("sum", 1.0), ("mean", 0.25)):
        for a, b in zip(plain, both(loss, batch, reduction=reduction)[1:], strict=True):
            assert np.array_equal(a * factor, b)


# --- what a sample holds --------------------------------------------------------------------------------


@every_name
def test_nan_in_a_prediction_stays_in_its_sample(name: str) -> None:
    loss = sl.get(name)
    batch = draw(loss, 5)
    given = {**batch.arrays, **batch.parameters}
    derived = (loss.value_and_gradient, loss.gradient_and_hessian, loss.hessian_matrix)
    results = (loss.value,) if loss.is_metric else derived
    before = [as_tuple(r(**given)) for r in results]
    for prediction in predictions(loss):
        spoilt = batch.arrays[prediction].copy()
        spoilt[(2, *[-1] * (spoilt.ndim - 1))] = np.nan
        for result, plain in zip(results, before, strict=True):
            for a, b in zip(as_tuple(result(**{**given, prediction: spoilt})), plain, strict=True):
                assert np.isnan(a[2]).any(), (result.__name__, prediction)
                others = [0, 1, 3, 4]
                assert same_bits(a[others], b[others]), (result.__name__, prediction)


@some_losses
def test_out(name: str) -> None:
    loss = sl.get(name)
    batch = draw(loss, ROWS)
    given = {**batch.arrays, **batch.parameters}
    expected = loss.value_and_gradient(**given)
    gradients = tuple(np.full_like(g, 9.0) for g in as_tuple(expected[1]))
    out = (np.full(ROWS, 9.0), gradients if isinstance(expected[1], tuple) else gradients[0])
    returned = loss.value_and_gradient(**given, out=out)
    assert same_bits(out, expected)
    assert all(a is b for a, b in zip(as_tuple(returned), as_tuple(out), strict=True))


@pytest.mark.parametrize("name", ["softmax_cross_entropy", "sparse_softmax_cross_entropy", "dice"])
def test_ragged_rows_are_the_rows(name: str) -> None:
    loss = sl.get(name)
    sizes = [3, 1, 5, 2]
    rows = [draw(loss, 1, length=size) for size in sizes]
    flat = {
        k: np.concatenate([r.arrays[k][0] if r.arrays[k].ndim > 1 else r.arrays[k] for r in rows])
        for k in rows[0].arrays
    }
    value, gradient = loss.value_and_gradient(**flat, **rows[0].parameters, groups=sizes)
    alone = [loss.value_and_gradient(**r.arrays, **rows[0].parameters) for r in rows]
    assert same_bits(value, np.concatenate([v for v, _ in alone]))
    assert same_bits(gradient, np.concatenate([g[0] for _, g in alone]))


# --- other processes ------------------------------------------------------------------------------------


@every_name
def test_pickle(name: str) -> None:
    loss = sl.get(name)
    assert pickle.loads(pickle.dumps(loss)) == loss
    combined = 2 * loss  # not a shipped one: pickled with its declaration
    again = pickle.loads(pickle.dumps(combined))
    assert again == combined
    assert again.expression == combined.expression
    assert again.is_metric or again.gradient_expression == combined.gradient_expression


def test_a_pickled_loss_gives_the_same_bits() -> None:
    loss = 2 * sl.get("log_cosh")
    batch = draw(loss, ROWS)
    assert same_bits(both(loss, batch), both(pickle.loads(pickle.dumps(loss)), batch))


SCRIPT = """
import numpy as np, symloss as sl, sys
loss = sl.get("huber")
print(*(x.hex() for a in loss.value_and_gradient([0.0, 1.0, 2.0], [0.3, 5.0, 2.0], delta=0.7) for x in a))
"""


def test_a_second_process_finds_the_kernels(tmp_path: Path) -> None:
    environment = {**os.environ, "SYMLOSS_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(Path(sl.__file__).parents[1])}

    def run(seed: str) -> tuple[str, dict[Path, int]]:
        environment["PYTHONHASHSEED"] = seed
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout, {
            p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.suffix in (".py", ".nbi", ".nbc")
        }

    first, made = run("1")
    second, found = run("2")
    assert first == second
    assert any(p.suffix == ".nbc" for p in made)
    assert found == made, "the second process wrote kernels or compiled"


# --- planted faults: each must be seen ------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault", [lambda a: np.nextafter(a, np.inf), lambda a: a.astype("f4").astype("f8"), lambda a: -0.0 * a]
)
def test_a_bit_that_differs_is_seen(fault: Any) -> None:
    right = np.array([1.1, 0.0, 2.3])
    assert same_bits(right, right.copy())
    assert not same_bits(right, fault(right))
    assert same_bits(np.array([np.nan]), -np.array([np.nan]))


def test_sums_in_another_order_are_seen() -> None:
    """The law of threads bites: totals that are added in the order in which threads finish differ in last bits."""
    loss = sl.get("squared_error")
    batch = repeated(mixed(loss), 2_000)
    value = loss.value(**batch.arrays)
    assert len({np.add.reduce(value), math.fsum(value), sum(value.tolist())}) > 1
