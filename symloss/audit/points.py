"""Where a loss is measured: both tails, dense middles, zeros, kinks and their neighbours, random bits, hard rows.

Every batch is drawn from the declared domains alone, so that any loss can be measured; the same
seed gives the same points.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from symloss.declare.domains import Domain
from symloss.declare.points import axis_lengths
from symloss.declare.roles import RoleSymbol, role_symbol
from symloss.heads.binders import Binder
from symloss.loss import Loss

from .batch import Array, Batch
from .exact import Program
from .masks import can_be_masked, masked_target

STANDARD = 2000
"""Samples of a scalar loss at its parameters' defaults; other parameters and rows get a share of it."""

ROW_SHARE = 0.1  # a row has several entries, each of them a result, and takes longer to be exact about
OTHER_PARAMETERS_SHARE = 0.25

MIDDLE = {"float64": 45.0, "float32": 104.0}
"""Where logistic functions reach 1 to the last bit (37) and, in float32, where exp has underflowed (104)."""
WIDE = 800.0  # beyond the under- and overflow of exp in float64, -745 and 710

SPECIAL = (0.0, 1e-9, 0.5, 1.0, 2.0, 36.7, 88.7, 89.0, 103.9, 104.0, 709.7, 709.79, 710.0, 745.1, 745.2, 750.0)
"""Both signs of them are taken: 0 and 1, and the ends of exp in both dtypes."""

NEIGHBOURS = (0, 1, -1, 2, -2, 64, -64)
"""Distances in ulps from a kink, a zero or a bound."""

GAPS = {"float64": (0.0, 1e-9, 5.0, 40.0, 700.0), "float32": (0.0, 1e-4, 5.0, 17.0, 100.0)}
"""Between the largest entry of a row and the next one."""

TARGETS = {
    "reals": (0.0, 0.5, -1.25, 3.0, 1e4),
    "positive": (1.0, 0.5, 2.5, 1e-6, 1e6),
    "integer": (0, 1, 3, 17, 1000),
    "unit": (0.25, 0.5, 2.0**-20, 1 - 2.0**-20),
}
"""Inside the domain; bounds that belong to it are added."""

OTHERS = (0.0, 0.5, -1.25, 3.0, -20.0, 20.0)
"""What the other predictions are while one of them takes all values."""


def batches(loss: Loss, dtype: str = "float64", count: int = STANDARD, seed: int = 0) -> Iterator[Batch]:
    """The samples of a loss: at the defaults of its parameters, and at others."""
    for n, parameters in enumerate(parameter_sets(loss)):
        share = count if n == 0 else int(count * OTHER_PARAMETERS_SHARE)
        drawing = Drawing(loss, dtype, share, parameters, seed + 1000 * n)
        drawn = drawing.rows() if has_rows(loss) else drawing.scalars()
        yield from (batch for batch in drawn if batch.length)


def has_rows(loss: Loss) -> bool:
    """Whether a prediction has an axis of its own."""
    return any(role_symbol(d).axes for d in loss.declaration.predictions)


def parameter_sets(loss: Loss) -> list[dict[str, Any]]:
    """The defaults, and two others of every parameter."""
    symbols = [role_symbol(p) for p in loss.parameters]
    if not symbols:
        return [{}]
    lengths = axis_lengths(loss.declaration.axes, LENGTH)
    first = {s.name: _parameter(s, lengths, 0) for s in symbols}
    return [first, *({s.name: _parameter(s, lengths, n) for s in symbols} for n in (1, 2))]


def _parameter(symbol: RoleSymbol, lengths: Mapping[str, int], n: int) -> Any:
    choices = [v for v in (1.0, 0.5, 2.0, 3.0, 0.25, 0.0) if symbol.domain.contains(v) and v != symbol.default]
    if symbol.default is not None:
        choices.insert(0, symbol.default)
    if not choices:
        choices = [(symbol.domain.low + symbol.domain.high) / 2]
    if not symbol.axes:
        return choices[n % len(choices)]
    shape = [lengths[a.name] for a in symbol.axes]
    # Ascending, since thresholds are.
    return (np.arange(np.prod(shape)).reshape(shape) * 0.5 + choices[n % len(choices)]).tolist()


LENGTH = 4
"""The shortest row that has a largest, a smallest and two others."""


@dataclass
class Drawing:
    """The samples at one choice of the parameters."""

    loss: Loss
    dtype: str
    count: int
    parameters: dict[str, Any]
    seed: int

    def __post_init__(self) -> None:
        declaration = self.loss.declaration
        self.inputs = [role_symbol(d) for d in declaration.inputs]
        self.predictions = [s for s in self.inputs if s.role == "prediction"]
        self.others = [s for s in self.inputs if s.role != "prediction"]
        self.lengths = axis_lengths(declaration.axes, LENGTH)
        self.random = np.random.default_rng([zlib.crc32(self.loss.name.encode()), self.seed])

    # --- scalars ----------------------------------------------------------------------------------

    def scalars(self) -> Iterator[Batch]:
        share = self.count // len(self.predictions)
        for symbol in self.predictions:
            grid = line(symbol.domain, self.dtype, share)
            yield self._crossed("tails and middle", {symbol.name: grid})
            yield self._crossed("random bits", {symbol.name: self._random_bits(symbol.domain, share // 8)})
            near = self._near_kinks(symbol)
            if near is not None:
                yield near
        yield self._ordinary(max(self.count // 20, 20))

    def _crossed(self, kind: str, given: Mapping[str, Array]) -> Batch:
        """The grid against the other arguments' values in turn, each combination as often as any other."""
        pools = {s.name: self.pool(s) for s in self.inputs if s.name not in given}
        combinations = list(product(*pools.values()))
        length = max(len(a) for a in given.values())
        # A stride that has no factor in common with the grid, so that neighbours meet different targets.
        turns = [combinations[n % len(combinations)] for n in self.random.permutation(length)]
        arrays = {**given, **{name: [t[n] for t in turns] for n, name in enumerate(pools)}}
        return self._batch(kind, arrays)

    def _ordinary(self, count: int) -> Batch:
        return self._batch("ordinary", {s.name: self._inside(s, count) for s in self.inputs})

    def pool(self, symbol: RoleSymbol) -> list[Any]:
        """Values of an argument that is not the one under study."""
        if symbol.label_axis is not None:
            return list(range(self.lengths[symbol.label_axis.name]))
        if symbol.role == "prediction":
            return [v for v in OTHERS if symbol.domain.contains(v)] or list(self._inside(symbol, 4))
        if symbol.axes:
            return list(self._inside(symbol, 4))
        return pool(symbol.domain)

    def _near_kinks(self, symbol: RoleSymbol) -> Batch | None:
        """Predictions at the kinks, at the target, and some ulps from them."""
        pools = {s.name: self.pool(s) for s in self.inputs if s is not symbol}
        rows = []
        for values in product(*pools.values()):
            fixed = dict(zip(pools, values, strict=True))
            for centre in self._kinks(symbol, fixed):
                near = _neighbours(centre, self.dtype)
                rows += [{**fixed, symbol.name: v} for v in near if symbol.domain.contains(float(v))]
        if not rows:
            return None
        return self._batch("beside kinks", {s.name: [row[s.name] for row in rows] for s in self.inputs})

    def _kinks(self, symbol: RoleSymbol, fixed: Mapping[str, Any]) -> list[float]:
        real = [fixed[s.name] for s in self.others if s.role == "target" and s.name in fixed and not s.axes]
        centres = [float(v) for v in real]
        for place in self.loss.kink_places:
            if any(s.name == symbol.name for s in place.free_symbols) and not place.has(Binder):
                centres += _roots(self._function(place, symbol.name, {**fixed, **self.parameters}))
        return sorted({c for c in centres if np.isfinite(c)})

    def _function(self, place: Any, name: str, fixed: Mapping[str, Any]) -> Callable[[float], float]:
        program = Program(place, (), self.loss.declaration.axes, self.lengths)

        def function(x: float) -> float:
            ball = program.balls({**fixed, name: x}, 120)[0]
            return float("nan") if ball is None else float(ball.value)

        return function

    # --- rows -------------------------------------------------------------------------------------

    def rows(self) -> Iterator[Batch]:
        count = max(int(self.count * ROW_SHARE), 12)
        yield self._row_batch("gaps", self._gaps)
        yield self._row_batch("one entry far out", self._far)
        yield self._row_batch("rows of any size", lambda shape: self._scaled((count, *shape)))
        if can_be_masked(self.loss):
            yield self._row_batch("masked", self._masked)

    def _row_batch(self, kind: str, draw: Callable[[tuple[int, ...]], Array]) -> Batch:
        shapes = {s.name: tuple(self.lengths[a.name] for a in s.axes) for s in self.inputs}
        drawn = {s.name: self._into(s, draw(shapes[s.name])) for s in self.predictions}
        length = max(len(a) for a in drawn.values())
        arrays = {name: np.resize(a, (length, *a.shape[1:])) for name, a in drawn.items()}
        for s in self.others:
            arrays[s.name] = self._observed(s, length, shapes[s.name], masked=kind == "masked")
        return self._batch(kind, arrays)

    def _into(self, symbol: RoleSymbol, array: Array) -> Array:
        """The same number of rows in a declared domain: logits become probabilities."""
        if symbol.domain.test is None:
            return array
        if symbol.domain.axis is None:
            return self._inside(symbol, len(array))
        powers = np.exp(array - array.max(axis=-1, keepdims=True))
        return powers / powers.sum(axis=-1, keepdims=True)

    def _gaps(self, shape: tuple[int, ...]) -> Array:
        """Rows whose largest entry leads by a given gap, at every position, over near and far others; ties."""
        if not shape:
            return self._line(40)
        rows = [
            np.roll([gap, *rest], place) + level
            for gap in (*GAPS[self.dtype], *(-g for g in GAPS[self.dtype][1:]))
            for place in range(shape[-1])
            for rest in _rests(shape[-1] - 1)
            for level in (0.0, -3.5)
        ]
        return self._stacked(np.array(rows), shape)

    def _far(self, shape: tuple[int, ...]) -> Array:
        values = [s * v for v in (WIDE, 700.0, 100.0, 60.0, 36.7, 17.0, 1e-9, 1e-300, 1e30, 1e300) for s in (1, -1)]
        if not shape:
            return np.array(values)
        rows = []
        for n, value in enumerate(v for v in values if abs(v) < float(np.finfo(self.dtype).max)):
            for place in range(shape[-1]):
                row = self.random.normal(size=shape[-1]) * (0.0 if n % 3 == 0 else 1.5)
                row[place] = value
                rows.append(row)
        return self._stacked(np.array(rows), shape)

    def _scaled(self, shape: tuple[int, ...]) -> Array:
        scales = 10.0 ** self.random.uniform(-3, 2.5, size=(shape[0], *[1] * (len(shape) - 1)))
        return self.random.normal(size=shape) * scales

    def _masked(self, shape: tuple[int, ...]) -> Array:
        array = self._scaled((8, *shape))
        array[..., 1] = -np.inf
        array[1::2, ..., 3] = -np.inf
        return array

    def _stacked(self, rows: Array, shape: tuple[int, ...]) -> Array:
        """Rows as they are; for a matrix several of them, the first one hard, the others drawn from all."""
        if len(shape) == 1:
            return rows
        rest = self.random.integers(len(rows), size=(len(rows), *shape[:-1]))
        stacked = rows[rest]
        stacked[(slice(None), *[0] * (len(shape) - 1))] = rows
        return stacked[:: max(1, len(stacked) // 40)]

    def _observed(self, symbol: RoleSymbol, length: int, shape: tuple[int, ...], masked: bool) -> Array:
        if symbol.label_axis is not None:
            size = self.lengths[symbol.label_axis.name]
            # A label may not be a masked class, and those are 1 and 3.
            choices = [0, 2] if masked else list(range(size))
            return np.array([choices[n % len(choices)] for n in range(length)])
        if masked and shape:
            return np.resize([masked_target(symbol.domain), [1, 0, 0, 0]], (length, *shape))
        if not shape:
            return np.resize(pool(symbol.domain), length)
        return self._inside(symbol, length)

    # --- shared -----------------------------------------------------------------------------------

    def _line(self, count: int) -> Array:
        return self.random.permutation(line(self.predictions[0].domain, self.dtype, count))

    def _inside(self, symbol: RoleSymbol, count: int) -> Array:
        """Numbers of ordinary size inside the domain; whole arrays of them for an argument with axes."""
        shape = (count, *(self.lengths[a.name] for a in symbol.axes))
        if symbol.label_axis is not None:
            return self.random.integers(self.lengths[symbol.label_axis.name], size=shape)
        if symbol.domain.axis is not None:
            return self._simplex(shape)
        choices = [v for v in pool(symbol.domain) if abs(v) < 100]
        drawn = self.random.normal(size=shape) * 2
        test = symbol.domain.test or ("reals",)
        if test[0] in ("values", "integer"):
            return self.random.choice(choices, size=shape)
        if test[0] == "interval":
            low, high = symbol.domain.low, symbol.domain.high
            inner = self.random.uniform(0.02, 0.98, size=shape)
            ends = self.random.choice(choices, size=shape)
            drawn = low + (high - low) * inner if np.isfinite(high - low) else _one_sided(low, high, inner)
            # An axis of numbers, or a target: some of them at the ends of the domain.
            drawn = np.where(self.random.random(shape) < 0.3, ends, drawn) if symbol.role != "prediction" else drawn
        return drawn

    def _simplex(self, shape: tuple[int, ...]) -> Array:
        """One-hot rows, and rows of sixteenths: they sum to one exactly in any dtype."""
        cuts = np.sort(self.random.integers(17, size=(*shape[:-1], shape[-1] - 1)), axis=-1)
        full = np.concatenate([np.zeros((*shape[:-1], 1)), cuts, np.full((*shape[:-1], 1), 16)], axis=-1)
        rows = np.diff(full, axis=-1) / 16
        hot = np.eye(shape[-1])[np.arange(shape[0]) % shape[-1]]
        rows[::2] = hot[::2].reshape(rows[::2].shape) if len(shape) == 2 else rows[::2]
        return rows

    def _random_bits(self, domain: Domain, count: int) -> Array:
        """Finite floats of the dtype, every bit pattern as likely as any other."""
        bits: Any = {"float64": np.int64, "float32": np.int32}[self.dtype]
        info = np.iinfo(bits)
        drawn = self.random.integers(info.min, info.max, size=4 * count, dtype=bits, endpoint=True)
        floats = drawn.view(self.dtype)
        return _within(domain, floats[np.isfinite(floats)])[:count]

    def _batch(self, kind: str, arrays: Mapping[str, Any]) -> Batch:
        made = {}
        for symbol in self.inputs:
            array = np.asarray(arrays[symbol.name])
            made[symbol.name] = array if symbol.label_axis is not None else _as_dtype(array, self.dtype)
        return Batch(kind, made, self.parameters)


def line(domain: Domain, dtype: str, count: int) -> Array:
    """A grid over a domain of numbers: log-spaced to the ends of the dtype, dense in the middle, special places."""
    info = np.finfo(dtype)
    # Not the last decade: differences of two such numbers overflow.
    low, high = float(info.tiny) * 1.1, float(info.max) / 1.8
    tails = np.geomspace(low, high, max(count // 5, 4))
    parts = [
        tails,
        -tails,
        np.linspace(-MIDDLE[dtype], MIDDLE[dtype], max(count * 7 // 20, 3)),
        np.linspace(-WIDE, WIDE, max(count // 4, 3)),
        np.array([s * v for v in SPECIAL for s in (1, -1)]),
    ]
    parts += [bound + side * np.geomspace(low, 1, max(count // 5, 4)) for bound, side in _bounds(domain)]
    parts += [_neighbours(bound, dtype) for bound, _ in _bounds(domain) if bound]
    return _within(domain, np.unique(np.concatenate(parts).astype(dtype)))


def pool(domain: Domain) -> list[Any]:
    """Some values of a domain, the bounds that belong to it among them."""
    test = domain.test or ("reals",)
    if test[0] == "values":
        return list(test[1])
    if test[0] == "integer":
        return [int(test[1]) + n for n in TARGETS["integer"]]
    if test[0] != "interval":
        return list(TARGETS["reals"])
    low, high = domain.low, domain.high
    ends = [v for v in (low, high) if domain.contains(v)]
    if np.isfinite(high - low):
        return [*ends, *(low + (high - low) * v for v in TARGETS["unit"])]
    inside = [low + v if np.isfinite(low) else high - v for v in TARGETS["positive"]]
    return [*ends, *(v for v in inside if domain.contains(v))]


def _bounds(domain: Domain) -> list[tuple[float, int]]:
    return [(b, side) for b, side in ((domain.low, 1), (domain.high, -1)) if np.isfinite(b)]


def _within(domain: Domain, values: Array) -> Array:
    return np.array([v for v in values if domain.contains(float(v))], values.dtype)


def _one_sided(low: float, high: float, inner: Array) -> Array:
    return low + 3 * inner if np.isfinite(low) else high - 3 * inner if np.isfinite(high) else 4 * inner - 2


def _as_dtype(array: Array, dtype: str) -> Array:
    return np.ascontiguousarray(array.astype(dtype))


def _neighbours(centre: float, dtype: str) -> Array:
    """The number in the dtype, and numbers some ulps from it."""
    real = np.dtype(dtype).type
    found = []
    for steps in NEIGHBOURS:
        value = real(centre)
        for _ in range(abs(steps)):
            value = np.nextafter(value, real(np.copysign(np.inf, steps)))
        found.append(value)
    return np.array(found, dtype)


def _rests(length: int) -> list[list[float]]:
    """The other entries of a row: tied with the next one, near, far below."""
    spread = [-0.5 * n for n in range(length)]
    return [[0.0] * length, spread, [30.0 * x for x in spread]]


def _roots(function: Callable[[float], float]) -> list[float]:
    """Where a function of one number changes sign, to the last bit; nothing where it does not between -2e4 and 2e4."""
    grid = [s * v for s in (-1, 1) for v in (2e4, 900.0, 90.0, 20.0, 6.3, 2.9, 1.3, 0.7, 0.3, 0.01)]
    grid = sorted([*grid, 0.013])
    values = [function(x) for x in grid]
    found = [x for x, v in zip(grid, values, strict=True) if v == 0]
    for a, b, fa, fb in zip(grid, grid[1:], values, values[1:], strict=False):
        if fa * fb < 0:
            found.append(_bisected(function, a, b, fa))
    return found


def _bisected(function: Callable[[float], float], a: float, b: float, fa: float) -> float:
    for _ in range(1100):
        middle = (a + b) / 2
        if middle in (a, b):
            return a
        value = function(middle)
        if value == 0:
            return middle
        a, b = (middle, b) if (value > 0) == (fa > 0) else (a, middle)
    return a
