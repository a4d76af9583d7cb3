"""Inputs of a loss as a Hypothesis strategy, drawn from the declared domains where losses break.

Every number is an ordinary one, one from the tails, one beside a bound, or any float at all; a scalar prediction may
be moved onto a kink or the float beside it, a row may be tied or masked. A batch may be empty, a row have one class.
What Hypothesis shrinks towards is no sample, one class, zeros.

>>> import symloss as sl
>>> from hypothesis import given, settings
>>> loss = sl.get("huber")
>>> @settings(max_examples=20, database=None, deadline=None)  # the first call compiles
... @given(sl.testing.inputs(loss, dtype="float64"))
... def never_negative(drawn):
...     assert (loss.value(**drawn.arguments) >= 0).all()
>>> never_negative()
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from symloss.audit.batch import Array, Batch
from symloss.audit.masks import can_be_masked
from symloss.audit.points import SPECIAL
from symloss.declare.domains import Domain
from symloss.declare.roles import RoleSymbol, role_symbol
from symloss.errors import ParameterError
from symloss.heads.binders import Binder
from symloss.loss import Loss

from .exact_laws import is_ordinary, oracle
from .kink_laws import roots_of

MOST_SAMPLES, MOST_CLASSES = 5, 5

SPECIAL_PARAMETERS = (1.0, 0.5, 2.0, 3.0, 0.25, 0.0)
"""Parameters are of ordinary size: a Huber threshold of 1e-300 tests the user, not the loss."""

WEIGHTS = (1.0, 0.0, 0.5, 2.0, 0.25, 3.0)

SIXTEENTHS = 16
"""Rows of a simplex are made of them: they sum to one exactly in any dtype."""

Lengths = int | tuple[int, int]


@dataclass(frozen=True)
class Inputs(Batch):
    """A drawn batch: ``arguments`` are those of a call, with the weights, if there are any."""

    weight: Array | None = None

    @property
    def arguments(self) -> dict[str, Any]:
        weight = {} if self.weight is None else {"sample_weight": self.weight}
        return {**self.arrays, **self.parameters, **weight}


def inputs(
    loss: Loss,
    *,
    dtype: str | None = None,
    batch: Lengths = (0, MOST_SAMPLES),
    axes: Mapping[str, Lengths] | None = None,
    weights: bool = True,
) -> st.SearchStrategy[Inputs]:
    """Valid targets, data, predictions, parameters and weights of a loss.

    ``dtype`` is "float64", "float32", or None for either. ``batch`` is the number of samples, or the least and the
    largest; ``axes`` says the same for axes by name (1 to 5 by default; axes that are tied to others follow).
    ``arrays``, ``parameters`` and ``weight`` are what was drawn, ``arguments`` all of it for a call; any law takes it.

    Raises `ParameterError` for an axis that the loss does not have.
    """
    names = {str(s) for axis in loss.declaration.axes for s in axis.extent.free_symbols}
    wrong = [name for name in axes or () if name not in names]
    if wrong:
        raise ParameterError(f"{loss.name} has no free axis {wrong[0]!r}; expected one of {', '.join(sorted(names))}")
    if dtype not in (None, "float64", "float32"):
        raise ParameterError(f'dtype={dtype!r}; expected "float64", "float32" or None')
    # Once here, since Hypothesis counts what is derived during a draw as a draw that is too slow.
    can_be_masked(loss), loss.kink_places, oracle(loss)
    return _inputs(loss, dtype, batch, dict(axes or {}), weights)


@st.composite
def _inputs(
    draw: st.DrawFn, loss: Loss, dtype: str | None, batch: Lengths, axes: dict[str, Lengths], weights: bool
) -> Inputs:
    chosen = dtype or draw(st.sampled_from(["float64", "float32"]))
    length = draw(_lengths(batch))
    sizes = draw(_axis_lengths(loss, axes))
    arrays = {s.name: draw(_array(s, length, sizes, chosen)) for s in map(role_symbol, loss.inputs)}
    parameters = {s.name: draw(_parameter(s, sizes)) for s in map(role_symbol, loss.parameters)}
    if length:
        _tie_and_mask(draw, loss, arrays)
        _move_to_kink(draw, loss, Batch("drawn", arrays, parameters))
    weight = None
    if weights and draw(st.booleans()):
        weight = np.array(draw(st.lists(st.sampled_from(WEIGHTS), min_size=length, max_size=length)), np.float64)
    return Inputs("drawn", arrays, parameters, weight)


# --- lengths ------------------------------------------------------------------------------------------


def _lengths(given: Lengths) -> st.SearchStrategy[int]:
    return st.just(given) if isinstance(given, int) else st.integers(*given)


@st.composite
def _axis_lengths(draw: st.DrawFn, loss: Loss, given: dict[str, Lengths]) -> dict[str, int]:
    """A length for every axis, at least one for tied ones as well."""
    sizes: dict[Any, int] = {}
    for axis in loss.declaration.axes:
        for symbol in sorted(axis.extent.free_symbols, key=str):
            if symbol not in sizes:
                sizes[symbol] = draw(_lengths(given.get(str(symbol), (1, MOST_CLASSES))))
    while any(int(axis.extent.subs(sizes)) < 1 for axis in loss.declaration.axes):
        sizes = {symbol: size + 1 for symbol, size in sizes.items()}
    return {axis.name: int(axis.extent.subs(sizes)) for axis in loss.declaration.axes}


# --- numbers --------------------------------------------------------------------------------------------


def numbers(domain: Domain, dtype: str = "float64", ordinary: bool = False) -> st.SearchStrategy[float]:
    """Numbers of a domain: ordinary ones, special ones, ends of the domain and their neighbours, any float."""
    test = domain.test or ("reals",)
    if test[0] == "values":
        return st.sampled_from(sorted(test[1], key=abs))
    if test[0] == "integer":
        first = int(test[1])
        return st.one_of(st.integers(first, first + 5), st.integers(first, first + 10**6)).map(float)
    width: Any = 32 if dtype == "float32" else 64
    low, high = (float(np.dtype(dtype).type(b)) for b in (domain.low, domain.high))
    near = st.integers(-48, 48).map(lambda n: n / 16)
    ordinary_ones = [near.map(lambda x: _into(domain, x))]
    if ordinary:
        return st.one_of(*ordinary_ones).filter(domain.contains)
    special = [x for x in _special(domain, dtype) if domain.contains(x)]
    anything = st.floats(
        None if np.isinf(low) else low,
        None if np.isinf(high) else high,
        allow_nan=False,
        allow_infinity=False,
        width=width,
    )
    return st.one_of(*ordinary_ones, st.sampled_from(special), anything).filter(domain.contains)


def _into(domain: Domain, x: float) -> float:
    """A number between -3 and 3 moved into a domain that is bounded."""
    low, high = domain.low, domain.high
    if np.isfinite(high - low):
        return low + (high - low) * (x + 3) / 6
    return low + abs(x) if np.isfinite(low) else high - abs(x) if np.isfinite(high) else x


def _special(domain: Domain, dtype: str) -> list[float]:
    """Where functions over- and underflow, and the ends of the dtype, with both signs; bounds and beside them."""
    real, info = np.dtype(dtype).type, np.finfo(dtype)
    ends = (float(info.max) / 2, 1e30, 1e5, float(info.tiny), float(info.smallest_subnormal))
    found = [s * float(real(v)) for v in (*SPECIAL, 40.0, 100.0, 800.0, *ends) for s in (1, -1)]
    for bound in (b for b in (domain.low, domain.high) if np.isfinite(b)):
        found += [bound, *(float(np.nextafter(real(bound), real(to))) for to in (-np.inf, np.inf))]
        found += [bound + s * step for step in (float(info.eps), 2.0**-10) for s in (1, -1)]
    return list(dict.fromkeys(float(real(x)) for x in found))


@st.composite
def _array(draw: st.DrawFn, symbol: RoleSymbol, length: int, sizes: dict[str, int], dtype: str) -> Array:
    if symbol.label_axis is not None:
        places = st.integers(0, sizes[symbol.label_axis.name] - 1)
        return np.array(draw(st.lists(places, min_size=length, max_size=length)), np.int64)
    shape = (length, *(sizes[a.name] for a in symbol.axes))
    if symbol.domain.axis is not None:
        rows = [draw(_simplex(shape[-1])) for _ in range(int(np.prod(shape[:-1])))]
        return np.array(rows, dtype).reshape(shape)
    count = int(np.prod(shape))
    entries = draw(st.lists(numbers(symbol.domain, dtype), min_size=count, max_size=count))
    return np.array(entries, dtype).reshape(shape)


@st.composite
def _simplex(draw: st.DrawFn, length: int) -> list[float]:
    if length == 1 or draw(st.booleans()):
        hot = draw(st.integers(0, length - 1))
        return [float(n == hot) for n in range(length)]
    cuts = sorted(draw(st.lists(st.integers(0, SIXTEENTHS), min_size=length - 1, max_size=length - 1)))
    return [(b - a) / SIXTEENTHS for a, b in zip([0, *cuts], [*cuts, SIXTEENTHS], strict=True)]


@st.composite
def _parameter(draw: st.DrawFn, symbol: RoleSymbol, sizes: dict[str, int]) -> Any:
    usual = [] if symbol.default is None else [symbol.default]
    usual += [v for v in SPECIAL_PARAMETERS if symbol.domain.contains(v)]
    ordinary = numbers(symbol.domain, ordinary=True)
    one = st.one_of(st.sampled_from(usual), ordinary) if usual else ordinary
    if not symbol.axes:
        return draw(one)
    shape = [sizes[a.name] for a in symbol.axes]
    count = int(np.prod(shape))
    # Ascending, since thresholds are.
    return np.sort(draw(st.lists(one, min_size=count, max_size=count))).reshape(shape).tolist()


# --- rows and kinks ---------------------------------------------------------------------------------------


def _tie_and_mask(draw: st.DrawFn, loss: Loss, arrays: dict[str, Array]) -> None:
    for symbol in map(role_symbol, loss.declaration.predictions):
        array = arrays[symbol.name]
        if symbol.axes and array.shape[-1] > 1 and draw(st.booleans()):
            array[..., -1] = array[..., 0]
    if can_be_masked(loss) and len(role_symbol(loss.declaration.predictions[0]).axes) == 1 and draw(st.booleans()):
        _mask(draw, loss, arrays)


def _mask(draw: st.DrawFn, loss: Loss, arrays: dict[str, Array]) -> None:
    """-inf where no target has weight, and not everywhere."""
    name = role_symbol(loss.declaration.predictions[0]).name
    free = np.ones(arrays[name].shape, bool)
    for symbol in map(role_symbol, loss.inputs):
        if symbol.label_axis is not None:
            free[np.arange(len(free)), arrays[symbol.name]] = False
        elif symbol.role != "prediction" and symbol.axes:
            if arrays[symbol.name].shape != free.shape:
                return
            free &= arrays[symbol.name] == 0
    for n, places in enumerate(free):
        chosen = [p for p in np.flatnonzero(places) if draw(st.booleans())]
        if len(chosen) < len(places):
            arrays[name][n, chosen] = -np.inf


def _move_to_kink(draw: st.DrawFn, loss: Loss, batch: Batch) -> None:
    """The first sample's scalar predictions onto a kink, or the float beside it."""
    for symbol in map(role_symbol, loss.declaration.predictions):
        array = batch.arrays[symbol.name]
        if symbol.axes or not draw(st.booleans()):
            continue
        found = [k for k in kinks(loss, batch.sample(0), symbol.name) if symbol.domain.contains(k)]
        if found:
            centre = array.dtype.type(draw(st.sampled_from(found)))
            beside = [np.nextafter(centre, to, dtype=array.dtype) for to in (centre, np.inf, -np.inf)]
            moved = draw(st.sampled_from(beside))
            if symbol.domain.contains(float(moved)):
                array[0] = moved


def kinks(loss: Loss, sample: dict[str, Any], name: str) -> list[float]:
    """Predictions at which a sample has a kink: roots of lines among the declared places."""
    if not is_ordinary(sample):
        return []
    places = [p for p in loss.kink_places if not p.has(Binder) and any(s.name == name for s in p.free_symbols)]
    numbers = oracle(loss).numbers(sample)
    return sorted({root for place in places for root in roots_of(place, numbers, name)})
