"""Laws of second derivatives that need no oracle: products, symmetry, the diagonal."""

from __future__ import annotations

import numpy as np

from symloss.audit.batch import Array, Batch
from symloss.loss import Loss

from .exact_laws import is_ordinary, largest_term_of_matrix
from .law import Violation
from .results import as_tuple, given, matrix_of, predictions, rows_of

ULPS = 64
"""Entries of the matrix are rounded after cancellation, so that a row's largest entry sets the scale."""

SYMMETRIC = 16
"""Ulps of the largest entry: (i, j) and (j, i) may be summed in another order."""


def hvp_is_hessian_times_vector(loss: Loss, batch: Batch) -> Violation | None:
    batch = _with_finite_matrix(loss, batch)
    if not batch.length:
        return None
    matrix = _matrix(loss, batch)
    random = np.random.default_rng(5)
    vectors = tuple(random.normal(size=batch.arrays[p].shape).astype(batch.arrays[p].dtype) for p in predictions(loss))
    product = as_tuple(loss.hvp(**given(batch), vector=vectors if len(vectors) > 1 else vectors[0]))
    flat = rows_of(loss, vectors, batch.length)
    wide = matrix.astype(np.float64)
    expected = np.einsum("nij,nj->ni", wide, flat)
    scale = np.einsum("nij,nj->ni", np.abs(wide), np.abs(flat))
    got = rows_of(loss, product, batch.length)
    room = ULPS * _spacing(np.maximum(scale, scale.max(axis=1, keepdims=True)), matrix)
    with np.errstate(invalid="ignore"):
        wrong = ~(np.abs(got - expected) <= room) & np.isfinite(room)
    for n, place in np.argwhere(wrong).tolist():
        if abs(got[n, place] - expected[n, place]) > _room_of_terms(loss, batch, n) * np.abs(flat[n]).sum():
            text = f"entry {place} of hvp is {got[n, place]!r}, Hessian times vector {expected[n, place]!r}"
            return Violation(text, (n,), "hessian_matrix", batch=batch)
    return None


def hessian_is_symmetric(loss: Loss, batch: Batch) -> Violation | None:
    batch = _with_finite_matrix(loss, batch)
    if not batch.length:
        return None
    matrix = _matrix(loss, batch)
    apart = np.abs(matrix - np.swapaxes(matrix, 1, 2))
    room = SYMMETRIC * _spacing(np.abs(matrix).max(axis=(1, 2)), matrix)
    for n, i, j in np.argwhere(apart > room[:, None, None]).tolist():
        if apart[n, i, j] > _room_of_terms(loss, batch, n):
            text = f"entries ({i}, {j}) and ({j}, {i}) are {matrix[n, i, j]!r} and {matrix[n, j, i]!r}"
            return Violation(text, (n,), "hessian_matrix", batch=batch)
    return None


def hessian_is_the_diagonal_of_the_matrix(loss: Loss, batch: Batch) -> Violation | None:
    batch = _with_finite_matrix(loss, batch)
    if not batch.length:
        return None
    matrix = _matrix(loss, batch)
    hessian = rows_of(loss, loss.gradient_and_hessian(**given(batch))[1], batch.length)
    diagonal = np.einsum("nii->ni", matrix)
    room = ULPS * _spacing(np.abs(matrix).max(axis=(1, 2)), matrix)
    for n, i in np.argwhere(~(np.abs(diagonal - hessian) <= room[:, None])).tolist():
        if not abs(diagonal[n, i] - hessian[n, i]) <= _room_of_terms(loss, batch, n):
            text = f"entry {i} of the Hessian is {hessian[n, i]!r}, on the diagonal of the matrix {diagonal[n, i]!r}"
            return Violation(text, (n,), "hessian", batch=batch)
    return None


def _room_of_terms(loss: Loss, batch: Batch, n: int) -> float:
    """What rounding does where terms cancel: asked only for a sample that needs an excuse."""
    eps = 2.0**-52 if batch.arrays[predictions(loss)[0]].dtype == np.float64 else 2.0**-23
    sample = batch.sample(n)
    return SYMMETRIC * eps * largest_term_of_matrix(loss, sample) if is_ordinary(sample) else 0.0


def _matrix(loss: Loss, batch: Batch) -> Array:
    return matrix_of(loss, batch, loss.hessian_matrix(**given(batch)))


def _with_finite_matrix(loss: Loss, batch: Batch) -> Batch:
    """The samples whose Hessian neither over- nor underflows."""
    if not batch.length:
        return batch
    matrix = np.abs(_matrix(loss, batch)).astype(np.float64).reshape(batch.length, -1)
    info = np.finfo(np.float32 if any(a.dtype == np.float32 for a in batch.arrays.values()) else np.float64)
    largest = matrix.max(axis=1)
    with np.errstate(invalid="ignore"):
        keep = (largest < float(info.max) * 1e-3) & ((largest > float(info.tiny) * 1e10) | (largest == 0))
    return batch.rows(np.flatnonzero(keep))


def _spacing(sizes: Array, like: Array) -> Array:
    return np.spacing(np.asarray(sizes).astype(like.dtype)).astype(np.float64)
