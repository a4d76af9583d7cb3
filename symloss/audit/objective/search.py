"""Which loss a gradient belongs to: the closest ones of the catalogue, with the factor and the distance of each.

The distance is that of two gradients after the best common factor, relative to the function's own gradient and averaged
over targets, so that a target with large gradients does not hide the others: 0 is equal, 1 has nothing in common.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from scipy import optimize

from symloss.errors import SymlossError

from .candidates import Candidate
from .points import Plan
from .probe import Array, Probe
from .readings import Reading, plainness, readings
from .report import Match

SHOWN = 5
"""Matches that a report lists."""

_MOST_FITTED = 8
"""The closest ones: a fit is some hundred evaluations of a loss."""

_WORTH_FITTING = 0.7
"""A loss whose gradient at its default parameters is further away than this is no stranger with other ones."""


@dataclass(frozen=True)
class Found:
    """A match, with what is needed to evaluate the loss again."""

    match: Match
    candidate: Candidate
    reading: Reading
    coverage: int

    def order(self, tolerance: float) -> tuple[Any, ...]:
        """Recognised ones first, of those the plainest, then by distance."""
        recognised = self.match.distance <= tolerance
        target = self.candidate.target
        recoded = self.candidate.form == "labels" and (target is None or target.label_axis is None)
        asked = (self.reading.is_fault, bool(self.match.factors), plainness(self.reading))
        plain = (*asked, len(self.match.parameters), recoded, -self.coverage)
        return (not recognised, plain if recognised else (), self.match.distance, self.match.loss)

    def derivative(self, kind: str, probe: Probe) -> Array:
        """The loss's derivative in the function's coding and with its factor; for readings that change no gradient."""
        made = self.candidate.derivative(kind, self.reading.probe(probe), self.parameters)
        return made * self.factors(probe)

    @property
    def parameters(self) -> dict[str, float]:
        return {**self.candidate.defaults, **self.match.parameters}

    def factors(self, probe: Probe) -> Array:
        """The factor of each sample, (n, 1)."""
        if not self.match.factors:
            return np.full((len(probe), 1), self.match.factor)
        return np.array([[self.match.factors.get(float(t), np.nan)] for t in probe.target])


class Search:
    """One gradient at ordinary samples, compared with losses."""

    def __init__(self, probe: Probe, gradient: Array, plan: Plan, tolerance: float, seconds: float) -> None:
        known = np.isfinite(gradient).all(axis=1)
        self.probe, self.gradient, self.plan = probe.rows(known), gradient[known], plan
        # Computing time: what else the machine does must not decide which losses are compared.
        self.tolerance, self.deadline = tolerance, time.process_time() + seconds
        self.left_out = 0
        self.not_evaluated: dict[str, str] = {}

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return time.process_time() > self.deadline

    def among(
        self, losses: Iterable[Candidate], fixed: Mapping[str, float] | None = None, fit: bool = True
    ) -> list[Found]:
        """The closest ones, the best first; with ``fit`` parameters are searched for where no default fits."""
        found: list[Found] = []
        for candidate in losses:
            if self.is_over:
                self.left_out += 1
                continue
            try:
                found += self.compared(candidate, {**candidate.defaults, **(fixed or {})})
            except SymlossError:
                pass  # no derivative exists: a metric
            except (ArithmeticError, LookupError, TypeError, ValueError) as error:
                self.not_evaluated[candidate.name] = f"{type(error).__name__}: {error}"
        best = self.sorted(found)
        if fit and (not best or best[0].match.distance > self.tolerance):
            fitting = [f.candidate for f in best if f.candidate.fitted and f.match.distance < _WORTH_FITTING]
            found += self.fitted(fitting[:_MOST_FITTED])
        return self.sorted(found)

    def sorted(self, found: Sequence[Found]) -> list[Found]:
        """One of each loss, the best first."""
        best: dict[str, Found] = {}
        for one in sorted(found, key=lambda f: f.order(self.tolerance)):
            # A wrong reading that does not fit says nothing.
            if not one.reading.is_fault or one.match.distance <= self.tolerance:
                best.setdefault(one.match.loss, one)
        return list(best.values())

    # --- one loss -----------------------------------------------------------------------------------

    def compared(self, candidate: Candidate, parameters: Mapping[str, float]) -> Iterator[Found]:
        """Every reading of a loss that leaves something to compare."""
        for reading in readings(candidate, self.plan):
            found = self._read(candidate, parameters, reading)
            if found is not None:
                yield found

    def _read(self, candidate: Candidate, parameters: Mapping[str, float], reading: Reading) -> Found | None:
        picked = self.picked(candidate, reading)
        if picked is None:
            return None
        probe, ours = picked
        theirs = reading.of_loss(candidate.derivative("gradient", reading.probe(probe), parameters), probe)
        if not np.isfinite(theirs).all() or not theirs.any():
            return None
        match = self._match(candidate, parameters, reading, probe, ours, theirs)
        return None if match is None else Found(match, candidate, reading, len(np.unique(probe.target, axis=0)))

    def picked(self, candidate: Candidate, reading: Reading) -> tuple[Probe, Array] | None:
        """The samples that mean something to a loss in a reading, and the function's gradient there as it is read."""
        which = np.ones(len(self.probe), bool)
        if not set(reading.targets) <= set(self.plan.targets):
            return None
        if reading.targets:
            which &= np.isin(self.probe.target, reading.targets)
        which &= candidate.takes(reading.probe(self.probe).target)
        if which.sum() < 4 or not self.gradient[which].any():
            return None
        # One target out of several does not show what a loss does with targets.
        if self.plan.form == "numbers" and len(np.unique(self.probe.target[which])) < min(2, len(self.plan.targets)):
            return None
        probe = self.probe.rows(which)
        return probe, reading.of_function(self.gradient[which], probe)

    def _match(
        self,
        candidate: Candidate,
        parameters: Mapping[str, float],
        reading: Reading,
        probe: Probe,
        ours: Array,
        theirs: Array,
    ) -> Match | None:
        groups = group_by_target(probe)
        factor, distance = common_factor(ours, theirs, groups)
        given = {name: parameters[name] for name in candidate.defaults}
        match = Match(candidate.name, distance, tidy(factor, self.tolerance), given, {}, reading.how)
        if distance <= self.tolerance or len(groups) < 2 or probe.target.ndim > 1:
            return match
        each = {t: common_factor(ours[n], theirs[n], {t: np.arange(len(n))}) for t, n in groups.items()}
        worst = max(distance for _, distance in each.values())
        if worst <= self.tolerance and all(factor > 0 for factor, _ in each.values()):
            factors = {t: tidy(factor, self.tolerance) for t, (factor, _) in each.items()}
            return replace(match, distance=worst, factors=factors)
        return match

    # --- parameters ---------------------------------------------------------------------------------

    def fitted(self, losses: Iterable[Candidate]) -> Iterator[Found]:
        """Losses with the parameters that bring them closest; those whose evaluation is slow are left out."""
        for candidate in losses:
            for reading in readings(candidate, self.plan):
                if self.is_over or reading.is_fault or not candidate.is_cheap:
                    continue
                picked = self.picked(candidate, reading)
                best = None if picked is None else self._fit(candidate, reading, *picked)
                found = None if best is None else self._read(candidate, best, reading)
                if found is not None:
                    yield found

    def _fit(self, candidate: Candidate, reading: Reading, probe: Probe, ours: Array) -> dict[str, float] | None:
        symbols = candidate.fitted
        inner = [(max(s.domain.low, -50.0) + 1e-6, min(s.domain.high, 50.0) - 1e-6) for s in symbols]
        groups, moved = group_by_target(probe), reading.probe(probe)

        def residual(values: Array) -> Array:
            given = {**candidate.defaults, **dict(zip((s.name for s in symbols), map(float, values), strict=True))}
            theirs = reading.of_loss(candidate.derivative("gradient", moved, given), probe)
            return np.nan_to_num(_residual(ours, theirs, groups), nan=1e3, posinf=1e3, neginf=-1e3).ravel()

        best: tuple[float, Any] = (np.inf, None)
        for start in _starts(candidate, inner):
            if self.is_over:
                break
            try:
                result = optimize.least_squares(residual, start, bounds=tuple(zip(*inner, strict=True)), max_nfev=80)
            except (ValueError, SymlossError):
                continue
            best = min(best, (float(result.cost), result.x), key=lambda pair: pair[0])
        if best[1] is None:
            return None
        return {s.name: _rounded(float(v)) for s, v in zip(symbols, best[1], strict=True)}


def _starts(candidate: Candidate, inner: Sequence[tuple[float, float]]) -> Iterator[Array]:
    base = np.array([candidate.defaults[s.name] for s in candidate.fitted], float)
    low, high = np.array(inner).T
    for scale in (1.0, 0.4, 2.5):
        yield np.clip(base * scale, low + 1e-3 * (high - low), high - 1e-3 * (high - low))


def _rounded(value: float) -> float:
    """Six digits, where people write two."""
    return float(f"{value:.6g}")


# --- factors --------------------------------------------------------------------------------------

Groups = Mapping[float, Array]


def group_by_target(probe: Probe) -> dict[float, Array]:
    """The samples of each target; rows of targets are one group."""
    if probe.target.ndim > 1:
        return {0.0: np.arange(len(probe))}
    return {float(t): np.flatnonzero(probe.target == t) for t in np.unique(probe.target)}


def common_factor(ours: Array, theirs: Array, groups: Groups) -> tuple[float, float]:
    """The factor that brings a loss's gradient closest to the function's, and the distance that is left."""
    scales = _scales(ours, groups)
    a, b = ours * scales, theirs * scales
    square = float(np.sum(b * b))
    if square == 0:
        return 0.0, 1.0
    factor = float(np.sum(a * b)) / square
    return factor, float(np.sqrt(np.mean(_shares(a - factor * b, groups))))


def _residual(ours: Array, theirs: Array, groups: Groups) -> Array:
    factor, _ = common_factor(ours, theirs, groups)
    result: Array = (ours - factor * theirs) * _scales(ours, groups)
    return result


def _scales(ours: Array, groups: Groups) -> Array:
    """One over the size of the function's gradient at each target; where it is 0, over the size of all of it."""
    whole = float(np.linalg.norm(ours)) or 1.0
    scales = np.empty((len(ours), 1))
    for rows in groups.values():
        scales[rows] = 1 / (float(np.linalg.norm(ours[rows])) or whole)
    return scales


def _shares(scaled: Array, groups: Groups) -> list[float]:
    return [float(np.sum(scaled[rows] ** 2)) for rows in groups.values()]


def tidy(x: float, tolerance: float) -> float:
    """The simple fraction next to a number that is one up to the tolerance; else the number."""
    near = Fraction(x).limit_denominator(60)
    return float(near) if near and abs(float(near) - x) <= tolerance * abs(x) else x
