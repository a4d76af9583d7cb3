"""Laws of rows: shifted logits, permuted classes, masked ones, one class, ragged rows.

Whether a loss is invariant is not declared; it is read off the declared expression in 300 bits at some points.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from symloss.audit.batch import Array, Batch
from symloss.declare.roles import role_symbol
from symloss.heads.evaluate import evaluate
from symloss.loss import Loss

from .exact_laws import oracle
from .law import Violation
from .results import first_difference, given, predictions
from .sampling import draw

ULPS = 64
"""Of a row's largest entry, between the results of a row and of the same row written differently: entries are summed
in another order, and each result may miss the exact one by its bound."""

SHIFT = 8.0
BITS = 16
"""Logits are rounded to so many bits after the point and a power of two is added: shifting is exact."""


# --- which losses -----------------------------------------------------------------------------------


def is_one_row(loss: Loss) -> bool:
    """One prediction, with one axis."""
    found = loss.declaration.predictions
    return len(found) == 1 and len(role_symbol(found[0]).axes) == 1


def compares_places(loss: Loss) -> bool:
    """Whether the classes have an order: which place comes first matters, and with it the number of classes."""
    relations = loss.declaration.expression.atoms(sp.core.relational.Relational)
    return any(isinstance(side, sp.Idx) for r in relations if not isinstance(r, (sp.Eq, sp.Ne)) for side in r.args)


@lru_cache(maxsize=256)
def is_shift_invariant(loss: Loss) -> bool:
    return is_one_row(loss) and _unchanged(loss, lambda arrays: _shifted(loss, arrays))


@lru_cache(maxsize=256)
def is_permutation_invariant(loss: Loss) -> bool:
    if not is_one_row(loss) or any(role_symbol(p).axes for p in loss.parameters):
        return False
    return _unchanged(loss, lambda arrays: _permuted(loss, arrays, [2, 0, 3, 1]))


def has_row_without_twin(loss: Loss) -> bool:
    """Whether rows may be ragged: one free axis, which every array that has one shares."""
    axes = loss.declaration.axes
    return is_one_row(loss) and len(axes) == 1 and not any(role_symbol(p).axes for p in loss.parameters)


def _unchanged(loss: Loss, change: Callable[[dict[str, Array]], dict[str, Array]]) -> bool:
    for seed in range(3):
        batch = _rounded(loss, draw(loss, 1, seed=seed))
        other = Batch("changed", change(batch.arrays), batch.parameters)
        if any(o.shape != b.shape for o, b in zip(other.arrays.values(), batch.arrays.values(), strict=True)):
            return False
        with mpmath.workprec(300):
            a, b = (evaluate(loss.expression, oracle(loss).numbers(x.sample(0))) for x in (batch, other))
            if not abs(a - b) <= mpmath.mpf(2) ** -200 * (1 + abs(a)):
                return False
    return True


# --- laws ---------------------------------------------------------------------------------------------


def shifting_a_row_changes_nothing(loss: Loss, batch: Batch) -> Violation | None:
    """Values and gradients of shifted logits, and gradients that sum to zero."""
    batch = _rounded(loss, batch)
    if not batch.length:
        return None
    value, gradient = loss.value_and_gradient(**given(batch))
    other, slope = loss.value_and_gradient(**_shifted(loss, batch.arrays), **batch.parameters)
    found = _apart(value[:, None], other[:, None]) or _apart(gradient, slope)
    if found:
        return Violation(f"logits shifted by {SHIFT:g} give {found[1]}", found[0], "value")
    total, room = gradient.sum(axis=1), ULPS * np.spacing(np.abs(gradient).max(axis=1))
    wrong = np.flatnonzero(~(np.abs(total) <= room))
    if len(wrong):
        n = int(wrong[0])
        return Violation(f"the gradient {gradient[n].tolist()} sums to {total[n]!r}, not to 0", (n,), "gradient")
    return None


def permuting_a_row_permutes_its_gradient(loss: Loss, batch: Batch) -> Violation | None:
    (name,) = predictions(loss)
    if not batch.length or batch.arrays[name].shape[1] < 2:
        return None
    order = np.roll(np.arange(batch.arrays[name].shape[1]), 1).tolist()  # none stays where it is
    value, gradient = loss.value_and_gradient(**given(batch))
    other, permuted = loss.value_and_gradient(**_permuted(loss, batch.arrays, order), **batch.parameters)
    found = _apart(value[:, None], other[:, None]) or _apart(gradient[:, order], permuted)
    return Violation(f"classes in the order {order} give {found[1]}", found[0], "gradient") if found else None


def masked_class_is_as_if_it_were_not_there(loss: Loss, batch: Batch) -> Violation | None:
    """Of the samples that have a mask: gradient 0 there, and the rest as without it."""
    (name,) = predictions(loss)
    for n in range(batch.length):
        masked = np.isneginf(batch.arrays[name][n])
        if not masked.any() or masked.all():
            continue
        sample = batch.rows(slice(n, n + 1))
        value, gradient = loss.value_and_gradient(**given(sample))
        if gradient[0, masked].any():
            return Violation(
                f"masked classes have the gradient {gradient[0, masked].tolist()}, not 0", (n,), "gradient"
            )
        kept = np.flatnonzero(~masked)
        without = {k: _without(loss, k, a, kept) for k, a in sample.arrays.items()}
        alone, slope = loss.value_and_gradient(**without, **batch.parameters)
        found = _apart(value[:, None], alone[:, None]) or _apart(gradient[:, kept], slope)
        if found:
            return Violation(f"with masked classes and without them: {found[1]}", (n,), "value")
    return None


def one_class_is_certain(loss: Loss, batch: Batch) -> Violation | None:
    """Rows of one class: finite, and no pull under a softmax, whose probability of the only class is 1."""
    few = draw(loss, 3, length=1)
    for array in few.arrays.values():
        if array.dtype.kind == "i":
            array[...] = 0
    value, gradient = loss.value_and_gradient(**given(few))
    shapes = [g.shape for g in (gradient if isinstance(gradient, tuple) else (gradient,))]
    if not np.isfinite(value).all() or shapes != [few.arrays[p].shape for p in predictions(loss)]:
        return Violation(f"a row of one class has the values {value.tolist()}", (0,), "value", batch=few)
    if is_shift_invariant(loss) and gradient.any():
        return Violation(f"a row of one class has the gradient {gradient.tolist()}, not 0", (0,), "gradient", batch=few)
    return None


def ragged_rows_are_the_rows(loss: Loss, batch: Batch) -> Violation | None:
    sizes = [3, 1, 5, 2]
    rows = [draw(loss, 1, length=size, seed=n) for n, size in enumerate(sizes)]
    parameters = rows[0].parameters
    flat: dict[str, Any] = {k: np.concatenate([np.ravel(r.arrays[k]) for r in rows]) for k in rows[0].arrays}
    value, gradient = loss.value_and_gradient(**flat, **parameters, groups=sizes)
    alone = [loss.value_and_gradient(**r.arrays, **parameters) for r in rows]
    expected = np.concatenate([v for v, _ in alone]), np.concatenate([g[0] for _, g in alone])
    found = first_difference((value, gradient), expected)
    return Violation(f"rows of lengths {sizes} in one call and alone: {found[1]}", (), batch=rows[0]) if found else None


# --- rows written differently --------------------------------------------------------------------------


def _shifted(loss: Loss, arrays: dict[str, Array]) -> dict[str, Array]:
    (name,) = predictions(loss)
    return {**arrays, name: arrays[name] + arrays[name].dtype.type(SHIFT)}


def _permuted(loss: Loss, arrays: dict[str, Array], order: list[int]) -> dict[str, Array]:
    """Every array that has an axis, and labels, in another order of the classes."""
    place = np.argsort(order)
    made = {}
    for symbol in map(role_symbol, loss.inputs):
        array = arrays[symbol.name]
        for axis in range(array.ndim - 1, 0, -1):
            array = np.take(array, order, axis=axis) if array.shape[axis] == len(order) else array
        made[symbol.name] = place[array] if symbol.label_axis is not None else array
    return made


def _without(loss: Loss, name: str, array: Array, kept: Array) -> Array:
    symbol = next(s for s in map(role_symbol, loss.inputs) if s.name == name)
    if symbol.label_axis is not None:
        return np.searchsorted(kept, array)
    return np.take(array, kept, axis=1) if symbol.axes else array


def _rounded(loss: Loss, batch: Batch) -> Batch:
    """Samples whose logits are moderate, rounded so that a shift is exact."""
    (name,) = predictions(loss)
    array: Array = batch.arrays[name]
    with np.errstate(invalid="ignore"):
        masks: Array = np.isneginf(array)
        keep = (masks | (np.abs(array) <= 32)).all(axis=1) & ~masks.all(axis=1)
        rounded = np.round(array * 2.0**BITS) / 2.0**BITS
    return Batch(batch.kind, {**batch.arrays, name: rounded.astype(array.dtype)}, batch.parameters).rows(keep)


def _apart(a: Any, b: Any) -> tuple[tuple[int, ...], str] | None:
    """The first sample in which two results differ by more than ulps of the row's largest entry."""
    size = np.maximum(np.abs(a).max(axis=1), np.abs(b).max(axis=1))
    with np.errstate(invalid="ignore"):
        room = ULPS * np.spacing(np.where(np.isfinite(size), size, 1).astype(a.dtype))
        near = (np.abs(a - b) <= room[:, None]) | (a == b) | (np.isnan(a) & np.isnan(b))
    rows = np.flatnonzero(~near.all(axis=1))
    if not len(rows):
        return None
    n = int(rows[0])
    return (n,), f"{a[n].tolist()} and {b[n].tolist()}"
