"""Laws of likelihoods: the Fisher information is the variance of the score, and the mean of the Hessian.

The expectation is taken here from scratch: the density is the declared one, in multiple precision, at all values of
a finite target, at the counts up to where nothing is left, or on the nodes of a double-exponential rule (H. Takahasi,
M. Mori, 1974, Double exponential formulas for numerical integration, Publ. RIMS 9, 721-741). Scores and Hessians are
the loss's own. A rule that does not give the density the integral 1 says nothing.
"""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np

from symloss.audit.batch import Array, Batch
from symloss.declare.roles import RoleSymbol, role_symbol
from symloss.errors import DerivationError
from symloss.heads.evaluate import evaluate
from symloss.loss import Loss

from .exact_laws import is_ordinary, oracle
from .law import Violation
from .results import finite_rows, given, matrix_of, predictions, rows_of

RELATIVE = 2.0**-24
"""Of the largest entry: half the digits, which a rule of few nodes gives where it is let speak at all."""

NORMALISED = 2.0**-30
"""How near to 1 the density has to integrate."""

MOST = 3
"""Samples of a batch that are looked at."""

COUNTS, NODES, RANGE, MOST_MOVES = 160, 121, 3.0, 6
"""Counts that are summed; nodes of the rule, and where it ends: sinh(pi/2 sinh(3)) is 3e6; how often it is moved."""

LARGEST = 30.0
"""Predictions beyond that have densities so narrow or wide that no rule fits them all."""


def has_fisher(loss: Loss) -> bool:
    """Whether the loss is a likelihood of one number or class, so that its expectation can be taken here."""
    likelihood = loss.declaration.likelihood
    if likelihood is None or likelihood.event is not None or likelihood.atoms:
        return False
    return isinstance(likelihood.target, RoleSymbol) and not role_symbol(likelihood.target).axes


def fisher_is_the_variance_of_the_score(loss: Loss, batch: Batch) -> Violation | None:
    return _compared(loss, batch, "variance of the score")


def fisher_is_the_expected_hessian(loss: Loss, batch: Batch) -> Violation | None:
    return _compared(loss, batch, "expected Hessian")


def _compared(loss: Loss, batch: Batch, what: str) -> Violation | None:
    seen = 0
    for n in np.flatnonzero(finite_rows(batch)) if batch.length else ():
        sample = batch.sample(int(n))
        moderate = all(np.all(np.abs(sample[p]) <= LARGEST) for p in predictions(loss))
        if seen == MOST or not moderate or not is_ordinary(sample):
            continue
        seen += 1
        nodes = _nodes(loss, sample)
        if nodes is None:
            continue
        expected = _expectation(loss, batch.rows(slice(n, n + 1)), nodes, what)
        call = {k: v for k, v in given(batch.rows(slice(n, n + 1))).items() if k != _target(loss)}
        try:
            fisher = matrix_of(loss, batch.rows(slice(n, n + 1)), loss.fisher_matrix(**call))[0]
        except DerivationError:
            return None  # it does not exist, or has no closed form; the message is another test's business
        size = np.sqrt(np.outer(np.diag(fisher), np.diag(fisher)))
        wrong = ~(np.abs(fisher - expected) <= RELATIVE * np.maximum(size, np.abs(expected).max()))
        if wrong.any() and np.isfinite(expected).all():
            place = tuple(int(p) for p in np.argwhere(wrong)[0])
            text = f"entry {list(place)} of the Fisher matrix is {fisher[place]!r}, the {what} {expected[place]!r}"
            return Violation(text, (int(n),), "fisher")
    return None


def _target(loss: Loss) -> str:
    likelihood = loss.declaration.likelihood
    assert likelihood is not None
    return str(role_symbol(likelihood.target).name)


def _expectation(loss: Loss, batch: Batch, nodes: tuple[Array, Array], what: str) -> Array:
    points, weights = nodes
    arrays = {k: np.concatenate([a] * len(points)) for k, a in batch.arrays.items()}
    arrays[_target(loss)] = points
    many = Batch("nodes", arrays, batch.parameters)
    if what == "expected Hessian":
        matrices = matrix_of(loss, many, loss.hessian_matrix(**given(many))).astype(np.float64)
        return np.einsum("n,nij->ij", weights, matrices)
    scores = rows_of(loss, loss.value_and_gradient(**given(many))[1], len(points)).astype(np.float64)
    return np.einsum("n,ni,nj->ij", weights, scores, scores)


def _nodes(loss: Loss, sample: dict[str, Any]) -> tuple[Array, Array] | None:
    """Targets and their probabilities; None where they do not sum to 1."""
    target = next(s for s in map(role_symbol, loss.inputs) if s.name == _target(loss))
    values = _values(loss, target, sample)
    if values is not None:
        weights = _density(loss, sample, target, values)
        return _if_normalised(values, weights)
    return _quadrature(loss, sample, target)


def _if_normalised(points: Array, weights: Array) -> tuple[Array, Array] | None:
    return (points, weights) if abs(weights.sum() - 1) <= NORMALISED else None


def _density(loss: Loss, sample: dict[str, Any], target: RoleSymbol, points: Array) -> Array:
    """The declared density, 0 outside the target's domain."""
    likelihood = loss.declaration.likelihood
    assert likelihood is not None
    found = np.zeros(len(points))
    with mpmath.workprec(80):
        for n, x in enumerate(points.tolist()):
            if target.label_axis is not None or target.domain.contains(float(x)):
                numbers = oracle(loss).numbers({**sample, target.name: x})
                found[n] = float(mpmath.exp(-evaluate(likelihood.full, numbers)))
    return found


def _values(loss: Loss, target: RoleSymbol, sample: dict[str, Any]) -> Array | None:
    """All values of a target that has few of them, or counts from 0; None for a continuous one."""
    likelihood = loss.declaration.likelihood
    assert likelihood is not None
    if target.label_axis is not None:
        return np.arange(max(np.size(sample[p]) for p in predictions(loss)))
    if target.domain.test and target.domain.test[0] == "values":
        return np.array(target.domain.test[1])
    if likelihood.points:
        return np.array([float(p) for p in likelihood.points])
    return np.arange(COUNTS, dtype=np.float64) if likelihood.support[2] else None


def _quadrature(loss: Loss, sample: dict[str, Any], target: RoleSymbol) -> tuple[Array, Array] | None:
    """Nodes of a rule that is moved to where the density is, until that integrates to 1."""
    likelihood = loss.declaration.likelihood
    assert likelihood is not None
    low, high = (float(end) if end.is_number else np.nan for end in likelihood.support[:2])
    if np.isnan(low) or np.isnan(high):
        return None
    centre, scale = 0.0, 1.0
    for _ in range(MOST_MOVES):
        points, widths = _double_exponential(low, high, centre, scale)
        weights = _density(loss, sample, target, points) * widths
        found = _if_normalised(points, weights)
        if found is not None or not weights.sum() > 0:
            return found
        share = weights / weights.sum()
        centre = float(share @ points)
        spread = float(np.sqrt(share @ (points - centre) ** 2))
        scale = max(spread, float(widths[np.argmax(share)]) / 4) if np.isinf(low) else centre - low
    return None


def _double_exponential(low: float, high: float, centre: float, scale: float) -> tuple[Array, Array]:
    t, step = np.linspace(-RANGE, RANGE, NODES, retstep=True)
    inner, slope = np.pi / 2 * np.sinh(t), np.pi / 2 * np.cosh(t)
    if np.isfinite(low) and np.isfinite(high):
        half = (high - low) / 2
        return low + half * (1 + np.tanh(inner)), step * half * slope / np.cosh(inner) ** 2
    if np.isfinite(low):
        return low + scale * np.exp(inner), step * scale * np.exp(inner) * slope
    return centre + scale * np.sinh(inner), step * scale * np.cosh(inner) * slope
