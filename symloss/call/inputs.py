"""Binding: names, shapes, dtypes and axis lengths of a call, checked before all work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from symloss.call.arrays import Array, as_array, prediction_dtype, shared_parameter
from symloss.call.axes import Seen, infer
from symloss.call.bound import Bound
from symloss.call.names import Given, match
from symloss.call.predicates import first_outside
from symloss.call.ragged import bind_groups
from symloss.call.signature import Input, ParameterSpec, Signature
from symloss.errors import DomainError, ParameterError, ShapeError


def bind(
    signature: Signature,
    args: Sequence[object],
    kwargs: Mapping[str, object],
    *,
    sample_weight: object = None,
    groups: object = None,
) -> Bound:
    """Checks names, shapes and dtypes of a call; touches no element of a per-sample array.

    >>> loss = Signature("squared", (Input("y", "target"), Input("f", "prediction")))
    >>> bind(loss, ([1, 2, 3], [0.5, 1.5, 2.5]), {}).batch
    (3,)
    """
    given = match(signature, args, kwargs)
    arrays = {
        name: as_array(given.shown.get(name, name), value) for name, value in (given.inputs | given.parameters).items()
    }
    weight = None if sample_weight is None else as_array("sample_weight", sample_weight)
    bound = Bound(
        signature=signature,
        dtype=prediction_dtype(_predictions(signature, given, arrays)),
        batch=(),
        extents={},
        arrays=arrays,
        shown=given.shown,
        weight=weight,
        axes={a.name: a.axes for a in signature.specs},
    )
    if groups is None:
        _bind_batch(bound)
    else:
        bind_groups(bound, groups)
    for spec in signature.parameters:
        if spec.name not in bound.per_sample:
            _settle_shared(bound, spec)
    return bound


def _predictions(signature: Signature, given: Given, arrays: dict[str, Array]) -> list[tuple[str, object, Array]]:
    names = [i.name for i in signature.inputs if i.role == "prediction"]
    return [(given.shown.get(name, name), given.inputs[name], arrays[name]) for name in names]


class Split(NamedTuple):
    """A shape as batch and inner part; 0-d arguments have none and broadcast."""

    name: str
    batch: tuple[int, ...]
    inner: tuple[int, ...]


def _bind_batch(bound: Bound) -> None:
    signature = bound.signature
    # Predictions first: theirs is the shape that others are compared with in messages.
    order = sorted(signature.inputs, key=lambda i: i.role != "prediction")
    splits = [split for i in order if (split := _split(bound, i)) is not None]
    loose = [split for p in signature.parameters if (split := _split_parameter(bound, p)) is not None]
    per_sample = [split for split in loose if split.batch]
    weight = [Split("sample_weight", bound.weight.shape, ())] if bound.weight is not None and bound.weight.ndim else []
    bound.batch = _common_batch(bound, [*splits, *per_sample, *weight])
    bound.per_sample = frozenset(split.name for split in per_sample)
    bound.extents = infer(signature.axes, _seen(bound, [*splits, *loose]))


def _split(bound: Bound, spec: Input | ParameterSpec) -> Split | None:
    array = bound.arrays[spec.name]
    if array.ndim == 0:
        return None
    inner = len(spec.axes)
    if array.ndim < inner:
        wanted = f"(..., {', '.join(spec.axes)})"
        raise ShapeError(f"{bound.name(spec.name)} has shape {array.shape}; expected {wanted}")
    at = array.ndim - inner
    return Split(spec.name, array.shape[:at], array.shape[at:])


def _split_parameter(bound: Bound, spec: ParameterSpec) -> Split | None:
    array = bound.arrays[spec.name]
    if 0 < array.ndim < len(spec.axes):
        raise ParameterError(
            f"{bound.name(spec.name)} has shape {array.shape}; expected ({', '.join(spec.axes)}) or a number"
        )
    return _split(bound, spec)


def _common_batch(bound: Bound, splits: list[Split]) -> tuple[int, ...]:
    if not splits:
        return ()
    first = splits[0]
    for split in splits[1:]:
        if split.batch != first.batch:
            raise ShapeError(_disagreement(bound, first, split))
    return first.batch


def _disagreement(bound: Bound, first: Split, other: Split) -> str:
    shapes = [f"{bound.name(split.name)} has shape {split.batch + split.inner}" for split in (first, other)]
    text = f"{shapes[1]} but {shapes[0]}; expected {first.batch + other.inner}"
    if np.prod(first.batch, dtype=np.int64) == np.prod(other.batch, dtype=np.int64) and first.batch:
        return f"{text}: write {bound.name(other.name)}.reshape({first.batch + other.inner})"
    if bound.signature.parameter_named.get(other.name):
        return f"{text} (one value per sample) or {other.inner or 'a number'}"
    return f"{text} (only numbers are broadcast)"


def _seen(bound: Bound, splits: list[Split]) -> list[Seen]:
    return [
        Seen(axis, size, bound.name(split.name), split.batch + split.inner)
        for split in splits
        for axis, size in zip(bound.axes[split.name], split.inner, strict=True)
    ]


def _settle_shared(bound: Bound, spec: ParameterSpec) -> None:
    """One value for all samples: complete, in float64, and inside its domain."""
    shown = bound.name(spec.name)
    values = shared_parameter(shown, bound.arrays[spec.name])
    if values.ndim == 0 and spec.axes:
        values = np.full(bound.inner(spec.axes), values)
    index = first_outside(spec.test, values, bound.extents) if spec.test else None
    if index is not None:
        place = f"[{', '.join(map(str, index))}]" if index else ""
        raise DomainError(f"{shown}{place} is {values[index]}; expected {spec.domain}")
    bound.arrays[spec.name] = values
