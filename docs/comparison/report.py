"""The text of docs/accuracy.md."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version

import numpy as np

import symloss as sl
from symloss.audit.accuracy import DTYPES, ORDERS, Cell
from symloss.audit.points import STANDARD

from .catalogue import FEW, LONGEST, Catalogue, catalogue
from .cells import Comparison, Score
from .functions import Measured, measured_functions
from .peers import versions

HEAD = """# Accuracy

Written by `python docs/make_accuracy.py`; do not edit. `symloss check NAME --ulp` prints the same for any loss.
{versions}.

An error of 1 ulp is the distance between two neighbouring floats at the exact result; 0.5 is a correctly rounded one.
Exact results are the derived expressions, before any stabilising, in interval-like arithmetic whose precision is raised
until 80 bits are right (`symloss/audit/exact.py`); tests compare them with differences of the formula as typed
(`symloss/audit/oracle.py`). Points: log-spaced to both ends of the dtype, dense around zero, beside kinks, zeros and
bounds of domains, random bit patterns, rows with gaps from 0 to 700, ties and masked entries.

- **median, p99, max**: over results that are normal numbers, 2^10 above the smallest one.
- **near 0**: next to a true zero of the result no formula has an ulp of it right on rounded inputs; there the error
  is in ulps of the largest term of the sum that is computed (bound: 4), and left out of the columns before.
- **b**: NaN or infinite for a finite result, or finite for an infinite one. **l**: no correct bit.
- Bounds: {bounds}. What underflows may be wrong by 4 smallest subnormals times 1 + |a|; an exponential of a computed
  exponent a beyond 40 by 4 + |a| ulps. Within rounding of a jump (the Hessian of Huber's loss at its kinks) the value
  of the other side is right.
"""

BOUNDS = (
    "float64 5 / 6 / 8 ulp for value / gradient / Hessian, 4 for rows under softmax, 10 where a special function "
    "occurs; float32 4"
)


def report(found: list[Comparison], quick: bool, log: Callable[[str], None]) -> str:
    """The page."""
    measured = catalogue(STANDARD // 10 if quick else STANDARD, log)
    functions = measured_functions(20 if quick else 100, log)
    head = HEAD.format(versions=_versions(), bounds=BOUNDS)
    sections = (_summary(found, measured.cells), _ninety(found), _catalogue(measured), _functions(functions))
    return "\n".join((head, *sections))


def _versions() -> str:
    libraries = (f"{name} {version(name)}" for name in ("numpy", "numba", "sympy", "mpmath"))
    peers = f"; peers: {', '.join(versions())}" if versions() else "; no peer installed"
    return f"symloss {sl.__version__}, Python {platform.python_version()}, {', '.join(libraries)}{peers}"


# --- tables ---------------------------------------------------------------------------------------


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def ulps(x: float) -> str:
    """A number of ulps with two digits, rounded up, never down to a bound."""
    if x == 0 or not np.isfinite(x):
        return f"{x:.0f}" if x == 0 else "inf"
    unit = 10.0 ** (np.floor(np.log10(x)) - 1)
    return f"{np.ceil(x / unit - 1e-9) * unit:.2g}"


def counts(not_finite: int, no_digit: int) -> str:
    return "".join(f" {letter}{n}" for letter, n in (("b", not_finite), ("l", no_digit)) if n)


def _summary(found: list[Comparison], cells: list[Cell]) -> str:
    lines = ["## Summary", "", _totals("The catalogue", cells), ""]
    rows = [
        [dtype, order, *_extremes([c for c in cells if (c.dtype, c.order) == (dtype, order)])]
        for dtype in DTYPES
        for order in ORDERS
    ]
    lines += [table(("dtype", "result", "cells", "largest median", "largest p99", "max", "near 0", "over bound"), rows)]
    lines += [_against_peers(found), ""]
    names = ["symloss", *sorted({p.name for c in found for p in c.peers})]
    rows = [[dtype, name, *_standing(found, dtype, name)] for dtype in DTYPES for name in names]
    lines += [table(("dtype", "library", "cells", "<= 4 ulp, no b or l", "<= 16", "cells with l", "l", "b"), rows)]
    return "\n".join(lines)


def _totals(what: str, cells: list[Cell]) -> str:
    wrong = sum(c.not_finite + c.finite for c in cells)
    results, lost = sum(c.results for c in cells), sum(c.digitless for c in cells)
    over = [c for c in cells if not c.passes]
    unknown = sum(c.unknown for c in cells)
    return (
        f"{what}: {len({c.loss for c in cells})} losses, {len(cells)} cells, {results} results: {wrong} spurious NaN "
        f"or infinities, {lost} without a correct bit, {len(cells) - len(over)} cells within every bound. Of "
        f"{unknown} further results the exact value was not found at the highest precision, or does not exist."
    )


def _extremes(cells: list[Cell]) -> list[str]:
    over = sum(not c.passes for c in cells)
    largest = (max((getattr(c, name) for c in cells), default=0.0) for name in ("median", "p99", "worst", "near_zero"))
    return [str(len(cells)), *map(ulps, largest), str(over)]


def _against_peers(found: list[Comparison]) -> str:
    lost = sum(c.gap == float("inf") for c in found)
    clear = sum(1 <= c.gap < float("inf") for c in found)
    slight = sum(0 < c.gap < 1 for c in found)
    return (
        f"Beside the peers: {len(found)} cells (fifteen losses, three orders, two dtypes). We are not worse than any "
        f"peer in any figure in {len(found) - lost - clear - slight}; worse by less than 1 ulp in {slight}, by more in "
        f"{clear}; and lose results (NaN, infinite, no correct bit) that some peer does not lose in {lost}. Each "
        f"figure of ours, max and p99, is compared with the smallest of any peer that loses no more results than we do."
    )


def _standing(found: list[Comparison], dtype: str, name: str) -> list[str]:
    scores: list[Score] = []
    for c in found:
        if c.dtype == dtype:
            scores += [s for s in (c.ours, *c.peers) if s.name == name]
    lost = [s.no_digit for s in scores if s.no_digit]
    sound = [s for s in scores if not s.rank[0]]
    counted = [str(sum(s.worst <= limit for s in sound)) for limit in (4, 16)]
    return [str(len(scores)), *counted, str(len(lost)), str(sum(lost)), str(sum(s.not_finite for s in scores))]


def _ninety(found: list[Comparison]) -> str:
    columns = ("loss", "result", "symloss", "p99", "near 0", "best peer", "", "p99", "we are worse in")
    text = [
        "## The ninety cells",
        "",
        "Median / max ulp on 6313 points in float64 and 5187 in float32, every loss as a function of one number, "
        "points within 5 % of a true zero left out as in the figures that were recorded earlier for libraries that are "
        "not measured here (scipy, PyTensor and SymPy on the formula as typed, without p99: "
        "`docs/comparison/recorded_peers.tsv`). The best peer is the one that loses the fewest results, and of "
        "those the one with the smallest largest error.",
        "",
    ]
    for dtype in DTYPES:
        text += [f"### {dtype}", "", table(columns, [_ninety_row(c) for c in found if c.dtype == dtype])]
    return "\n".join(text)


def _ninety_row(c: Comparison) -> list[str]:
    near = ulps(c.cell.near_zero) if c.cell.next_to_zeros else ""
    best = c.best
    p99 = "" if best.recorded else ulps(best.p99)
    return [
        c.loss,
        c.order,
        _score(c.ours),
        ulps(c.ours.p99),
        near,
        best.name,
        _score(best),
        p99,
        ", ".join(c.worse_in),
    ]


def _score(s: Score) -> str:
    return f"{s.median:.2g} / {ulps(s.worst)}{counts(s.not_finite, s.no_digit)}"


def _catalogue(measured: Catalogue) -> str:
    columns = ("loss", "result", "dtype", "results", "median", "p99", "max", "near 0", "b", "l", "over bound")
    rows = [
        [
            c.loss,
            f"{c.order} by {c.by}" if c.by else c.order,
            c.dtype,
            str(c.results),
            f"{c.median:.2g}",
            ulps(c.p99),
            ulps(c.worst),
            ulps(c.near_zero) if c.next_to_zeros else "",
            str(c.not_finite + c.finite or ""),
            str(c.digitless or ""),
            f"**{c.above_bound}**" if c.above_bound else "",
        ]
        for c in measured.cells
    ]
    text = [f"About {STANDARD} samples of a loss, {FEW} of one whose exact results take long."]
    if measured.unfinished:
        text.append(f"Not done in {LONGEST:.0f} seconds: {', '.join(measured.unfinished)}.")
    if measured.failed:
        text.append(f"Failed: {'; '.join(f'{name} ({reason})' for name, reason in measured.failed.items())}.")
    return "\n".join(("## The catalogue", "", " ".join(text), "", table(columns, rows)))


def _functions(functions: list[Measured]) -> str:
    text = (
        "The float64 sources that kernels call, at random points of every size of their domains and at named extremes "
        "(`tests/elementary/points.py`); next to a zero of its own a function is left out where that table says so. "
        "float32 kernels call the same sources and round once; what only they call ends in _single and is measured in "
        "ulps of float32."
    )
    rows = [[f.name, str(f.points), f"{f.median:.2g}", ulps(f.worst), f.where] for f in functions]
    return "\n".join(("## Functions", "", text, "", table(("function", "points", "median", "max", "at"), rows)))
