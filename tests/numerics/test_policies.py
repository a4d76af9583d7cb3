"""What docs/policies.md promises, for losses of every shape of input; NaN and masks are laws (`tests/laws`)."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import symloss as sl
from symloss.declare.roles import role_symbol
from tests.laws.catalogue import as_tuple, same_bits, some_losses
from tests.laws.sampling import Batch, draw

METHODS = ("value", "gradient", "hessian", "value_and_gradient", "gradient_and_hessian", "hessian_matrix")


def spoilt(batch: Batch, which: Any) -> dict[str, Any]:
    """The batch with NaN, infinities and labels that are no class in some samples."""
    arrays = {name: a.copy() for name, a in batch.arrays.items()}
    for n, (name, array) in enumerate(arrays.items()):
        bad = -100 if array.dtype.kind == "i" else (np.nan, np.inf, -np.inf)[n % 3]
        arrays[name][which] = bad
    return arrays


def results(loss: sl.Loss, arrays: dict[str, Any], batch: Batch, **options: Any) -> Iterator[tuple[str, Any]]:
    for method in METHODS:
        yield method, as_tuple(getattr(loss, method)(**arrays, **batch.parameters, **options))


@some_losses
def test_the_mean_of_nothing_is_zero_with_one_warning(name: str) -> None:
    loss = sl.get(name)
    batch = draw(loss, 3)
    none = {name: array[:0] for name, array in batch.arrays.items()}
    for arrays, weights in ((none, None), (spoilt(batch, slice(None)), np.zeros(3))):
        with warnings.catch_warnings(record=True) as given:
            warnings.simplefilter("always")
            for method, found in results(loss, arrays, batch, sample_weight=weights, reduction="mean"):
                assert all(np.all(np.asarray(r) == 0.0) for r in found), method
        assert [(w.category, w.filename) for w in given] == [(sl.WeightlessWarning, __file__)] * len(METHODS)


@some_losses
def test_a_weight_of_zero_silences_whatever_is_there(name: str) -> None:
    """Sums and means are those without the sample, to the last bit, whatever stood in it."""
    loss = sl.get(name)
    batch = draw(loss, 3)
    arrays, weights = spoilt(batch, 1), np.array([2.0, 0.0, 0.5])
    kept = {name: array[[0, 2]] for name, array in batch.arrays.items()}
    for reduction in ("sum", "mean"):
        whole = loss.value(**arrays, **batch.parameters, sample_weight=weights, reduction=reduction)
        assert whole == loss.value(**kept, **batch.parameters, sample_weight=weights[[0, 2]], reduction=reduction)


@some_losses
def test_weights_must_be_finite_and_not_negative(name: str) -> None:
    loss = sl.get(name)
    batch = draw(loss, 3)
    for bad in (-1.0, np.nan, np.inf):
        with pytest.raises(sl.DomainError, match=rf"sample_weight\[1\] is {bad}"):
            loss.value(**batch.arrays, **batch.parameters, sample_weight=np.array([1.0, bad, 0.0]))


@some_losses
def test_what_lies_outside_its_domain_is_an_error(name: str) -> None:
    loss = sl.get(name)
    batch = draw(loss, 3)
    for symbol in map(role_symbol, loss.inputs):
        if symbol.domain.test is None and symbol.label_axis is None:
            continue
        bads = (-1, 10**6) if symbol.label_axis is not None else (np.nan,)
        if symbol.role == "prediction":  # NaN in one gives NaN; no domain so far has numbers below -1e9
            bads = (-1e9,)
        for bad in bads:
            arrays = {**batch.arrays, symbol.name: batch.arrays[symbol.name].copy()}
            arrays[symbol.name][1] = bad
            with pytest.raises(sl.DomainError, match=rf"{symbol.name}\[1"):
                (loss.value if loss.is_metric else loss.value_and_gradient)(**arrays, **batch.parameters)


def test_half_precision_is_computed_as_single() -> None:
    loss = sl.get("huber")
    half = np.linspace(-3, 3, 11).astype(np.float16)
    found = loss.value_and_gradient(np.zeros_like(half), half)
    assert same_bits(found, loss.value_and_gradient(np.zeros(11, np.float32), half.astype(np.float32)))
    mixed = loss.value(half, np.zeros(11, np.float64))
    assert mixed.dtype == np.float64
