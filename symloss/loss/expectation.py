"""Fisher information by summation or quadrature, where the expectation has no closed form.

Never by sampling. A continuous target is integrated by Gauss-Legendre rules on panels that
double in width away from the centre and from the ends of the support, and that are halved
until whole and halves agree; counts are summed in both directions from the centre until what
is left is negligible. The promise is `RELATIVE_BOUND`; where it is not met, the call is an
error and not a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symloss.errors import DerivationError

RELATIVE_BOUND = 1e-8
"""What the numerical Fisher information promises, relative to the square roots of its diagonal."""

Array = npt.NDArray[np.float64]
Integrand = Callable[[Array], Array]
"""From targets, samples x nodes, to density times products of scores, samples x nodes x entries."""

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_FINEST, _WIDEST = -100, 120  # panels from 2**-100 to 2**120: beyond every scale that a sensible prediction gives
_MOST_HALVINGS = 24
_MOST_TERMS = 2**21
_BLOCK = 2**12  # counts summed at once


@dataclass(frozen=True)
class Piece:
    """A part of the support, measured by v from ``start`` (one per sample): target = start + step*v."""

    start: Array
    step: Array
    edges: Array

    def values(self, integrand: Integrand, left: Array, right: Array) -> Array:
        """The integral over every panel: samples x panels x entries."""
        middle, half = (left + right) / 2, (right - left) / 2
        v = middle[:, None] + half[:, None] * _NODES
        at = integrand(self.start[:, None] + self.step[:, None] * v.ravel())
        at = at.reshape(len(self.start), *v.shape, -1)
        weighted = np.einsum("spne,n->spe", at, _WEIGHTS) * half[:, None]
        return np.asarray(weighted * np.abs(self.step)[:, None, None])


def integrate(integrand: Integrand, low: float, high: float, centre: Array, name: str) -> Array:
    """The integral over (low, high) for every sample and entry; ``centre`` (one per sample) is where the density is."""
    parts = [_adapted(piece, integrand, name) for piece in _pieces(low, high, centre)]
    return np.asarray(sum(parts))


def _pieces(low: float, high: float, centre: Array) -> Iterator[Piece]:
    """Outwards from the centre, and inwards from finite ends, where a density may be singular."""
    doubling = np.concatenate(([0.0], np.exp2(np.arange(_FINEST, _WIDEST + 1))))
    to_one = doubling[doubling <= 1.0]
    for end, sign in ((low, -1.0), (high, 1.0)):
        if np.isinf(end):
            yield Piece(centre, np.full_like(centre, sign), doubling)
        else:
            half = (end - centre) / 2
            yield Piece(centre, half, to_one)
            yield Piece(np.full_like(centre, end), -half, to_one)


def _adapted(piece: Piece, integrand: Integrand, name: str) -> Array:
    """The integral over a piece, panels halved until whole and halves agree."""
    left, right = piece.edges[:-1], piece.edges[1:]
    whole = piece.values(integrand, left, right)
    total = np.zeros_like(whole[:, 0])
    scale = np.abs(whole).sum(axis=1)
    for _ in range(_MOST_HALVINGS):
        middle = (left + right) / 2
        halves = piece.values(integrand, np.concatenate((left, middle)), np.concatenate((middle, right)))
        first, second = np.split(halves, 2, axis=1)
        finer = first + second
        scale = np.maximum(scale, np.abs(finer).sum(axis=1))
        error = np.abs(finer - whole)
        # A millionth of the promise for each panel: there are some hundreds of them.
        open_panels = (error > 1e-6 * RELATIVE_BOUND * scale[:, None]).any(axis=(0, 2))
        total += finer[:, ~open_panels].sum(axis=1)
        if not open_panels.any():
            return np.asarray(total)
        left, right = (
            np.concatenate((left[open_panels], middle[open_panels])),
            np.concatenate((middle[open_panels], right[open_panels])),
        )
        whole = np.concatenate((first[:, open_panels], second[:, open_panels]), axis=1)
    raise DerivationError(f"{name}: the Fisher information did not converge to {RELATIVE_BOUND} by quadrature")


def summate(integrand: Integrand, low: float, high: float, centre: Array, name: str) -> Array:
    """The sum over the integers from low to high for every sample and entry, outwards from the centre."""
    start = np.clip(np.floor(centre), low, high)
    total = np.asarray(_one_way(integrand, start, 1.0, low, high, name))
    return total + _one_way(integrand, start - 1.0, -1.0, low, high, name)


def _one_way(integrand: Integrand, start: Array, sign: float, low: float, high: float, name: str) -> Array:
    total: Array | None = None
    offset, size = 0, 64
    while offset < _MOST_TERMS:
        y = start[:, None] + sign * (offset + np.arange(size, dtype=np.float64))
        inside = (y >= low) & (y <= high)
        terms = np.where(inside[..., None], integrand(np.clip(y, low, high)), 0.0)
        block = terms.sum(axis=1)
        total = block if total is None else total + block
        past_end = not inside[:, -1].any()
        # Beyond the mode the terms fall at least as fast as those of a power law of a count's tail.
        last = np.abs(terms[:, -1]) * (offset + size)
        if past_end or (offset > 0 and bool((last <= 1e-3 * RELATIVE_BOUND * np.abs(total)).all())):
            return total
        offset += size
        size = min(2 * size, _BLOCK)
    raise DerivationError(f"{name}: the Fisher information did not converge to {RELATIVE_BOUND} by summation")
