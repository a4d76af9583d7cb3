"""Laws of what a loss says about itself, and of its minimiser.

A claim is one of `CLAIMS`: a loss that has ``properties`` makes those, and ``check_loss(loss, claims=...)`` adds more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symloss.audit.accuracy import exact_results
from symloss.audit.batch import Batch
from symloss.declare.roles import role_symbol
from symloss.errors import DerivationError, ParameterError
from symloss.loss import Loss

from .exact_laws import is_ordinary
from .law import Violation
from .results import finite_rows, given, names_and_arrays, predictions, rows_of

CLAIMS = ("nonnegative", "convex", "symmetric")

ULPS = 16
"""Of the largest value in an inequality between values, each of which may miss the exact one by its bound."""

NEAR = (2.0**-16, 2.0**-10, 2.0**-5)
"""Steps from the minimiser: beyond the rounding of a mean, which is flat there, and not into another valley."""


SLOPE = 1e-11
"""The slope at which the search over several numbers stops (`symloss.loss.intercept`)."""


def claims_of(loss: Loss) -> tuple[str, ...]:
    """What the loss says about itself."""
    return tuple(str(p) for p in getattr(loss, "properties", ()) or ())


def claims(name: str) -> Callable[[Loss], bool]:
    """Whether a loss makes that claim, as a function of the loss."""
    return lambda loss: name in claims_of(loss)


def value_is_not_negative(loss: Loss, batch: Batch) -> Violation | None:
    value = np.asarray(loss.value(**given(batch)))
    wrong = np.flatnonzero(value < 0)
    return Violation(f"value is {value[wrong[0]]!r}", (int(wrong[0]),), "value") if len(wrong) else None


def value_is_convex(loss: Loss, batch: Batch) -> Violation | None:
    """Half-way between every sample and the next, and no negative curvature along an entry."""
    few = batch.rows(np.flatnonzero(finite_rows(batch))) if batch.length else batch
    if few.length < 2:
        return None
    hessian = rows_of(loss, loss.gradient_and_hessian(**given(few))[1], few.length)
    if (hessian < 0).any():
        n, entry = (int(p) for p in np.argwhere(hessian < 0)[0])
        return Violation(f"entry {entry} of the Hessian is {hessian[n, entry]!r}", (n,), "hessian", batch=few)
    names = predictions(loss)
    ends = {k: np.roll(a, 1, axis=0) if k in names else a for k, a in few.arrays.items()}
    # Halves are added, since a sum of two huge numbers overflows.
    middle = {k: a / 2 + ends[k] / 2 if k in names else a for k, a in few.arrays.items()}
    here, there, between = (np.asarray(loss.value(**a, **few.parameters)) for a in (few.arrays, ends, middle))
    with np.errstate(invalid="ignore", over="ignore"):
        room = ULPS * np.spacing(np.maximum(np.maximum(np.abs(here), np.abs(there)), np.abs(between)))
        wrong = np.flatnonzero(between - (here / 2 + there / 2) > room)
    if not len(wrong):
        return None
    n = int(wrong[0])
    text = f"half-way to another prediction value is {between[n]!r}, above the mean of {here[n]!r} and {there[n]!r}"
    return Violation(text, (n,), "value", batch=few)


def value_is_symmetric(loss: Loss, batch: Batch) -> Violation | None:
    """Target and prediction change places."""
    names = [(s.name, s.role) for s in map(role_symbol, loss.inputs)]
    target = next(name for name, role in names if role == "target")
    (prediction,) = predictions(loss)
    swapped = {**batch.arrays, target: batch.arrays[prediction], prediction: batch.arrays[target]}
    a, b = (np.asarray(loss.value(**x, **batch.parameters)) for x in (batch.arrays, swapped))
    with np.errstate(invalid="ignore"):
        wrong = np.flatnonzero(
            ~((np.abs(a - b) <= ULPS * np.spacing(np.abs(a))) | (a == b) | (np.isnan(a) & np.isnan(b)))
        )
    if not len(wrong):
        return None
    n = int(wrong[0])
    return Violation(f"value is {a[n]!r}, and {b[n]!r} with {target} and {prediction} exchanged", (n,), "value")


def finite_in_finite_out(loss: Loss, batch: Batch) -> Violation | None:
    """No NaN from numbers; an infinity only where the exact result is one, or overflows."""
    if not batch.length:
        return None
    _, hessian = loss.gradient_and_hessian(**given(batch))
    value, gradient = loss.value_and_gradient(**given(batch))
    finite = finite_rows(batch)
    results = [("value", "", value)]
    results += [("gradient", name, array) for name, array in names_and_arrays(loss, gradient)]
    results += [("hessian", name, array) for name, array in names_and_arrays(loss, hessian)]
    for order, by, array in results:
        entries = np.reshape(array, (batch.length, -1))
        for n in np.flatnonzero(finite & ~np.isfinite(entries).all(axis=1)).tolist():
            one = batch.rows(slice(n, n + 1))
            exact = exact_results(loss, order, by, one)
            wrong = np.isnan(entries[n]) | (np.isinf(entries[n]) & exact.is_finite(str(array.dtype)))
            if (wrong & exact.known).any():
                return Violation(f"{order}{f' by {by}' if by else ''} is {np.asarray(array)[n]!r}", (n,), order, by)
    return None


def minimiser_minimises(loss: Loss, batch: Batch) -> Violation | None:
    """The mean loss of the constant that `fit_intercept_only` finds, and beside it."""
    few = batch.rows(np.flatnonzero(finite_rows(batch))[:8]) if batch.length else batch
    if not few.length or not all(is_ordinary(few.sample(n)) for n in range(few.length)):
        return None
    names = predictions(loss)
    try:
        found = loss.fit_intercept_only(**{k: v for k, v in given(few).items() if k not in names})
    except (DerivationError, ParameterError):
        return None  # it has none, or the targets do not say how long a row is
    parts = found if isinstance(found, tuple) else (found,)
    if any(not np.all(np.isfinite(p)) or np.any(np.abs(p) > 100) for p in parts):
        return None
    if any(np.shape(p) != few.arrays[n].shape[1:] for p, n in zip(parts, names, strict=True)):
        return None  # a label of a class that none of the targets has
    best = _mean_at(loss, few, parts)
    for number, name in enumerate(names):
        for place in np.ndindex(np.shape(parts[number])):
            for step in (s * h for h in NEAR for s in (1, -1)):
                moved = [np.array(p, np.float64) for p in parts]
                moved[number][place] += step
                beside = _mean_at(loss, few, moved)
                if beside < best - ULPS * np.spacing(abs(best)) - SLOPE * abs(step):
                    text = f"the mean loss is {best!r} at {found!r}, and {beside!r} with {name} moved by {step}"
                    return Violation(text, tuple(range(few.length)), "value", batch=few)
    return None


def _mean_at(loss: Loss, batch: Batch, parts: Any) -> float:
    constants = {
        name: np.broadcast_to(part, batch.arrays[name].shape)
        for name, part in zip(predictions(loss), parts, strict=True)
    }
    return loss(**{**given(batch), **constants})
