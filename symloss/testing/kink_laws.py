"""The law of kinks: a gradient there is the one that was declared, the mean of both sides, or one of them.

Kinks of one number are looked for: places where an expression of `Loss.kink_places` is zero in a scalar prediction. The
sides are slopes of the exact value, by the oracle's differences half a step to either side.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import mpmath
import numpy as np

from symloss.audit.batch import Batch
from symloss.declare.roles import role_symbol
from symloss.heads.binders import Binder
from symloss.heads.evaluate import evaluate
from symloss.loss import Loss

from .exact_laws import is_ordinary, oracle
from .exactness import within
from .law import Violation
from .results import given, names_and_arrays, predictions

BITS = 900
STEP = mpmath.mpf(2) ** -300
"""One-sided differences of a smooth side are wrong by about the step, far below an ulp of float64."""

MOST = 12


def has_scalar_kinks(loss: Loss) -> bool:
    """Whether the value has a kink in a scalar prediction."""
    scalars = {s.name for s in map(role_symbol, loss.declaration.predictions) if not s.axes}
    return any(not p.has(Binder) and any(s.name in scalars for s in p.free_symbols) for p in loss.kink_places)


def gradient_at_a_kink_is_the_declared_one(loss: Loss, batch: Batch) -> Violation | None:
    moved = batch.rows(slice(0, MOST))
    for name in predictions(loss):
        if not moved.length or moved.arrays[name].ndim > 1:
            continue
        for n, root in _on_kinks(loss, moved, name):
            here = moved.rows(slice(n, n + 1))
            here.arrays[name][0] = root
            sample = here.sample(0)
            if sample[name] != root:
                continue  # not a number of the dtype
            found = _wrong(loss, here, sample, name)
            if found:
                return Violation(found, (0,), "gradient", name, batch=here)
    return None


def _wrong(loss: Loss, here: Batch, sample: dict[str, Any], name: str) -> str:
    left, right = (_side(loss, sample, name, s) for s in (-1, 1))
    if not (mpmath.isfinite(left) and mpmath.isfinite(right)):
        return ""
    wanted = {"left": left, "right": right, "mean": (left + right) / 2}[loss.kinks]
    got = dict(names_and_arrays(loss, loss.value_and_gradient(**given(here))[1]))[name][0]
    size = max(abs(left), abs(right))
    # The mean of two slopes of opposite sign is no more exact than they are.
    if within(float(got), wanted, str(got.dtype), lambda: size):
        return ""
    shown = ", ".join(mpmath.nstr(x, 12) for x in (left, right))
    return f"gradient by {name} is {got!r} at a kink between slopes {shown}; declared: {loss.kinks}"


def _side(loss: Loss, sample: dict[str, Any], name: str, side: int) -> Any:
    def value(step: Any) -> Any:
        return evaluate(oracle(loss).lifted, {**numbers, name: numbers[name] + step})

    with mpmath.workprec(BITS):
        numbers = oracle(loss).numbers(sample)
        # Second order: (-3 v(0) + 4 v(h) - v(2h))/(2h).
        h = side * STEP
        return (-3 * value(0) + 4 * value(h) - value(2 * h)) / (2 * h)


def _on_kinks(loss: Loss, batch: Batch, name: str) -> Iterator[tuple[int, float]]:
    """(sample, prediction) where a kink lies exactly on a float, found by solving for the prediction as a line."""
    places = [p for p in loss.kink_places if not p.has(Binder) and any(s.name == name for s in p.free_symbols)]
    for n in range(batch.length):
        sample = batch.sample(n)
        if not is_ordinary(sample):
            continue
        numbers = oracle(loss).numbers(sample)
        for place in places:
            for root in roots_of(place, numbers, name):
                yield n, root


PAIRS = ((0, 1), (2**20, 2**20 + 1), (-(2**20), -(2**20) + 1))
"""Two predictions each, through which a line is drawn: a place such as |f - y| - delta is made of two lines."""


def roots_of(place: Any, numbers: dict[str, Any], name: str) -> list[float]:
    """The floats at which an expression is exactly zero in one prediction, where it is made of lines."""

    def height(x: Any) -> Any:
        return evaluate(place, {**numbers, name: mpmath.mpf(x)})

    found = set()
    with mpmath.workprec(200):
        for a, b in PAIRS:
            slope = height(b) - height(a)
            candidate = float(a - height(a) / slope) if mpmath.isfinite(slope) and slope != 0 else np.nan
            if np.isfinite(candidate) and height(candidate) == 0:
                found.add(candidate)
    return sorted(found)
