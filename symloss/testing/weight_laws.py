"""Laws of weights and reductions, and of what one sample does to another."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from symloss.audit.batch import Batch
from symloss.declare.roles import role_symbol
from symloss.loss import Loss

from .law import Violation
from .results import as_tuple, both, first_difference, given, predictions
from .sampling import repeated

POWERS = (1.0, 0.5, 2.0, 0.0, 4.0, 1.0, 0.25)
"""Weights by which a product is exact."""


def weights_multiply(loss: Loss, batch: Batch) -> Violation | None:
    weight = np.resize(POWERS, batch.length)
    plain, weighted = both(loss, batch), both(loss, batch, sample_weight=weight)
    for a, b in zip(plain, weighted, strict=True):
        factor = weight.reshape(-1, *[1] * (a.ndim - 1)).astype(a.dtype)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            expected = np.where(factor == 0, 0, a * factor)
        wrong = ~((b == expected) | (np.isnan(b) & np.isnan(expected)) | _is_subnormal(expected))
        if wrong.any():
            place = tuple(int(p) for p in np.argwhere(wrong)[0])
            text = f"with weight {weight[place[0]]} it is {b[place]!r}, {a[place]!r} without a weight"
            return Violation(text, place[:1], "value" if b is weighted[0] else "gradient")
    return None


def _is_subnormal(array: Any) -> Any:
    """Where halving rounds."""
    return (np.abs(array) < 4 * np.finfo(array.dtype).tiny) & (array != 0)


def zero_weight_silences(loss: Loss, batch: Batch) -> Violation | None:
    if not batch.length:
        return None
    weight = np.resize([1.0, 0.0], batch.length)
    right = both(loss, batch, sample_weight=weight)
    for role in ("prediction", "target", "data"):
        spoilt = {k: a.copy() for k, a in batch.arrays.items()}
        for symbol in map(role_symbol, loss.inputs):
            if symbol.role == role:
                spoilt[symbol.name][1::2] = -7 if symbol.label_axis is not None else np.nan
        found = first_difference(right, both(loss, Batch(role, spoilt, batch.parameters), sample_weight=weight))
        if found:
            return Violation(f"a {role} of NaN in a sample of weight 0 changes a result: {found[1]}", found[0])
    return None


def reductions_add_up(loss: Loss, batch: Batch) -> Violation | None:
    """Sum and mean of weighted values, to 2 ulp of the sum of magnitudes, however long the array."""
    values = np.asarray(loss.value(**given(batch)), np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        sizes_fit = np.isfinite(values) & (np.abs(values) < 1e300)
    batch = batch.rows(np.flatnonzero(sizes_fit))
    if not batch.length or any(a.dtype == np.float32 for a in batch.arrays.values()):
        return None  # the values of a float32 kernel are rounded before they can be added here
    batch = repeated(batch, max(1, 2000 // batch.length))
    weight = np.random.default_rng(3).random(batch.length)
    call = {**given(batch), "sample_weight": weight}
    values = np.asarray(loss.value(**call))
    exact, size = math.fsum(values), math.fsum(np.abs(values))
    total, mean = loss.value(**call, reduction="sum"), loss.value(**call, reduction="mean")
    if not abs(total - exact) <= 2 * np.spacing(size):
        return Violation(f"the sum of {len(values)} samples is {total!r}, exact {exact!r}", (), "value")
    divided = exact / math.fsum(weight)
    if not abs(mean - divided) <= 4 * np.spacing(size / math.fsum(weight)):
        return Violation(f"the mean of {len(values)} weighted samples is {mean!r}, exact {divided!r}", (), "value")
    return None


def reduced_derivatives_are_those_of_the_reduced_value(loss: Loss, batch: Batch) -> Violation | None:
    length = 1 << max(batch.length.bit_length() - 1, 0)
    if length > batch.length:
        return None
    few = batch.rows(slice(0, length))  # a power of two: dividing by it is exact
    plain = both(loss, few)[1:]
    for reduction, factor in (("sum", 1.0), ("mean", 1.0 / length)):
        for a, b in zip(plain, both(loss, few, reduction=reduction)[1:], strict=True):
            wrong = ~((b == a * factor) | (np.isnan(a) & np.isnan(b)) | _is_subnormal(a * factor))
            if wrong.any():
                place = tuple(int(p) for p in np.argwhere(wrong)[0])
                text = f"the gradient of the {reduction} is {b[place]!r}, expected {a[place] * factor!r}"
                return Violation(text, place[:1], "gradient", batch=few)
    return None


def nan_stays_in_its_sample(loss: Loss, batch: Batch) -> Violation | None:
    if not batch.length:
        return None
    middle = batch.length // 2
    others = [n for n in range(batch.length) if n != middle]
    results = {"value_and_gradient": loss.value_and_gradient, "gradient_and_hessian": loss.gradient_and_hessian}
    results = {"value": loss.value} if loss.is_metric else results
    for prediction in predictions(loss):
        spoilt = batch.arrays[prediction].copy()
        spoilt[(middle, *[-1] * (spoilt.ndim - 1))] = np.nan
        for name, result in results.items():
            before = as_tuple(result(**given(batch)))
            after = as_tuple(result(**{**given(batch), prediction: spoilt}))
            for a, b in zip(after, before, strict=True):
                if not np.isnan(a[middle]).any():
                    return Violation(f"{name}: {prediction} is NaN and the result {a[middle]!r}", (middle,))
                found = first_difference((a[others],), (b[others],))
                if found:
                    return Violation(f"{name}: NaN in sample {middle} changes another: {found[1]}", (middle,))
    return None
