"""Batches for any loss, few and chosen, from its declared domains: ordinary, extreme, beside kinks, masked.

A batch is the arguments and parameters by name: arrays whose first axis is the sample, and
numbers for parameters. The same batch for the same seed and the loss's name.

>>> import symloss as sl
>>> [batch.kind for batch in batches(sl.get("huber"))]
['ordinary', 'extreme', 'beside kinks']
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from symloss.audit.batch import Array, Batch
from symloss.audit.masks import can_be_masked, masked_target
from symloss.audit.points import has_rows
from symloss.declare.domains import Domain, Signs
from symloss.declare.points import axis_lengths
from symloss.declare.roles import RoleSymbol, role_symbol
from symloss.heads.binders import Total
from symloss.loss import Loss

LENGTH = 4
"""The shortest row that has a largest, a smallest and two others."""

# Where logistic functions round to 0 or 1 (37, 17), where exp under- and overflows (745, 709, 88), and beyond.
EXTREMES = {"float64": (800.0, -800.0, 40.0, -40.0, 0.0, 1e-9), "float32": (100.0, -100.0, 18.0, -18.0, 0.0, 1e-9)}


def batches(loss: Loss, dtype: str = "float64", ordinary: int = 6, seed: int = 0) -> Iterator[Batch]:
    """The batches that a loss is held against the oracle on."""
    yield draw(loss, ordinary if is_quick(loss) else 1, dtype, seed=seed)
    yield extreme(loss, dtype)
    if not has_rows(loss):
        yield beside_kinks(loss, dtype)
    elif can_be_masked(loss):
        yield masked(loss, dtype)


def draw(loss: Loss, count: int, dtype: str = "float64", length: int = LENGTH, seed: int = 0) -> Batch:
    """Samples of ordinary size inside the domains."""
    numbers = random.Random(zlib.crc32(loss.name.encode()) + seed)
    lengths = axis_lengths(loss.declaration.axes, length)
    arrays = {s.name: _array(s, lengths, count, numbers, dtype) for s in map(role_symbol, loss.inputs)}
    parameters = {s.name: _parameter(s, lengths, numbers) for s in map(role_symbol, loss.parameters)}
    return Batch("ordinary", arrays, parameters)


def extreme(loss: Loss, dtype: str = "float64") -> Batch:
    """Predictions at ±800 (±100 in float32), at 0 and beside it, against targets on the edge of their domain."""
    # Losses of a margin may have a kink at 0, where differences say nothing; so they get both sides of it.
    margin = any(role_symbol(t).domain == Signs for t in loss.inputs)
    far = tuple(-1e-9 if margin and e == 0.0 else e for e in EXTREMES[dtype])
    predictions = [s for s in map(role_symbol, loss.inputs) if s.role == "prediction"]
    count = 2 * len(far) if not has_rows(loss) else 4 if is_quick(loss) else 1
    batch = draw(loss, count, dtype)
    for place, symbol in enumerate(predictions):
        array = batch.arrays[symbol.name]
        if symbol.axes and symbol.domain.test is not None:
            continue  # a row of a declared domain, such as probabilities
        for n in range(count):
            # One entry of a row is far out, the others near; two predictions are far out together only at times.
            if place == 0 or n % 2:
                array[(n, *(n % size for size in array.shape[1:]))] = far[(n + place) % len(far)]
        batch.arrays[symbol.name] = _just_inside(symbol.domain, array)
    for symbol in map(role_symbol, loss.inputs):
        if symbol.role != "prediction":
            batch.arrays[symbol.name][...] = _edges(symbol, batch.arrays[symbol.name], len(far))
    return Batch("extreme", batch.arrays, {s.name: _default(s, batch) for s in map(role_symbol, loss.parameters)})


def beside_kinks(loss: Loss, dtype: str = "float64") -> Batch:
    """Scalar predictions one rounding away from the target and from +-1: where residuals and margins have kinks."""
    target = next((s for s in map(role_symbol, loss.inputs) if s.role == "target"), None)
    spots = [s * c for c in (1.0, 0.5) for s in (1, -1)]
    batch = draw(loss, 2 * len(spots) + 4, dtype)
    real = np.dtype(dtype).type
    for symbol in map(role_symbol, loss.inputs):
        array = batch.arrays[symbol.name]
        if symbol.role == "prediction":
            array[: 2 * len(spots)] = [np.nextafter(real(c), real(to)) for c in spots for to in (np.inf, -np.inf)]
            if target is not None:
                observed = batch.arrays[target.name].astype(dtype)[2 * len(spots) :]
                array[2 * len(spots) :] = np.nextafter(observed, np.array([9, -9, 9, -9], dtype))
            batch.arrays[symbol.name] = _just_inside(symbol.domain, array)
        elif symbol.domain.test is None:
            array[: 2 * len(spots)] = 0.0
    return Batch("beside kinks", batch.arrays, {s.name: _default(s, batch) for s in map(role_symbol, loss.parameters)})


def masked(loss: Loss, dtype: str = "float64") -> Batch:
    """Rows with -inf logits, where the target is 0 (or another class)."""
    batch = draw(loss, 2, dtype)
    for symbol in map(role_symbol, loss.inputs):
        array = batch.arrays[symbol.name]
        if symbol.role == "prediction":
            array[..., 1] = -np.inf
            array[1::2, ..., 3] = -np.inf
        elif symbol.label_axis is not None:
            array[...] = [0, 2]
        elif symbol.axes:
            array[...] = masked_target(symbol.domain)
    return Batch("masked", batch.arrays, batch.parameters)


def mixed(loss: Loss, count: int = 7, dtype: str = "float64", seed: int = 0) -> Batch:
    """Ordinary and extreme samples in one batch: what the laws of calls are held against."""
    a, b = draw(loss, count, dtype, seed=seed), extreme(loss, dtype)
    arrays = {name: np.concatenate([a.arrays[name], b.arrays[name]]) for name in a.arrays}
    return Batch("mixed", arrays, a.parameters)


def repeated(batch: Batch, times: int) -> Batch:
    """The samples again and again."""
    arrays = {name: np.concatenate([a] * times) for name, a in batch.arrays.items()}
    return Batch(batch.kind, arrays, batch.parameters)


def is_quick(loss: Loss) -> bool:
    """Whether the oracle is: not for sums inside sums, nor for whole matrices."""
    return not any(b.body.has(Total) for b in loss.expression.atoms(Total)) and not any(
        len(role_symbol(p).axes) > 1 for p in loss.declaration.predictions
    )


def _array(symbol: RoleSymbol, lengths: dict[str, int], count: int, numbers: random.Random, dtype: str) -> Array:
    if symbol.label_axis is not None:
        return np.array([numbers.randrange(lengths[symbol.label_axis.name]) for _ in range(count)])
    shape = (count, *(lengths[a.name] for a in symbol.axes))
    array = np.array([inside(symbol.domain, numbers) for _ in range(int(np.prod(shape)))], dtype).reshape(shape)
    if symbol.domain.axis is not None:
        # Sixteenths: a row of them sums to one exactly in any dtype.
        least = symbol.role == "prediction"  # a class that was given no chance and came costs an infinite loss
        rows = [_sixteenths(shape[-1], numbers, least) for _ in range(int(np.prod(shape[:-1])))]
        array = np.array(rows, dtype).reshape(shape)
    return array


def inside(domain: Domain, numbers: random.Random) -> float:
    """One number in the domain, of ordinary size."""
    test = domain.test or ("reals",)
    if test[0] == "values":
        return float(numbers.choice(test[1]))
    if test[0] == "integer":
        return float(int(test[1]) + numbers.randrange(6))
    if test[0] == "interval":
        low, high = float(test[1]), float(test[2])
        if low == -float("inf") and high == float("inf"):
            return numbers.uniform(-2.5, 2.5)
        if high == float("inf"):
            return low + numbers.uniform(0.2, 3.0)
        return numbers.uniform(low, high) if low > -float("inf") else high - numbers.uniform(0.2, 3.0)
    return numbers.uniform(-2.5, 2.5)


def _just_inside(domain: Domain, array: Array) -> Array:
    """Predictions moved into an interval they lie outside of: a few roundings away from its ends."""
    if domain.test is None or domain.test[0] != "interval":
        return array
    step = 4 * float(np.finfo(array.dtype).eps)
    low, high = (
        e + s * step * max(1.0, abs(e)) if np.isfinite(e) else e for e, s in ((domain.low, 1), (domain.high, -1))
    )
    return np.clip(array, low, high)


def _sixteenths(length: int, numbers: random.Random, least: int) -> list[float]:
    """A row of sixteenths, none below ``least`` of them."""
    free = 16 - least * length
    cuts = sorted(numbers.randrange(free + 1) for _ in range(length - 1))
    return [(least + b - a) / 16 for a, b in zip([0, *cuts], [*cuts, free], strict=True)]


def _edges(symbol: RoleSymbol, array: Array, half: int) -> Array:
    """Targets: both ends of a finite domain in turn, one-hot rows for a simplex, 1/2 for the reals."""
    test: tuple[Any, ...] = symbol.domain.test or ("reals",)
    result = array.copy()
    if symbol.label_axis is not None:
        return result
    if test[0] == "simplex":
        result[...] = np.eye(array.shape[-1])[np.arange(len(array)) % array.shape[-1]]
    elif test[0] == "values":
        result[:half], result[half:] = min(test[1]), max(test[1])
    elif test[0] == "integer":
        result[half:] = symbol.domain.low
    elif symbol.domain.high < float("inf") and test[0] == "interval" and not symbol.axes:
        result[:half] = symbol.domain.low if test[3] else result[:half]
        result[half:] = symbol.domain.high if test[4] else result[half:]
    elif not symbol.axes and test[0] == "interval":
        result[half:] = 0.0 if test[3] else result[half:]
    elif not symbol.axes:
        result[:half] = 0.5  # not 0: no kink where the prediction is 0
    return result


def _parameter(symbol: RoleSymbol, lengths: dict[str, int], numbers: random.Random) -> Any:
    if symbol.axes:
        # Ascending, since thresholds are.
        return np.sort(_array(symbol, lengths, 1, numbers, "float64")[0]).tolist()
    return inside(symbol.domain, numbers)


def _default(symbol: RoleSymbol, batch: Batch) -> Any:
    return batch.parameters[symbol.name] if symbol.default is None else symbol.default
