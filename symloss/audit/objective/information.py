"""Fisher information to compare a Hessian with: that of the recognised loss, or of the function's own likelihood."""

from __future__ import annotations

from typing import Any

import numpy as np

from symloss.errors import SymlossError

from .points import Plan
from .probe import Array, Probe
from .search import Found
from .subject import Refused, Subject

STEPS = 161
"""Of the trapezoidal rule on each side of the centre; it converges exponentially where both ends decay doubly so."""

SPAN = 4.2
"""y = centre + exp(pi/2*sinh(t)) for |t| up to this, and centre - ...: distances from e^-52 to e^52 on a scale of their
own, so that no scale of the distribution is too small or too large, and a kink at the centre is at an end.

Takahasi, H., Mori, M. (1974), Double exponential formulas for numerical integration, Publ. RIMS 9, 721-741.
"""

NORMALISED = 1e-6


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
    """The same for a function whose value is -log p(y | raw), y real, by quadrature over y; None for any other.

    It is a likelihood if exp(-value) integrates to one. The first prediction is taken for the centre.
    """
    if plan.form != "numbers" or plan.predictions != "reals":
        return None
    t = np.linspace(-SPAN, SPAN, STEPS)
    distance = np.exp(np.pi / 2 * np.sinh(t))
    offsets = np.concatenate([-distance, distance])
    slope = np.tile(np.pi / 2 * np.cosh(t) * distance, 2)
    targets = (probe.raw[:, :1] + offsets).ravel()
    every = Probe(targets, np.repeat(probe.raw, 2 * STEPS, axis=0))
    try:
        answer = subject(every)
    except Refused:
        return None
    if answer.value is None:
        return None
    with np.errstate(all="ignore"):
        density = np.exp(-answer.value).reshape(len(probe), 2 * STEPS) * slope * (t[1] - t[0])
        scores = np.nan_to_num(answer.gradient.reshape(len(probe), 2 * STEPS, -1))
        density = np.nan_to_num(density)
    if np.abs(density.sum(axis=1) - 1).max() > NORMALISED:
        return None
    result: Array = np.einsum("ns,nsa,nsb->nab", density, scores, scores)
    return result
