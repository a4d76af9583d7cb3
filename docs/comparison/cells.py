"""The ninety cells: fifteen losses, three orders, two dtypes; our kernels and the peers on the same points."""

from __future__ import annotations

import csv
import functools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from symloss.audit.accuracy import DTYPES, ORDERS, Cell, exact_results, measured
from symloss.audit.batch import Batch
from symloss.audit.reals import Reals

from .fifteen import FIFTEEN, Fixed, grid
from .peers import Results

RECORDED = Path(__file__).parent / "recorded_peers.tsv"
AROUND_ZEROS = 0.05
"""Points that close to a true zero of the function, relatively, are left out: no formula is exact there."""


@dataclass(frozen=True)
class Score:
    """What one library reaches in one cell; ``shown`` is the text of a recorded figure."""

    name: str
    median: float
    p99: float
    worst: float
    not_finite: int
    no_digit: int
    where: float = float("nan")
    recorded: bool = False

    @property
    def rank(self) -> tuple[float, ...]:
        return (self.not_finite + self.no_digit, self.worst)

    def __str__(self) -> str:
        lost = "".join(f" {k}{n}" for k, n in (("b", self.not_finite), ("l", self.no_digit)) if n)
        return f"{self.median:.2g} / {self.worst:.2g}{lost}"


@dataclass(frozen=True)
class Comparison:
    """One cell."""

    loss: str
    order: str
    dtype: str
    ours: Score
    peers: tuple[Score, ...]
    cell: Cell
    """Ours by the yardstick of `symloss check --ulp`, next to zeros included."""

    @property
    def best(self) -> Score:
        """The peer with the fewest results lost, and of those the one with the smallest largest error."""
        return min(self.peers, key=lambda peer: peer.rank)

    @property
    def worse_in(self) -> list[str]:
        """In what we are worse than the best of all peers in just that, with by how many ulps."""
        found = []
        if self.ours.not_finite > min(p.not_finite for p in self.peers):
            found.append("NaN/inf")
        if self.ours.no_digit > min(p.no_digit for p in self.peers):
            found.append("no digit")
        # A peer that loses more results than we do owes its smaller maximum to them.
        sound = [p for p in self.peers if p.rank[0] <= self.ours.rank[0]]
        gap = self.ours.worst - min((_upper(p.worst, p) for p in sound), default=math.inf)
        if gap > 0:
            found.append(f"max by {gap:.2g}")
        gap = self.ours.p99 - min((p.p99 for p in sound if not p.recorded), default=math.inf)
        if gap > 0:
            found.append(f"p99 by {gap:.2g}")
        return found

    @property
    def gap(self) -> float:
        """By how many ulps our largest error, or p99, exceeds the best peer's; infinite if we lose more results."""
        sizes = [float(text.rpartition(" by ")[2]) if " by " in text else math.inf for text in self.worse_in]
        return max(sizes, default=0.0)


def _upper(value: float, peer: Score) -> float:
    """A recorded figure has two digits: it may have been half a unit of the second one larger."""
    if not peer.recorded or value == 0:
        return value
    return value + 0.5 * 10.0 ** (np.floor(np.log10(value)) - 1)


def comparisons(peers: dict[str, Results], quick: bool = False, log: Callable[[str], None] = print) -> list[Comparison]:
    """All cells; recorded figures stand in for libraries that are not in ``peers``."""
    found = []
    for dtype in DTYPES:
        x = grid(dtype, quick)
        for fixed in FIFTEEN:
            log(f"{fixed.name} {dtype}")
            found += [compared(fixed, order, dtype, x, peers) for order in ORDERS]
    return found


def compared(fixed: Fixed, order: str, dtype: str, x: Any, peers: dict[str, Results]) -> Comparison:
    """One cell."""
    by = "" if order == "value" else fixed.prediction
    batch = Batch("grid", fixed.arrays(x), dict(fixed.parameters))
    exact = _first_entries(exact_results(fixed.loss, order, by, batch), len(x))
    kept = exact.is_normal(dtype) & ~_around_zeros(x, exact)
    own = getattr(fixed.loss, order)(**batch.arrays, **batch.parameters)
    own = own.reshape(len(x), -1)[:, 0]
    scores = [score(name, results(fixed.name, order, x), exact, kept, x, dtype) for name, results in peers.items()]
    recorded = [r for r in _recorded(dtype, order, fixed.name) if r.name not in peers]
    ours = score("symloss", own, exact, kept, x, dtype)
    assert ours is not None
    cell = measured(fixed.loss, order, by, dtype, [batch])
    return Comparison(fixed.name, order, dtype, ours, (*(s for s in scores if s is not None), *recorded), cell)


def score(name: str, got: Any, exact: Reals, kept: Any, x: Any, dtype: str) -> Score | None:
    """The errors of one library, over points where the exact result is a normal number."""
    if got is None:
        return None
    got = np.asarray(got, np.float64)
    errors = exact.errors(got, dtype)
    finite = np.isfinite(got)
    measured = kept & finite
    values = errors[measured]
    lost = 2.0 ** ({"float64": 53, "float32": 24}[dtype] - 1)
    return Score(
        name,
        float(np.median(values)),
        float(np.quantile(values, 0.99)),
        float(values.max()),
        int((exact.known & exact.is_finite(dtype) & ~finite).sum()),
        int((values >= lost).sum()),
        float(x[measured][np.argmax(values)]),
    )


def _first_entries(exact: Reals, length: int) -> Reals:
    """Of a row the entry that is the number under study."""
    step = len(exact) // length
    return Reals(exact.near[::step], exact.rest[::step], exact.exponent[::step], exact.known[::step])


def _around_zeros(x: Any, exact: Reals) -> Any:
    """Whether a point is next to a change of sign of the exact result, or a zero."""
    sign = np.sign(exact.near)
    mask = sign == 0
    for n in np.flatnonzero(sign[:-1] * sign[1:] < 0):
        low, high = float(x[n]), float(x[n + 1])
        room = AROUND_ZEROS * max(abs(low), abs(high)) if low * high > 0 else 0.0
        mask |= (x >= low - room) & (x <= high + room)
    return mask


@functools.cache
def _table() -> tuple[dict[str, str], ...]:
    with RECORDED.open(encoding="utf-8") as file:
        return tuple(csv.DictReader(file, delimiter="\t"))


def _recorded(dtype: str, order: str, loss: str) -> Iterator[Score]:
    for row in _table():
        if (row["dtype"], row["order"], row["loss"]) == (dtype, order, loss):
            numbers = float(row["median"]), float("nan"), float(row["max"]), int(row["not_finite"])
            yield Score(row["peer"], *numbers, int(row["no_digit"]), recorded=True)
