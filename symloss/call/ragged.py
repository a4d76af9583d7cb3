"""Rows of unequal length: ``groups=sizes`` over flat arrays."""

from __future__ import annotations

import numpy as np

from symloss.call.arrays import Array, as_array
from symloss.call.bound import Bound
from symloss.call.signature import Input, ParameterSpec
from symloss.errors import ShapeError


def bind_groups(bound: Bound, groups: object) -> None:
    """Shapes of a call whose rows are consecutive stretches of flat arrays."""
    (axis,) = _only_axis(bound)
    sizes = _checked_sizes(as_array("groups", groups))
    bound.sizes, bound.ragged_axis, bound.batch = sizes, axis, sizes.shape
    bound.elements = int(sizes.sum())
    # Shared vectors and scratch have to reach as far as the longest row does.
    bound.extents = {axis: int(sizes.max()) if sizes.size else 0}
    for spec in bound.signature.specs:
        _check_flat(bound, spec)
    if bound.weight is not None and bound.weight.ndim and bound.weight.shape != bound.batch:
        raise ShapeError(f"sample_weight has shape {bound.weight.shape}; expected one weight per group, {bound.batch}")
    bound.per_sample = frozenset(p.name for p in bound.signature.parameters if bound.arrays[p.name].ndim)


def _only_axis(bound: Bound) -> tuple[str]:
    axes, free = bound.signature.axes, bound.signature.free_axes
    if len(axes) != 1 or len(free) != 1:
        has = f"the axes {', '.join(a.name for a in axes)}" if axes else "no inner axis"
        raise ShapeError(f"groups= needs a loss with one inner axis of free length; {bound.signature.loss} has {has}")
    return (free[0],)


def _checked_sizes(sizes: Array) -> Array:
    if sizes.ndim != 1 or (sizes.dtype.kind not in "iu" and sizes.size):
        raise ShapeError(
            f"groups has shape {sizes.shape} and dtype {sizes.dtype}; expected a 1-D array of integer group sizes"
        )
    if sizes.size and sizes.min() < 1:
        at = int(np.argmax(sizes < 1))
        raise ShapeError(f"groups[{at}] is {sizes[at]}; expected at least one element in every group")
    return sizes


def _check_flat(bound: Bound, spec: Input | ParameterSpec) -> None:
    shape = bound.arrays[spec.name].shape
    expected = bound.shape(spec.axes)
    if shape in ((), expected):
        return
    if spec.axes:
        meaning = f"the groups sum to {bound.elements}"
    else:
        meaning = f"there are {len(bound.batch) and bound.batch[0]} groups, one value each"
    raise ShapeError(f"{bound.name(spec.name)} has shape {shape}; expected {expected}: {meaning}")
