"""Where a function is probed: targets and raw predictions, ordinary ones and those in the tails."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from symloss.audit.points import pool
from symloss.declare.domains import Binary, Counts, Domain, NonNegative, Positive, Reals, Signs, Unit
from symloss.errors import ParameterError

from .probe import Array, Probe

KINDS: Mapping[str, Domain] = {
    "reals": Reals,
    "nonnegative": NonNegative,
    "positive": Positive,
    "counts": Counts,
    "unit": Unit,
    "binary": Binary,
    "signs": Signs,
}
"""What a target may be, from what most functions take to what the fewest do."""

TARGETS = (-1.25, 0.5, 3.0, 2.0, 1.0, 0.0, -1.0, 0.25, 7.0)
"""Some numbers of every kind; float32 holds each exactly."""

EACH = 20
"""Predictions for each target."""

FEWER = 6
"""The same where a call takes a training."""

SPREAD = 1.6
"""Of raw predictions: logits of ordinary size, and rates between e^-4 and e^4."""

TAIL = (6.0, 12.0, 20.0, 30.0, 36.0, 40.0, 90.0, 300.0, 708.0, 711.0, 746.0, 800.0)
"""Raw predictions far out, of both signs: past the rounding of a sigmoid to 1 (36.7), exp's overflow in float32 (88.7)
and float64 (709.8), and its underflow (745.1)."""


@dataclass(frozen=True)
class Plan:
    """What is drawn: kind of target, domain of the raw predictions, number of columns, and how targets look.

    ``form`` is "numbers" (one number a sample), "labels" (a class number) or "rows" (a row of probabilities);
    ``each`` is how many predictions every target meets.
    """

    form: str
    columns: int
    targets: tuple[float, ...] = ()
    predictions: str = "reals"
    seed: int = 0
    each: int = EACH

    def ordinary(self) -> Probe:
        """Every target with predictions of ordinary size."""
        random = np.random.default_rng([self.seed, self.columns])
        count = self.each * (len(self.targets) if self.form == "numbers" else max(self.columns, 4))
        raw = _FITTED[self.predictions](random.normal(size=(count, self.columns)) * SPREAD)
        return Probe(self._targets(count, random), raw)

    def tails(self) -> Probe:
        """Every target with predictions far out; of several columns one at a time, at every place."""
        line = np.array([sign * x for x in TAIL for sign in (1, -1)])
        if self.predictions == "positive":
            line = np.concatenate([10.0 ** -np.array([3, 8, 16, 40, 300]), 10.0 ** np.array([2, 4, 8, 16, 40])])
        elif self.predictions == "unit":
            line = np.concatenate([[1e-3, 1e-8, 1e-16, 1e-40, 1e-300], 1 - 2.0 ** -np.array([10, 24, 40, 52, 53])])
        random = np.random.default_rng([self.seed, self.columns, 1])
        rows = []
        for column in range(self.columns):
            others = random.normal(size=(len(line), self.columns)) * 0.5
            others[:, column] = line
            rows.append(others if self.columns > 1 else line[:, None])
        raw = np.concatenate(rows)
        if self.form == "numbers":
            return Probe(np.repeat(self.targets, len(raw)), np.tile(raw, (len(self.targets), 1)))
        # Each of these meets every class, or as many rows of targets.
        times = self.columns
        target = self._targets(times * len(raw), random)
        return Probe(np.concatenate([target[k::times] for k in range(times)]), np.tile(raw, (times, 1)))

    def _targets(self, count: int, random: np.random.Generator) -> Array:
        if self.form == "numbers":
            return np.repeat(self.targets, count // len(self.targets))
        labels = np.arange(count) % self.columns
        if self.form == "labels":
            return labels.astype(np.float64)
        hot = np.eye(self.columns)[labels]
        # Half of them certain; sixteenths sum to one exactly.
        cuts = np.sort(random.integers(17, size=(count, self.columns - 1)), axis=1)
        soft = np.diff(np.concatenate([np.zeros((count, 1)), cuts, np.full((count, 1), 16)], axis=1)) / 16
        return np.where((np.arange(count) // self.columns % 2 == 0)[:, None], hot, soft)


_FITTED: Mapping[str, Callable[[Array], Array]] = {
    "reals": lambda x: x,
    "positive": np.exp,
    "unit": lambda x: 1 / (1 + np.exp(-x)),
}
"""From the real line into the domain of the predictions."""


def edge_distance(raw: Array, predictions: str) -> Array:
    """How far a raw prediction may be moved without leaving its domain."""
    if predictions == "reals":
        return np.full(raw.shape, np.inf)
    return raw if predictions == "positive" else np.minimum(raw, 1 - raw)


def given_targets(targets: Any) -> tuple[float, ...]:
    """The targets to probe at: some numbers of a domain or of a kind, or the numbers that were given."""
    if isinstance(targets, str):
        if targets not in KINDS:
            raise ParameterError(f"targets={targets!r}; expected one of {', '.join(KINDS)}, a domain, or numbers")
        targets = KINDS[targets]
    if isinstance(targets, Domain):
        within = [t for t in TARGETS if targets.contains(t)]
        return tuple(float(t) for t in (within or [t for t in pool(targets) if abs(t) < 100]))
    numbers = np.unique(np.asarray(targets, np.float64))
    if numbers.size == 0 or not np.isfinite(numbers).all():
        raise ParameterError(f"targets={targets!r}; expected finite numbers, at least one")
    return tuple(map(float, numbers[:12]))


def of_kind(kind: str, targets: Iterable[float]) -> tuple[float, ...]:
    """Those of the targets that lie in a kind."""
    return tuple(t for t in targets if KINDS[kind].contains(t))
