"""Value, gradient and second derivatives of a loss that PyTorch or JAX differentiates.

Both are imported when they are asked for: symloss does not depend on them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import Any

import numpy as np

from symloss.errors import ParameterError

from .probe import Array

Found = tuple[Array, Array, Array | None]
"""Values per sample (one number where the function returned one), gradient, second derivatives."""


def library(name: str) -> Any:
    """An installed library; a ParameterError that says which one is missing."""
    try:
        return import_module(name)
    except ImportError as error:
        raise ParameterError(f"{name} is not installed; install it to audit a function of this convention") from error


def by_torch(function: Callable[..., Any], raw: Array, target: Array, columns: int) -> Found:
    """Through autograd, twice for the Hessian; a function that cannot be differentiated twice has none."""
    torch = library("torch")
    z, y = torch.tensor(raw, requires_grad=True), torch.tensor(target)
    value = function(z, y)
    (gradient,) = torch.autograd.grad(value.sum(), z, create_graph=True)
    try:
        hessian = _torch_hessian(torch, gradient, z, columns)
    except RuntimeError:
        hessian = None
    return _per_sample(value.detach().numpy(), len(raw)), gradient.detach().numpy(), hessian


def _torch_hessian(torch: Any, gradient: Any, z: Any, columns: int) -> Array | None:
    if not gradient.requires_grad:
        return np.zeros(tuple(z.shape))  # the gradient does not depend on the prediction
    parts = [gradient] if columns == 1 else [gradient[:, k] for k in range(columns)]
    rows = []
    for part in parts:
        (row,) = torch.autograd.grad(part.sum(), z, retain_graph=True, allow_unused=True)
        rows.append(np.zeros(tuple(z.shape)) if row is None else row.detach().numpy())
    return rows[0] if columns == 1 else np.stack(rows, axis=1)


def by_jax(function: Callable[..., Any], raw: Array, target: Array, columns: int) -> Found:
    """Through reverse mode, twice for the Hessian, in float64."""
    jax = library("jax")
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    try:
        shape = jax.eval_shape(function, raw, target).shape
        # One program for each length is compiled; a function that adds up over samples cannot be given more of them.
        length = _padded(len(raw)) if shape[:1] == raw.shape[:1] else len(raw)
        z, y = (jax.numpy.asarray(a[np.minimum(np.arange(length), len(raw) - 1)]) for a in (raw, target))
        parts = map(np.asarray, _jax_results(function, columns)(z, y))
        value, gradient, hessian = (part[: len(raw)] if part.ndim else part for part in parts)
        return _per_sample(value, len(raw)), gradient, hessian
    finally:
        jax.config.update("jax_enable_x64", before)


def _padded(length: int) -> int:
    """The next of a few lengths."""
    return int(4 ** np.ceil(np.log2(max(length, 64)) / 2))


@lru_cache(maxsize=8)
def _jax_results(function: Callable[..., Any], columns: int) -> Any:
    """Value, gradient and second derivatives in one compiled program: one by one they are compiled one by one."""
    jax = library("jax")

    def results(z: Any, y: Any) -> Any:
        def slope(at: Any) -> Any:
            return jax.grad(lambda raw: function(raw, y).sum())(at)

        if columns == 1:
            return function(z, y), slope(z), jax.grad(lambda at: slope(at).sum())(z)
        rows = [jax.grad(lambda at, k=k: slope(at)[:, k].sum())(z) for k in range(columns)]
        return function(z, y), slope(z), jax.numpy.stack(rows, axis=1)

    return jax.jit(results)


def _per_sample(value: Array, length: int) -> Array:
    """The value of each sample, entries of a row of predictions added up; else the sum of what there is."""
    if np.ndim(value) == 0 or len(value) != length:
        return value.sum()
    return value.reshape(length, -1).sum(axis=1)
