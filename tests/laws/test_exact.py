"""Every loss of the catalogue against the oracle, in all orders and both dtypes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import mpmath
import numpy as np
import pytest

import symloss as sl
from symloss.audit.oracle import Oracle
from symloss.declare.roles import role_symbol
from symloss.heads.evaluate import evaluate
from symloss.stabilise.stabilise import stable_form
from tests.laws.bounds import CANCELLING, in_absolute_terms, within
from tests.laws.catalogue import every_loss, oracle, predictions
from tests.laws.sampling import Batch, batches, draw, has_rows

ORDINARY = 2
MOST_ENTRIES = 12  # of a matrix; the oracle takes its time

Entry = tuple[Any, Callable[[dict[str, Any]], Any], tuple[int, ...]]
"""What was got, the exact result as a function of the sample, the place of the entry."""


@every_loss
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("kind", ["value", "gradient_and_hessian"])
def test_value_gradient_and_hessian(name: str, kind: str, dtype: str) -> None:
    loss = sl.get(name)
    for batch in batches(loss, dtype, ORDINARY):
        results = getattr(loss, kind)(**batch.arrays, **batch.parameters)
        if kind == "value":
            check(loss, batch, "value", "", results)
            continue
        for order, result in zip(("gradient", "hessian"), results, strict=True):
            for by, array in zip(predictions(loss), result if isinstance(result, tuple) else (result,), strict=True):
                check(loss, batch, order, by, array)


@every_loss
def test_hessian_matrix(name: str) -> None:
    loss = sl.get(name)
    for batch in (b for b in batches(loss, "float64", 2) if b.kind != "beside kinks"):
        few = batch.rows(slice(0, 2) if has_rows(loss) else slice(None))
        matrix = loss.hessian_matrix(**few.arrays, **few.parameters)
        for n in range(few.length):
            check_matrix(loss, few.sample(n), blocks_of(matrix, n))


def blocks_of(matrix: Any, n: int) -> Any:
    """The matrix of one sample; several rows of predictions have blocks, first by row, then by column."""
    return [[block[n] for block in row] for row in matrix] if isinstance(matrix, tuple) else matrix[n]


def joined(matrix: Any, names: list[str], sizes: dict[str, int]) -> Any:
    """Blocks side by side, as one square matrix."""
    if not isinstance(matrix, list):
        size = sum(sizes.values())
        return np.reshape(matrix, (size, size))
    rows = [
        [np.reshape(block, (sizes[r], sizes[c])) for c, block in zip(names, row, strict=True)]
        for r, row in zip(names, matrix, strict=True)
    ]
    return np.block(rows)


def check_matrix(loss: sl.Loss, sample: dict[str, Any], matrix: Any) -> None:
    names, reference = predictions(loss), oracle(loss.name)
    variables = [(name, place) for name in names for place in reference.places(sample, name)]
    got = joined(matrix, names, {name: sum(v[0] == name for v in variables) for name in names})
    assert symmetric(got), f"{loss.name}: not symmetric at {sample}"
    pairs = [(r, c) for r in range(len(variables)) for c in range(r, len(variables))]
    for r, c in pairs[:: max(1, len(pairs) // MOST_ENTRIES)]:
        (by_row, row), (by_column, column) = variables[r], variables[c]
        result = partial(curvature, reference, variables[r], variables[c])
        # Rows have one prediction; scalars choose their entry by the position of the prediction.
        place = (*row, *column) if has_rows(loss) else (r, c)
        by = [by_row, by_column] if has_rows(loss) or len(names) == 1 else names
        assert_entry(loss, "hessian_matrix", by, (got[r, c], result, place), sample, "float64")


def curvature(reference: Oracle, a: Any, b: Any, sample: dict[str, Any]) -> Any:
    return reference.curvature(sample, a, b)


@every_loss
def test_by_parameters(name: str) -> None:
    loss = sl.get(name)
    for parameter in (role_symbol(p).name for p in loss.parameters):
        batch = draw(loss, ORDINARY)
        check(loss, batch, "gradient", parameter, loss.gradient(**batch.arrays, **batch.parameters, wrt=parameter))


def symmetric(matrix: Any) -> bool:
    """To rounding: entries (i, j) and (j, i) may be summed in another order."""
    if np.array_equal(matrix, matrix.T):
        return True
    scale = np.max(np.abs(matrix), initial=0.0)
    return bool(np.all(np.abs(matrix - matrix.T) <= 16 * np.spacing(scale)))


def check(loss: sl.Loss, batch: Batch, kind: str, by: str, result: Any) -> None:
    dtype = str(result.dtype)
    for n in range(batch.length):
        sample = batch.sample(n)
        for entry in entries(oracle(loss.name), kind, by, sample, result[n]):
            assert_entry(loss, kind, [by] if by else [], entry, sample, dtype)


def entries(reference: Oracle, kind: str, by: str, sample: dict[str, Any], got: Any) -> Iterator[Entry]:
    if kind == "value":
        yield got, reference.value, ()
        return
    for place, number in zip(reference.places(sample, by), np.ravel(got), strict=True):
        if kind == "gradient":
            yield number, lambda s, place=place: reference.slope(s, by, place), place
        else:
            yield number, lambda s, place=place: reference.curvature(s, (by, place), (by, place)), place


def assert_entry(loss: sl.Loss, kind: str, by: list[str], entry: Entry, sample: dict[str, Any], dtype: str) -> None:
    got, result, place = entry
    exact = result(sample)
    terms = (lambda: largest_terms(loss, kind, by, place, sample)) if loss.name in CANCELLING else None
    assert within(float(got), exact, dtype, lambda: oracle(loss.name).condition(result, sample), terms), (
        f"{loss.name} {kind} {by} {list(place)} in {dtype}: got {got!r}, exact {mpmath.nstr(exact, 20)} at {sample}"
    )


def largest_terms(loss: sl.Loss, kind: str, by: list[str], place: tuple[int, ...], sample: dict[str, Any]) -> Any:
    expression, indices = loss.pipeline.expression(kind, *by)
    places = {index.name: p for index, p in zip(indices, place, strict=True)}
    with mpmath.workprec(200):
        return evaluate(in_absolute_terms(stable_form(expression)), {**oracle(loss.name).numbers(sample), **places})


# --- planted faults: each must be seen ------------------------------------------------------------


@pytest.mark.parametrize("wrong", [lambda x: x * (1 + 2**-44), lambda x: 0 * x, lambda x: np.full_like(x, np.nan)])
def test_a_wrong_gradient_is_seen(wrong: Callable[[Any], Any]) -> None:
    loss = sl.get("binary_cross_entropy_with_logits")
    batch = draw(loss, 4)
    batch.arrays["f"][:] = [40.0, -3.0, 2.0, 0.5]
    batch.arrays["y"][:] = [1.0, 0.25, 0.5, 1.0]
    right = loss.gradient(**batch.arrays)
    check(loss, batch, "gradient", "f", right)
    with pytest.raises(AssertionError):
        check(loss, batch, "gradient", "f", wrong(right))


def test_the_unstable_form_is_seen() -> None:
    """sigmoid(f) - y in plain float64 is 0 in a confident row; the bound has no absolute tolerance to hide that."""
    loss = sl.get("binary_cross_entropy_with_logits")
    batch = Batch("confident", {"y": np.array([1.0]), "f": np.array([37.0])}, {})
    with pytest.raises(AssertionError):
        check(loss, batch, "gradient", "f", 1 / (1 + np.exp(-batch.arrays["f"])) - batch.arrays["y"])
