"""Derivatives of a function that somebody else wrote: extrapolated central differences, with an error estimate.

Central differences at steps h, h/2, h/4, ... are extrapolated to h = 0 (Richardson's table). Of all entries of the
table the one that agrees best with its neighbours is taken, and how well it agrees is its error estimate: truncation
makes the first rows disagree, rounding the last ones.

Ridders, C. J. F. (1982), Accurate computation of F'(x) and F'(x) F''(x), Adv. Eng. Software 4, 75-76.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .points import edge_distance
from .probe import Array, Probe, joined

LEVELS = 9
"""Steps: the last one is 1/256 of the first."""

FIRST = 0.4
"""The first step in a raw prediction: the functions under audit vary over lengths of about one."""


@dataclass(frozen=True)
class Estimate:
    """Derivatives and how far they may be off."""

    number: Array
    error: Array

    def settles(self, relative: float) -> Array:
        """Where the error is below a share of the number, or of the largest number of its sample."""
        size = np.abs(self.number)
        axes = tuple(range(1, size.ndim))
        largest = size.max(axis=axes, keepdims=True) if axes else size
        result: Array = np.isfinite(self.error) & (self.error <= relative * np.maximum(largest, 1e-300))
        return result


def by_raw(
    function: Callable[[Probe], Array], probe: Probe, predictions: str = "reals", unit: float = 2.0**-52
) -> Estimate:
    """Derivatives of ``function``, (n, ...) for n samples, by every column of the raw predictions: (n, ..., P).

    The function is called once, with all moved samples one after the other. ``unit`` is the relative rounding error of
    its results, below which no difference means anything.
    """
    n, columns = len(probe), probe.columns
    room = np.minimum(edge_distance(probe.raw, predictions) / 2, FIRST)
    moved = []
    for level in range(LEVELS):
        for column in range(columns):
            by = np.zeros_like(probe.raw)
            by[:, column] = room[:, column] / 2**level
            moved += [probe.moved(by), probe.moved(-by)]
    results = function(joined(moved))
    shape = results.shape[1:]
    results = results.reshape(LEVELS, columns, 2, n, *shape)
    steps = room.T.reshape(columns, n, *([1] * len(shape))) / 2.0 ** np.arange(LEVELS).reshape(
        -1, *[1] * (results.ndim - 2)
    )
    with np.errstate(all="ignore"):
        slopes = (results[:, :, 0] - results[:, :, 1]) / (2 * steps)
        best = _extrapolated(slopes)
        # A sample whose results are large has this much noise in every one of them.
        sizes = np.abs(results).max(axis=(0, 1, 2)).reshape(n, -1).max(axis=1)
        noise = (unit * sizes / room.T).reshape(columns, n, *([1] * len(shape)))
    best = Estimate(best.number, np.maximum(best.error, noise))
    return Estimate(np.moveaxis(best.number, 0, -1), np.moveaxis(best.error, 0, -1))


def along(function: Callable[[Array], float], raw: Array, directions: Array) -> Estimate:
    """Derivatives of one number of all samples along directions, (m, n, P): (m,)."""
    steps = FIRST / 2.0 ** np.arange(LEVELS)
    slopes = [[(function(raw + h * v) - function(raw - h * v)) / (2 * h) for v in directions] for h in steps]
    return _extrapolated(np.array(slopes))


def _extrapolated(slopes: Array) -> Estimate:
    """The best entry of the table of each derivative; ``slopes`` has one row for each halving of the step."""
    number, error = slopes[0], np.full(slopes[0].shape, np.inf)
    previous = [slopes[0]]
    for row in slopes[1:]:
        current = [row]
        for k, above in enumerate(previous):
            made = current[k] + (current[k] - above) / (4.0 ** (k + 1) - 1)
            off = np.maximum(np.abs(made - current[k]), np.abs(made - above))
            better = off < error
            number, error = np.where(better, made, number), np.where(better, off, error)
            current.append(made)
        previous = current
    return Estimate(number, error)
