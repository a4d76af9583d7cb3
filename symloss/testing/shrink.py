"""Smaller counterexamples: fewer samples, fewer classes, simpler numbers, as long as the same law is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from symloss.audit.batch import Array, Batch
from symloss.declare.roles import RoleSymbol, role_symbol
from symloss.loss import Loss

from .law import Law, Violation

MOST_ATTEMPTS = 150
"""Runs of the law: enough for some samples of ten numbers."""

SIMPLE = (0.0, 1.0, -1.0, 2.0, 0.5, -2.0, 10.0, -10.0, 40.0, -40.0, 100.0, -100.0)


def shrunk(loss: Loss, law: Law, found: Violation, late: Callable[[], bool] = lambda: False) -> Violation:
    """The violation at the smallest batch that was found; itself where nothing smaller breaks the law."""
    attempts = MOST_ATTEMPTS
    best = found
    progress = True
    while progress and attempts > 0:
        progress = False
        for smaller in _smaller(loss, best):
            if attempts <= 0 or late():
                return best
            attempts -= 1
            again = law(loss, smaller)
            if again is not None and _is_smaller(again, best):
                best, progress = again, True
                break
    return best


def _is_smaller(a: Violation, b: Violation) -> bool:
    """Whether the batch is smaller: what is shrunk once is not shrunk back."""
    return a.batch is not None and b.batch is not None and _size(a.batch) < _size(b.batch)


def _size(batch: Batch) -> tuple[int, int, int, float]:
    """Samples, then entries, then digits, then magnitudes."""
    entries = [x for a in batch.arrays.values() for x in np.ravel(a).tolist()]
    entries += [x for p in batch.parameters.values() for x in np.ravel(p).tolist()]
    finite = [abs(x) for x in entries if np.isfinite(x)]
    return batch.length, len(entries), sum(len(repr(x)) for x in entries), float(sum(min(x, 1e300) for x in finite))


def _smaller(loss: Loss, found: Violation) -> Iterator[Batch]:
    batch = found.batch
    if batch is None:
        return
    if batch.length > 1:
        for n in found.samples[:1]:
            yield batch.rows(slice(n, n + 1))
        half = batch.length // 2
        yield batch.rows(slice(0, half))
        yield batch.rows(slice(half, None))
    yield from _fewer_classes(loss, batch)
    if batch.length <= 2:
        yield from _simpler_numbers(loss, batch)


def _fewer_classes(loss: Loss, batch: Batch) -> Iterator[Batch]:
    """One entry of the only axis left out, where no label and no part of a simplex is on it."""
    symbols = [role_symbol(d) for d in (*loss.inputs, *loss.parameters)]
    axes = {a.name for s in symbols for a in s.axes}
    if len(axes) != 1 or any(len(s.axes) > 1 for s in symbols):
        return
    length = next(batch.arrays[s.name].shape[1] for s in symbols if s.axes and s.name in batch.arrays)
    for place in reversed(range(length if length > 1 else 0)):
        made = {s.name: _left_out(s, batch.arrays[s.name], place) for s in symbols if s.name in batch.arrays}
        if not any(a is None for a in made.values()):
            parameters = {
                s.name: np.delete(batch.parameters[s.name], place).tolist() if s.axes else batch.parameters[s.name]
                for s in symbols
                if s.role == "parameter"
            }
            yield Batch(batch.kind, {k: a for k, a in made.items() if a is not None}, parameters)


def _left_out(symbol: RoleSymbol, array: Array, place: int) -> Array | None:
    if symbol.label_axis is not None:
        return None if (array == place).any() else array - (array > place)
    if not symbol.axes:
        return array
    if symbol.domain.axis is not None and array[:, place].any():
        return None
    return np.delete(array, place, axis=1)


def _simpler_numbers(loss: Loss, batch: Batch) -> Iterator[Batch]:
    for symbol in map(role_symbol, loss.inputs):
        array = batch.arrays[symbol.name]
        for place in np.ndindex(array.shape):
            for value in _candidates(symbol, array[place].item()):
                changed = array.copy()
                changed[place] = value
                yield Batch(batch.kind, {**batch.arrays, symbol.name: changed}, batch.parameters)
    for symbol in map(role_symbol, loss.parameters):
        value = batch.parameters[symbol.name]
        for simple in _candidates(symbol, value) if not symbol.axes else ():
            yield Batch(batch.kind, batch.arrays, {**batch.parameters, symbol.name: simple})


def _candidates(symbol: RoleSymbol, value: Any) -> list[Any]:
    """Simpler numbers of the domain, simplest first; nothing for an entry of a simplex, whose row has its sum."""
    if symbol.domain.axis is not None or not np.isfinite(value):
        return []
    if symbol.label_axis is not None:
        return list(range(int(value)))[:1]
    default = [] if symbol.default is None else [symbol.default]
    rounded = [float(f"{value:.{digits}g}") for digits in (1, 2, 3, 5)]
    found = dict.fromkeys([*default, *SIMPLE, *rounded])
    simpler = (len(repr(float(value))), abs(value))
    return [v for v in found if (len(repr(v)), abs(v)) < simpler and symbol.domain.contains(v)]
