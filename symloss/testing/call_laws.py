"""Laws of calls: the same bits from every entry point, in every layout, batch and number of threads."""

from __future__ import annotations

import pickle

import numpy as np

from symloss.audit.batch import Array, Batch
from symloss.audit.ulp import ulp
from symloss.declare.domains import Domain
from symloss.declare.roles import role_symbol
from symloss.loss import Loss

from .exact_laws import SMALLEST, gradient_is_exact, value_is_exact
from .law import Violation
from .layouts import LAYOUTS
from .results import as_tuple, both, first_difference, given, predictions, same_bits
from .sampling import repeated

MANY = 2000
"""Times a batch is repeated so that it is more than one chunk."""


def entry_points_agree(loss: Loss, batch: Batch, *, alone: bool = True) -> Violation | None:
    """``alone=False`` leaves out gradient and Hessian alone, two kernels to compile."""
    call = given(batch)
    value, gradient = loss.value_and_gradient(**call)
    again, hessian = loss.gradient_and_hessian(**call)
    pairs = [
        ("value", "value_and_gradient", loss.value(**call), value),
        ("gradient_and_hessian", "value_and_gradient", again, gradient),
    ]
    if alone:
        pairs.append(("gradient", "value_and_gradient", loss.gradient(**call), gradient))
        pairs.append(("hessian", "gradient_and_hessian", loss.hessian(**call), hessian))
    for one, other, a, b in pairs:
        found = first_difference(as_tuple(a), as_tuple(b))
        if found:
            return Violation(f"{one} and {other} differ: {found[1]}", found[0], one)
    return None


def call_is_the_mean_value(loss: Loss, batch: Batch) -> Violation | None:
    if not batch.length:
        return None
    mean = loss(**given(batch))
    reduced = loss.value(**given(batch), reduction="mean")
    if not isinstance(mean, float) or not same_bits(np.float64(mean), np.float64(reduced)):
        return Violation(f"loss(...) is {mean!r}, value(..., reduction='mean') {reduced!r}")
    return None


def batch_is_its_rows(loss: Loss, batch: Batch) -> Violation | None:
    whole = both(loss, batch)
    for n in range(batch.length):
        found = first_difference(tuple(w[n : n + 1] for w in whole), both(loss, batch.rows(slice(n, n + 1))))
        if found:
            return Violation(f"sample {n} in its batch and alone: {found[1]}", (n,), "value")
    return None


def batch_dimensions_fold(loss: Loss, batch: Batch) -> Violation | None:
    length = batch.length // 2 * 2
    if not length:
        return None
    flat = batch.rows(slice(0, length))
    deep = {k: a.reshape(2, length // 2, *a.shape[1:]) for k, a in flat.arrays.items()}
    for a, b in zip(both(loss, flat), both(loss, Batch("deep", deep, flat.parameters)), strict=True):
        if b.shape != (2, length // 2, *a.shape[1:]) or not same_bits(a, b.reshape(a.shape)):
            return Violation(f"{length} samples as (2, {length // 2}) give another result, of shape {b.shape}", ())
    return None


def layout_changes_nothing(loss: Loss, batch: Batch) -> Violation | None:
    if not batch.length:
        return None
    plain = both(loss, batch)
    for layout, laid in LAYOUTS.items():
        if layout == "list" and not _is_float64(loss, batch):
            continue  # a list of numbers is float64
        arrays = {k: laid(a) for k, a in batch.arrays.items()}
        found = first_difference(plain, both(loss, Batch(layout, arrays, batch.parameters)))
        if found:
            return Violation(f"as {layout} arrays: {found[1]}", found[0], "value")
    return None


def threads_change_nothing(loss: Loss, batch: Batch) -> Violation | None:
    if not batch.length:
        return None
    many = repeated(batch, MANY)
    one = both(loss, many, n_threads=1)
    small = both(loss, batch)
    found = first_difference(tuple(a[: batch.length] for a in one), small)
    if found:
        return Violation(f"a sample among many and among few: {found[1]}", found[0], "value")
    means = {1: loss(**given(many), n_threads=1)}
    for threads in (2, 3):
        means[threads] = loss(**given(many), n_threads=threads)
        found = first_difference(one, both(loss, many, n_threads=threads))
        if found:
            return Violation(f"in {threads} threads: {found[1]}", (found[0][0] % batch.length,) if found[0] else ())
    if len({np.float64(m).tobytes() for m in means.values()}) > 1:
        return Violation(f"the mean depends on the number of threads: {means}")
    return None


def out_is_filled(loss: Loss, batch: Batch) -> Violation | None:
    expected = as_tuple(loss.value_and_gradient(**given(batch)))
    out = tuple(np.full_like(a, 9.0) for a in expected)
    grouped = (out[0], out[1:] if len(out) > 2 else out[1])
    returned = loss.value_and_gradient(**given(batch), out=grouped)
    if not all(a is b for a, b in zip(as_tuple(returned), out, strict=True)):
        return Violation("out= is not what is returned")
    found = first_difference(out, expected)
    return Violation(f"into out=: {found[1]}", found[0], "value") if found else None


def none_and_one_sample(loss: Loss, batch: Batch) -> Violation | None:
    for length in (0, 1):
        few = batch.rows(slice(0, length))
        for result, shape in zip(both(loss, few), _shapes(loss, few), strict=True):
            if result.shape != shape:
                return Violation(f"{length} samples give a result of shape {result.shape}, expected {shape}")
    return None


def _shapes(loss: Loss, batch: Batch) -> list[tuple[int, ...]]:
    derived = [] if loss.is_metric else predictions(loss)
    return [(batch.length,), *(batch.arrays[name].shape for name in derived)]


def pickle_changes_nothing(loss: Loss, batch: Batch) -> Violation | None:
    again = pickle.loads(pickle.dumps(loss))
    if again != loss:
        return Violation(f"after pickling it is {again!r}")
    found = first_difference(both(loss, batch), both(again, batch))
    return Violation(f"after pickling: {found[1]}", found[0], "value") if found else None


# --- dtypes -------------------------------------------------------------------------------------------------

SINGLE = 4.0
"""Ulps of float32 between a float32 result and the float64 one of the same numbers (docs/accuracy.md); where it is
more, both are held against the oracle."""


def dtype_changes_only_rounding(loss: Loss, batch: Batch) -> Violation | None:
    narrow = _as_single(loss, batch) if batch.length else batch
    if not narrow.length:
        return None
    wide = Batch(batch.kind, {k: _widened(a) for k, a in narrow.arrays.items()}, batch.parameters)
    for kind, call in (("value", value_is_exact), ("gradient", gradient_is_exact)):
        index = 0 if kind == "value" else slice(1, None)
        left, right = both(loss, narrow)[index], both(loss, wide)[index]
        for a, b in zip(as_tuple(left), as_tuple(right), strict=True):
            if a.dtype != np.float32 or b.dtype != np.float64:
                return Violation(f"{kind}: dtypes {a.dtype} and {b.dtype} for predictions in float32 and float64")
            far = _far_apart(a, b)
            rows = np.flatnonzero(far.reshape(len(far), -1).any(axis=1))
            if len(rows) and call(loss, narrow.rows(rows)) is not None:
                place = tuple(int(p) for p in np.argwhere(far)[0])
                return Violation(f"{kind} is {a[place]!r} in float32, {b[place]!r} in float64", place[:1], kind)
    return None


def _as_single(loss: Loss, batch: Batch) -> Batch:
    """The samples that are finite in float32 and still in their domains, rounded to it."""
    with np.errstate(over="ignore", under="ignore"):
        arrays = {k: a.astype(np.float32) if a.dtype.kind == "f" else a for k, a in batch.arrays.items()}
    keep = np.ones(batch.length, bool)
    for symbol in map(role_symbol, loss.inputs):
        array, before = arrays[symbol.name], batch.arrays[symbol.name]
        if array.dtype.kind == "f":
            same = (array == before) | (np.isfinite(array) & (np.abs(array) > SMALLEST) & _inside(symbol.domain, array))
            keep &= same.reshape(batch.length, -1).all(axis=1)
    return Batch(batch.kind, arrays, batch.parameters).rows(keep)


def _inside(domain: Domain, array: Array) -> Array:
    return np.array([domain.contains(float(x)) for x in np.ravel(array)], bool).reshape(array.shape)


def _widened(array: Array) -> Array:
    return array.astype(np.float64) if array.dtype.kind == "f" else array


def _far_apart(a: Array, b: Array) -> Array:
    """Where a float32 result is further from the float64 one than its bound, over- and underflow apart."""
    info = np.finfo(np.float32)
    unit = np.array([float(ulp(x, np.float32)) if np.isfinite(x) else np.inf for x in np.ravel(b)]).reshape(b.shape)
    with np.errstate(invalid="ignore"):
        near = np.abs(a.astype(np.float64) - b) <= SINGLE * unit
        both_large = (np.abs(b) >= float(info.max)) & ~np.isfinite(a) & (np.sign(a) == np.sign(b))
    return ~(near | both_large | (np.isnan(a) & np.isnan(b)))


def _is_float64(loss: Loss, batch: Batch) -> bool:
    return all(batch.arrays[name].dtype == np.float64 for name in predictions(loss))
