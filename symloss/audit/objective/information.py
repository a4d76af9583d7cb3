"""Fisher information to compare a Hessian with: that of the recognised loss, or of the function's own likelihood."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from symloss.errors import SymlossError

from .points import Plan
from .probe import Array, Probe
from .search import Found
from .subject import Refused, Subject

STEPS = 641
"""Of the trapezoidal rule on each side of the centre; it converges exponentially where both ends decay doubly so."""

SPAN = 4.2
"""y = centre + exp(pi/2*sinh(t)) for |t| up to this, and centre - ...: distances from e^-52 to e^52 on a scale of their
own, so that no scale of the distribution is too small or too large, and a kink at the centre is at an end.

Takahasi, H., Mori, M. (1974), Double exponential formulas for numerical integration, Publ. RIMS 9, 721-741.
"""

COUNTS = 600
"""0, 1, ..., as far as rates go that the probes ask for."""

NORMALISED = 1e-6

ENOUGH = 0.6
"""Share of the samples at which it must come out."""


def fisher_of_loss(found: Found, probe: Probe) -> Array | None:
    """E[score scoreᵀ] of a likelihood, (n, P, P), in the function's coding; None for what is no likelihood."""
    candidate = found.candidate
    if found.match.factors or found.reading.is_fault:
        return None  # weighted by target, it is no likelihood
    moved = found.reading.probe(probe)
    columns = [moved.raw[:, k] for k in range(probe.columns)] if candidate.is_split else [moved.raw]
    parameters: dict[str, Any] = found.parameters
    try:
        made = candidate.loss.fisher_matrix(*map(np.ascontiguousarray, columns), **parameters)
    except SymlossError:
        return None
    result: Array = np.asarray(made, np.float64).reshape(len(probe), probe.columns, probe.columns) * found.match.factor
    return result


def fisher_of_function(subject: Subject, probe: Probe, plan: Plan) -> Array | None:
    """The same for a function whose value is -log p(y | raw), by integration over y; None for any other.

    It is a likelihood if exp(-value) integrates to one: over real y, with the first prediction or 0 for the centre, or
    over y = 0, 1, 2, ...
    """
    if plan.form != "numbers" or plan.predictions != "reals":
        return None
    for targets, weights in _measures(probe):
        found = _integrated(subject, probe, targets, weights)
        if found is not None:
            return found
    return None


def _measures(probe: Probe) -> Iterator[tuple[Array, Array]]:
    """Targets for each sample, (n, s), and the weights of a sum over them, (s,)."""
    t = np.linspace(-SPAN, SPAN, STEPS)
    distance = np.exp(np.pi / 2 * np.sinh(t))
    slope = np.tile(np.pi / 2 * np.cosh(t) * distance, 2) * (t[1] - t[0])
    offsets = np.concatenate([-distance, distance])
    yield probe.raw[:, :1] + offsets, slope
    yield np.zeros((len(probe), 1)) + offsets, slope
    yield np.tile(np.arange(float(COUNTS)), (len(probe), 1)), np.ones(COUNTS)


def _integrated(subject: Subject, probe: Probe, targets: Array, weights: Array) -> Array | None:
    n, steps = targets.shape
    try:
        answer = subject(Probe(targets.ravel(), np.repeat(probe.raw, steps, axis=0)))
    except Refused:
        return None
    if answer.value is None:
        return None
    with np.errstate(all="ignore"):
        density = np.nan_to_num(np.exp(-answer.value), posinf=0.0).reshape(n, steps) * weights
        scores = np.where(density[:, :, None] > 0, np.nan_to_num(answer.gradient.reshape(n, steps, -1)), 0.0)
    # A distribution too wide or narrow for the sum is left out; of one that is none, every sample is.
    whole = np.abs(density.sum(axis=1) - 1) <= NORMALISED
    if whole.mean() < ENOUGH:
        return None
    result: Array = np.einsum("ns,nsa,nsb->nab", density, scores, scores)
    return np.where(whole[:, None, None], result, np.nan)
