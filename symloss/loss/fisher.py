"""The numerical Fisher information of a loss: scores from its own kernels, weighted by its own density."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from symloss.call.inputs import bind
from symloss.declare.declaration import Declaration
from symloss.declare.lift import lift
from symloss.declare.roles import RoleSymbol, role_symbol
from symloss.errors import DerivationError

from . import signatures
from .expectation import Array, integrate, summate
from .symbolic import declare


class NumericalFisher:
    """Evaluates E[score scoreᵀ] for arrays of predictions."""

    def __init__(self, declaration: Declaration, make_loss: Any) -> None:
        self.declaration = declaration
        self.make_loss = make_loss

    @cached_property
    def full(self) -> Any:
        """The loss with all its constants and a target free to go wherever the support is."""
        likelihood = self.declaration.likelihood
        if likelihood is None or not isinstance(likelihood.target, RoleSymbol):
            raise DerivationError(f"{self.declaration.name}: the Fisher information of a row target has no closed form")
        free = RoleSymbol(likelihood.target.name, "target")
        swap = {likelihood.target: free}
        inputs = tuple(swap.get(d, d) for d in self.declaration.inputs)
        full = likelihood.full.xreplace(swap)
        return self.make_loss(declare(f"{self.declaration.name}_full", full, inputs=inputs, unused_inputs=True))

    @cached_property
    def mean(self) -> Any:
        """The mean of the target as a compiled expectation, or None."""
        return self.declaration.likelihood is not None and self.declaration.likelihood.mean is not None

    def matrix(self, names: Sequence[str], args: Sequence[Any], named: Mapping[str, Any], predict: Any) -> Array:
        """``(batch, P, P)`` for scalar predictions."""
        if any(role_symbol(d).axes for d in self.declaration.inputs):
            raise DerivationError(f"{self.declaration.name}: no closed form, and quadrature over rows is not offered")
        signature = signatures.of_expectation(self.declaration)
        bound = bind(signature, args, named)
        arrays = {i.name: np.asarray(bound.arrays[i.name], dtype=np.float64) for i in signature.inputs}
        batch = np.broadcast_shapes(*(a.shape for a in arrays.values()))
        flat = {n: np.broadcast_to(a, batch).reshape(-1) for n, a in arrays.items()}
        parameters = {p.name: bound.arrays[p.name] for p in signature.parameters}
        centre = np.broadcast_to(np.asarray(predict(), dtype=np.float64), batch).reshape(-1) if self.mean else None
        found = self._flat(names, flat, parameters, centre)
        return found.reshape(*batch, len(names), len(names)).astype(bound.dtype)

    def _flat(self, names: Sequence[str], arrays: dict[str, Array], parameters: Any, centre: Array | None) -> Array:
        low, high, discrete = self._support()
        rows = len(next(iter(arrays.values())))
        if centre is None or not np.isfinite(centre).all():
            centre = np.full(rows, self._middle(low, high))
        if not discrete:
            centre = np.clip(centre, np.nextafter(low, np.inf), np.nextafter(high, -np.inf))
        target = self.declaration.likelihood.target.name  # type: ignore[union-attr]

        def integrand(y: Array) -> Array:
            given = {n: np.broadcast_to(a[:, None], y.shape) for n, a in arrays.items()}
            value, scores = self.full.value_and_gradient(**{target: y}, **given, **parameters, wrt=list(names))
            return _products(np.exp(-value), scores)

        way = summate if discrete else integrate
        return way(integrand, low, high, centre, self.declaration.name)

    def _support(self) -> tuple[float, float, bool]:
        likelihood = self.declaration.likelihood
        assert likelihood is not None
        low, high, discrete = likelihood.support
        if lift(low).free_symbols or lift(high).free_symbols:
            raise DerivationError(f"{self.declaration.name}: the support {low} to {high} is not a fixed interval")
        return float(low), float(high), discrete

    def _middle(self, low: float, high: float) -> float:
        if np.isfinite(low) and np.isfinite(high):
            return (low + high) / 2
        if np.isfinite(low):
            return low + 1.0
        return high - 1.0 if np.isfinite(high) else 0.0


def _products(density: Array, scores: Sequence[Array]) -> Array:
    """density * score_a * score_b for all pairs; nothing where the density is zero."""
    stacked = np.stack([np.where(density > 0, s, 0.0) for s in scores], axis=-1)
    pairs = density[..., None, None] * stacked[..., :, None] * stacked[..., None, :]
    return np.asarray(pairs.reshape(*density.shape, -1))
