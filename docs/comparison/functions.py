"""The elementary functions against mpmath, at the points of their tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from symloss.elementary.table import FUNCTIONS
from tests.elementary.compiled import evaluate
from tests.elementary.oracles import exact, ulps
from tests.elementary.points import DOMAINS, points


@dataclass(frozen=True)
class Measured:
    """One function."""

    name: str
    points: int
    median: float
    worst: float
    where: str


def measured_functions(count: int, log: Callable[[str], None]) -> list[Measured]:
    """Every function of the table, in the order of the table."""
    return [_measured(name, count, log) for name in FUNCTIONS]


def _measured(name: str, count: int, log: Callable[[str], None]) -> Measured:
    log(name)
    arguments = points(name, count)
    found = []
    for got, *at in zip(evaluate(name, arguments).tolist(), *(column.tolist() for column in arguments), strict=True):
        want = exact(name, *at)
        if abs(want) >= DOMAINS[name].away_from_zero:
            found.append((float(ulps(got, want)), ", ".join(f"{x:.17g}" for x in at)))
    # What only float32 kernels call is measured in ulps of theirs.
    unit = 2.0**29 if name.endswith("_single") else 1.0
    errors = np.array([error for error, _ in found]) / unit
    return Measured(name, len(found), float(np.median(errors)), float(errors.max()), max(found)[1])
