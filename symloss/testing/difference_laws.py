"""Laws that know nothing of formulas: derivatives against extrapolated differences of the compiled values.

Central differences at steps h, h/2, h/4, ... are extrapolated to h = 0 by Neville's scheme, as Ridders does it
(C. J. F. Ridders, 1982, Accurate computation of F'(x) and F'(x)F''(x), Advances in Engineering Software 4, 75-76). The
difference of neighbours in the scheme bounds the error; a second scheme from smaller steps has to agree, or nothing is
said: beside a kink, and where the function is not smooth at the scale of the steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from symloss.audit.batch import Array, Batch
from symloss.declare.roles import role_symbol
from symloss.loss import Loss

from .exact_laws import is_at_kink, largest_term
from .law import Violation
from .results import finite_rows, matrix_of, predictions, rows_of

LEVELS = 7
FIRST_STEPS = (2.0**-4, 2.0**-7)
"""Of the two schemes. Powers of two, so that steps are added without rounding."""

LARGEST = 2.0**8
BITS = 20
"""Predictions are rounded to so many bits after the point, at most, so that x + h and x - h are exact."""

ROUNDINGS = 64.0
"""Ulps of the largest value that a difference may be wrong by, before it is divided by its step: the bound of a value
(10 ulp) on both sides, and what the weights of the extrapolation (sum below 3) make of it."""

SUM_ROUNDINGS = ROUNDINGS * 2.0**-52 / (FIRST_STEPS[1] * 0.5 ** (LEVELS - 1))
"""Times the largest term of a sum that cancels, which values alone do not show: what its rounding does to a
difference."""


def gradient_is_the_slope_of_the_value(loss: Loss, batch: Batch) -> Violation | None:
    batch = _smooth_part(loss, batch)
    if not batch.length:
        return None
    gradient = rows_of(loss, loss.value_and_gradient(**batch.arrays, **batch.parameters)[1], batch.length)
    for entry, (name, place) in enumerate(_entries(loss, batch)):

        def values(moved: Batch) -> Array:
            return np.asarray(loss.value(**moved.arrays, **moved.parameters))[:, None]

        found = _compared(loss, batch, (name, place), ("value", ""), values, gradient[:, entry : entry + 1])
        if found:
            return Violation(
                f"gradient by {name}{f' {list(place)}' if place else ''}{found[1]}",
                (),
                "gradient",
                name,
                batch=found[0],
            )
    return None


def hessian_is_the_slope_of_the_gradient(loss: Loss, batch: Batch) -> Violation | None:
    batch = _smooth_part(loss, batch)
    if not batch.length:
        return None
    matrix = matrix_of(loss, batch, loss.hessian_matrix(**batch.arrays, **batch.parameters))
    for entry, (name, place) in enumerate(_entries(loss, batch)):

        def gradients(moved: Batch) -> Array:
            return rows_of(loss, loss.value_and_gradient(**moved.arrays, **moved.parameters)[1], moved.length)

        found = _compared(loss, batch, (name, place), ("gradient", name), gradients, matrix[:, entry, :])
        if found:
            return Violation(f"row {entry} of the Hessian{found[1]}", (), "hessian", name, batch=found[0])
    return None


# --- which samples ------------------------------------------------------------------------------------


def _smooth_part(loss: Loss, batch: Batch) -> Batch:
    """Samples of moderate finite numbers in float64, predictions rounded so that steps are exact."""
    if any(role_symbol(p).domain.axis is not None for p in loss.declaration.predictions):
        return batch.rows(slice(0, 0))  # a row that sums to one: a step in one of its entries leaves the domain
    if not batch.length:
        return batch
    names = predictions(loss)
    keep = finite_rows(batch)
    for array in batch.arrays.values():
        keep &= np.abs(array.astype(np.float64)).reshape(batch.length, -1).max(axis=1, initial=0.0) <= LARGEST
    arrays = {n: _float64(a[keep]) for n, a in batch.arrays.items()}
    for name in names:
        arrays[name] = np.round(arrays[name] * 2.0**BITS) / 2.0**BITS
    kept = Batch(batch.kind, arrays, batch.parameters)
    return kept.rows(_away_from_bounds(loss, kept)) if kept.length else kept


def _away_from_bounds(loss: Loss, batch: Batch) -> Array:
    inside = np.ones(batch.length, bool)
    for symbol in map(role_symbol, loss.declaration.predictions):
        entries = batch.arrays[symbol.name].reshape(batch.length, -1)
        room = 2 * FIRST_STEPS[0]
        inside &= ((entries > symbol.domain.low + room) & (entries < symbol.domain.high - room)).all(axis=1)
    return inside


def _float64(array: Array) -> Array:
    return array.astype(np.float64) if array.dtype.kind == "f" else array


def _entries(loss: Loss, batch: Batch) -> Iterator[tuple[str, tuple[int, ...]]]:
    for name in predictions(loss):
        for place in np.ndindex(batch.arrays[name].shape[1:]):
            yield name, place


# --- differences ----------------------------------------------------------------------------------------

Function = Callable[[Batch], Array]
"""From a batch to ``(samples, results)``."""

Variable = tuple[str, tuple[int, ...]]
"""An entry of a prediction: its name and place."""


def _compared(
    loss: Loss, batch: Batch, variable: Variable, of: tuple[str, str], function: Function, got: Array
) -> tuple[Batch, str] | None:
    """The sample at which the derivative differs from the extrapolated difference, and what is said of it."""
    (name, place), (kind, by) = variable, of
    estimate, room = _extrapolated(batch, name, place, function, FIRST_STEPS[0])
    again, room_again = _extrapolated(batch, name, place, function, FIRST_STEPS[1])
    with np.errstate(invalid="ignore"):
        sound = np.isfinite(estimate) & np.isfinite(again) & (np.abs(estimate - again) <= room + room_again)
        useful = sound & (room <= 1e-4 * np.maximum(np.abs(estimate), np.abs(got)))
        wrong = useful & ~(np.abs(got - estimate) <= room + room_again)
    for n, column in np.argwhere(wrong).tolist():
        sample = batch.sample(n)
        if is_at_kink(loss, sample):
            continue  # both schemes give the mean of its sides
        if abs(got[n, column] - estimate[n, column]) > SUM_ROUNDINGS * float(largest_term(loss, kind, by, sample)):
            text = f" is {got[n, column]!r}, differences give {estimate[n, column]!r} +- {room[n, column]:.1e}"
            return batch.rows(slice(n, n + 1)), text
    return None


def _extrapolated(
    batch: Batch, name: str, place: tuple[int, ...], function: Function, step: float
) -> tuple[Array, Array]:
    """The derivative and its error bound for every sample and result."""
    steps = step * 0.5 ** np.arange(LEVELS)
    moves = [s * h for h in steps for s in (1.0, -1.0)]
    results = function(_moved(batch, name, place, moves)).reshape(len(moves), batch.length, -1)
    size = np.abs(results).max(axis=0)
    rounding = ROUNDINGS * np.finfo(np.float64).eps * size
    best = np.full(size.shape, np.nan)
    error = np.full(size.shape, np.inf)
    before: list[Array] = []
    for level, h in enumerate(steps):
        row = [(results[2 * level] - results[2 * level + 1]) / (2 * h)]
        for order in range(level):
            factor = 4.0 ** (order + 1)
            row.append((factor * row[order] - before[order]) / (factor - 1))
            with np.errstate(invalid="ignore"):
                spread = np.maximum(np.abs(row[-1] - row[-2]), np.abs(row[-1] - before[order]))
                spread = spread + rounding / h
                better = spread < error
            best, error = np.where(better, row[-1], best), np.where(better, spread, error)
        before = row
    return best, error


def _moved(batch: Batch, name: str, place: tuple[int, ...], moves: list[float]) -> Batch:
    """The batch once for every move of one entry, one after the other."""
    arrays: dict[str, Array] = {n: np.concatenate([a] * len(moves)) for n, a in batch.arrays.items()}
    shift = np.repeat(moves, batch.length)
    arrays[name][(slice(None), *place)] += shift
    return Batch(batch.kind, arrays, batch.parameters)
