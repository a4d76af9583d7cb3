"""The largest errors of elementary functions on many points of their domains: the figures in their docstrings.

    python -m tests.campaigns.elementary_errors 3000 mills_excess truncated_variance ...

prints a row per function: its largest error in ulp and where. Without names, all functions, which takes hours. Next to
zeros that are no limit of accuracy (`away_from_zero`) the error is in ulps of the largest term, where that is known.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

from mpmath import loggamma

from symloss.elementary.table import FUNCTIONS
from tests.elementary.compiled import evaluate
from tests.elementary.oracles import exact, ulps
from tests.elementary.points import DOMAINS, points

Worst = tuple[float, list[float]]
"""An error and the arguments where it was found."""

TERMS: dict[str, Callable[..., tuple[float, ...]]] = {
    "log_beta": lambda a, b: (loggamma(a), loggamma(b), loggamma(a + b)),
    "rising_log": lambda x, n: (loggamma(x), loggamma(x + n)),
    "logaddexp": lambda a, b: (a, b),
}


def largest_errors(name: str, count: int) -> tuple[Worst, Worst]:
    """Over about ``count`` random points and the named extremes: in ulp, and next to zeros in ulp of a term."""
    arguments = points(name, count)
    worst: Worst = (0.0, [])
    near: Worst = (0.0, [])
    for got, *at in zip(evaluate(name, arguments).tolist(), *(column.tolist() for column in arguments), strict=True):
        want = exact(name, *at)
        if abs(want) >= DOMAINS[name].away_from_zero:
            worst = max(worst, (ulps(got, want), at))
        elif name in TERMS:
            largest = math.ulp(float(max(map(abs, TERMS[name](*at)))))
            near = max(near, (float(abs(got - want)) / largest, at))
    return worst, near


if __name__ == "__main__":
    for name in sys.argv[2:] or FUNCTIONS:
        for (error, at), unit in zip(largest_errors(name, int(sys.argv[1])), ("ulp", "ulp of a term"), strict=True):
            if at:
                print(f"{name}: {error:.2g} {unit} at {', '.join(map(repr, at))}", flush=True)
