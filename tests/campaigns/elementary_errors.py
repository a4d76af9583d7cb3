"""The largest errors of elementary functions on many points of their domains: the figures in their docstrings.

    python -m tests.campaigns.elementary_errors 3000 mills_excess truncated_variance ...

prints a row per function: its largest error in ulp and where. Without names, all functions, which takes hours.
"""

from __future__ import annotations

import sys

from symloss.elementary.table import FUNCTIONS
from tests.elementary.compiled import evaluate
from tests.elementary.oracles import exact, ulps
from tests.elementary.points import DOMAINS, points


def largest_error(name: str, count: int) -> tuple[float, list[float]]:
    """The largest error in ulp over about ``count`` random points and the named extremes, and its arguments."""
    arguments = points(name, count)
    worst: tuple[float, list[float]] = (0.0, [])
    for got, *at in zip(evaluate(name, arguments).tolist(), *(column.tolist() for column in arguments), strict=True):
        want = exact(name, *at)
        if abs(want) >= DOMAINS[name].away_from_zero:
            worst = max(worst, (ulps(got, want), at))
    return worst


if __name__ == "__main__":
    for name in sys.argv[2:] or FUNCTIONS:
        error, at = largest_error(name, int(sys.argv[1]))
        print(f"{name}: {error:.2g} ulp at {', '.join(map(repr, at))}", flush=True)
