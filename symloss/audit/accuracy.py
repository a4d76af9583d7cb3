"""How far the kernels of a loss are from the exact results: one `Cell` per result and dtype.

>>> import symloss as sl
>>> from symloss.audit.accuracy import measure
>>> cells = measure(sl.get("squared_error"), count=40)
>>> [(c.order, c.dtype, c.passes) for c in cells]  # doctest: +ELLIPSIS
[('value', 'float64', True), ('gradient', 'float64', True), ...]
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np

from symloss.declare.points import axis_lengths
from symloss.declare.roles import role_symbol
from symloss.loss import Loss

from .batch import Array, Batch
from .bounds import Allowance, Verdict, bound_of
from .exact import Program
from .points import LENGTH, STANDARD, batches
from .reals import Reals
from .store import kept

ORDERS = ("value", "gradient", "hessian")
DTYPES = ("float64", "float32")

MASKED = -20_000.0
"""Stands for -inf, a masked class: exp of it is below every float, so that what is computed is the limit."""

FLOOR = -1160
"""Exact results below that power of two need not be known any better: the smallest float is 2**-1074."""

MOST_EXAMINED = 400
"""Results above the bound that are looked at one by one, per cell: the worst ones."""


@dataclass(frozen=True)
class Example:
    """A result that is worth looking at."""

    why: str
    error: float
    got: float
    exact: str
    sample: dict[str, Any]
    place: tuple[int, ...] = ()


@dataclass(frozen=True)
class Cell:
    """One result of one loss in one dtype, over all points.

    ``median``, ``p99`` and ``worst`` are ulps, over results that are normal numbers and not next to a true
    zero; ``near_zero`` is the largest error next to true zeros, in ulps of the largest term that is added up;
    ``underflow`` the largest error below the normal numbers, in smallest subnormals.
    """

    loss: str
    order: str
    by: str
    dtype: str
    bound: float
    results: int = 0
    unknown: int = 0
    not_finite: int = 0
    finite: int = 0
    digitless: int = 0
    above_bound: int = 0
    median: float = 0.0
    p99: float = 0.0
    worst: float = 0.0
    near_zero: float = 0.0
    next_to_zeros: int = 0
    at_jumps: int = 0
    underflow: float = 0.0
    examples: tuple[Example, ...] = field(default=(), repr=False)

    @property
    def passes(self) -> bool:
        """Whether no result is spurious, without digits or above the bound."""
        return not (self.not_finite or self.finite or self.digitless or self.above_bound)


def measure(
    loss: Loss,
    *,
    orders: Sequence[str] = ORDERS,
    dtypes: Sequence[str] = DTYPES,
    count: int = STANDARD,
    seed: int = 0,
    wrt: Sequence[str] = (),
    progress: Callable[[str], None] = lambda text: None,
) -> list[Cell]:
    """The cells of a loss: every order, by every prediction (and the parameters in ``wrt``), in every dtype."""
    cells = []
    for dtype in dtypes:
        drawn = list(batches(loss, dtype, count, seed))
        for order in orders:
            for by in results_by(loss, order, wrt):
                progress(f"{loss.name} {order} {by} {dtype}")
                cells.append(measured(loss, order, by, dtype, drawn))
    return cells


def results_by(loss: Loss, order: str, wrt: Sequence[str] = ()) -> list[str]:
    """What a derivative can be taken by; nothing for the value, and no result but that for a metric."""
    if loss.is_metric and order != "value":
        return []
    return [""] if order == "value" else [*(role_symbol(p).name for p in loss.declaration.predictions), *wrt]


def measured(
    loss: Loss,
    order: str,
    by: str,
    dtype: str,
    drawn: Iterable[Batch],
    results: Callable[[Batch], Array] | None = None,
) -> Cell:
    """One cell; ``results`` replaces the loss's own kernel, to measure something else by the same yardstick."""
    call = results or (lambda batch: own_results(loss, order, by, batch))
    bound = bound_of(loss, order, dtype)
    parts = []
    for batch in drawn:
        exact = exact_results(loss, order, by, batch)
        parts.append((batch, exact, np.ravel(call(batch)).astype(np.float64)))
    return summary(Cell(loss.name, order, by, dtype, bound), parts, lambda: Allowance(loss, order, by, dtype))


def own_results(loss: Loss, order: str, by: str, batch: Batch) -> Array:
    """What the loss's own kernel gives."""
    options = {"wrt": by} if order != "value" else {}
    return getattr(loss, order)(**batch.arrays, **batch.parameters, **options)


# --- exact results --------------------------------------------------------------------------------


def program(loss: Loss, order: str, by: str, lengths: Mapping[str, int] | None = None) -> Program:
    """The derived expression of a result, ready to be evaluated at samples; axes are as long as in `batches`."""
    expression, indices = loss.pipeline.expression(order, *([by] if by else []))
    axes = loss.declaration.axes
    return Program(expression, indices, axes, axis_lengths(axes, LENGTH) if lengths is None else lengths)


@lru_cache(maxsize=16)
def _program(loss: Loss, order: str, by: str, lengths: tuple[tuple[str, int], ...]) -> Program:
    """`program`, once for all batches and both dtypes: writing out sums takes as long as a hundred samples."""
    return program(loss, order, by, dict(lengths))


def lengths_in(loss: Loss, batch: Batch) -> dict[str, int]:
    """How long the axes are in a batch."""
    lengths: dict[str, int] = {}
    for symbol in map(role_symbol, loss.inputs):
        lengths.update(zip((a.name for a in symbol.axes), batch.arrays[symbol.name].shape[1:], strict=True))
    return {**axis_lengths(loss.declaration.axes, LENGTH), **lengths}


def exact_results(loss: Loss, order: str, by: str, batch: Batch) -> Reals:
    """The exact results of a batch in C order, from the cache folder if they are there."""
    about = (loss.declaration.fingerprint, str(loss.pipeline.expression(order, *([by] if by else []))[0]), order, by)

    def compute() -> Reals:
        run = _program(loss, order, by, tuple(sorted(lengths_in(loss, batch).items())))
        return Reals.of([entry for n in range(batch.length) for entry in run(numbers(batch, n), FLOOR)])

    return kept(about, batch, compute)


def numbers(batch: Batch, n: int) -> dict[str, Any]:
    """A sample as a program takes it."""
    return {name: _unmasked(value) for name, value in batch.sample(n).items()}


def _unmasked(value: Any) -> Any:
    if isinstance(value, list):
        return [_unmasked(v) for v in value]
    return MASKED if value == -math.inf else value


# --- errors ---------------------------------------------------------------------------------------

Part = tuple[Batch, Reals, Array]


def summary(cell: Cell, parts: Sequence[Part], allowance: Callable[[], Any]) -> Cell:
    """The cell filled in from exact and computed results."""
    dtype = cell.dtype
    errors = [exact.errors(got, dtype) for _, exact, got in parts]
    known = np.concatenate([exact.known for _, exact, _ in parts])
    normal = np.concatenate([exact.is_normal(dtype) for _, exact, _ in parts]) & known
    finite = np.concatenate([exact.is_finite(dtype) for _, exact, _ in parts]) & known
    got = np.concatenate([g for _, _, g in parts])
    error = np.concatenate(errors)
    wrong_infinite = finite & ~np.isfinite(got)
    wrong_finite = known & ~finite & (error > 0)
    # NaN for what overflows is as spurious as NaN for what does not.
    wrong_infinite |= wrong_finite & np.isnan(got)
    wrong_finite &= ~np.isnan(got)
    under = finite & ~normal & np.isfinite(got)
    examined = (normal & np.isfinite(got) & (error > cell.bound)) | (under & (error > UNDERFLOW))
    verdicts = _examined(cell, parts, error, examined, allowance)
    excused = np.isin(np.arange(len(got)), [n for n, v in verdicts.items() if v.kind in ("zero", "kink")])
    plain, under = normal & np.isfinite(got) & ~excused, under & ~excused
    bits = {"float64": 52, "float32": 23}[dtype]
    failed = [n for n, v in verdicts.items() if v.kind == "fails"]
    digitless = [n for n in failed if error[n] >= 2.0 ** (bits - 1)] if failed else []
    above_bound = [n for n in failed if n not in digitless]
    shown: dict[str, Any] = {
        "not finite": np.flatnonzero(wrong_infinite),
        "finite": np.flatnonzero(wrong_finite),
        "no digit": digitless,
        "above the bound": above_bound,
        "worst": np.flatnonzero(plain)[[np.argmax(error[plain])]] if plain.any() else [],
    }
    locate = _Locator(parts)
    zero = [v.in_terms for v in verdicts.values() if v.kind == "zero"]
    values = error[plain]
    return replace(
        cell,
        results=int(known.sum()),
        unknown=int((~known).sum()),
        not_finite=int(wrong_infinite.sum()),
        finite=int(wrong_finite.sum()),
        digitless=len(digitless),
        above_bound=len(above_bound),
        median=float(np.median(values)) if len(values) else 0.0,
        p99=float(np.quantile(values, 0.99)) if len(values) else 0.0,
        worst=float(values.max()) if len(values) else 0.0,
        near_zero=max(zero, default=0.0),
        next_to_zeros=len(zero),
        at_jumps=sum(v.kind == "kink" for v in verdicts.values()),
        underflow=float(error[under].max()) if under.any() else 0.0,
        examples=tuple(locate.example(why, n, error[n], dtype) for why, found in shown.items() for n in found[:3]),
    )


UNDERFLOW = 4.0
"""Smallest subnormals that a result in the underflow zone may be wrong by, times 1 + |a| (acceptance figure A8)."""


def _examined(
    cell: Cell, parts: Sequence[Part], error: Array, chosen: Array, allowance: Callable[[], Any]
) -> dict[int, Verdict]:
    """Results above the bound, the worst ones one by one; the others fail unseen."""
    places = np.flatnonzero(chosen)
    if not len(places):
        return {}
    # By size and by rank in turn, so that many alike do not hide the others.
    order = places[np.argsort(-error[places], kind="stable")]
    looked_at = order if len(order) <= MOST_EXAMINED else order[:: math.ceil(len(order) / MOST_EXAMINED)]
    rules, locate = allowance(), _Locator(parts)
    verdicts = {}
    for n in looked_at:
        batch, row, place, _ = locate.find(int(n))
        entry, got = locate.numbers(int(n))
        verdicts[int(n)] = rules.verdict(numbers(batch, row), place, got, entry, float(error[n]), cell.bound)
    if len(looked_at) < len(order):
        # What was not looked at counts as its neighbour in size does.
        last = Verdict("fails")
        for n in order:
            last = verdicts.setdefault(int(n), last)
    return verdicts


class _Locator:
    """From the number of a result to its batch, sample and entry."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = parts
        self.starts = np.cumsum([0, *(len(exact) for _, exact, _ in parts)])

    def find(self, n: int) -> tuple[Batch, int, int, Reals]:
        part = int(np.searchsorted(self.starts, n, side="right")) - 1
        batch, exact, _ = self.parts[part]
        entries = len(exact) // batch.length
        row, place = divmod(n - int(self.starts[part]), entries)
        return batch, row, place, exact

    def numbers(self, n: int) -> tuple[Any, float]:
        """The exact and the computed result."""
        part = int(np.searchsorted(self.starts, n, side="right")) - 1
        _, exact, got = self.parts[part]
        here = n - int(self.starts[part])
        return exact.number(here), float(got[here])

    def example(self, why: str, n: int, error: float, dtype: str) -> Example:
        batch, row, place, exact = self.find(int(n))
        number, got = self.numbers(int(n))
        entries = len(exact) // batch.length
        return Example(
            why, float(error), got, mpmath.nstr(number, 17), batch.sample(row), (place,) if entries > 1 else ()
        )
