"""A checked call: everything that `execute` needs to know about the caller's arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symloss.call.arrays import Array
from symloss.call.signature import GuardSpec, Signature


@dataclass
class Bound:
    """Arguments matched, checked in shape and dtype, and not yet converted.

    ``arrays`` holds inputs and parameters by declared name, as the caller laid them out;
    0-d ones stand for every sample. Parameters that are not in ``per_sample`` are
    float64 and complete. With ``sizes`` (ragged rows) inputs with an axis are flat.
    """

    signature: Signature
    dtype: np.dtype[Any]
    batch: tuple[int, ...]
    extents: dict[str, int]
    arrays: dict[str, Array]
    shown: dict[str, str]
    per_sample: frozenset[str] = frozenset()
    weight: Array | None = None
    sizes: Array | None = None
    elements: int = 0
    ragged_axis: str | None = None
    axes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def rows(self) -> int:
        """The number of samples (of groups, with ragged rows)."""
        return prod(self.batch)

    @property
    def weighted(self) -> bool:
        return self.weight is not None

    @property
    def ragged(self) -> bool:
        return self.sizes is not None

    def shape(self, axes: tuple[str, ...]) -> tuple[int, ...]:
        """The shape of a per-sample array with these inner axes."""
        if self.ragged_axis is not None and axes:
            return (self.elements,)
        return self.batch + self.inner(axes)

    def inner(self, axes: tuple[str, ...]) -> tuple[int, ...]:
        """The lengths of these inner axes."""
        return tuple(self.extents[axis] for axis in axes)

    def width(self, axes: tuple[str, ...]) -> int | None:
        """Elements per row along these axes; ``None`` where rows differ (ragged)."""
        return None if self.ragged and axes else prod(self.inner(axes))

    def name(self, argument: str) -> str:
        """How messages call an argument."""
        return self.shown.get(argument, argument)

    def silent(self, row: int, stop: int) -> NDArray[np.bool_] | None:
        """Which of these rows have weight zero, and so are exempt from data checks."""
        if self.weight is None:
            return None
        weight = self.weight if self.weight.ndim else np.broadcast_to(self.weight, self.batch)
        return np.asarray(weight.flat[row:stop] == 0)

    def guard(self, number: int) -> GuardSpec:
        return self.signature.guards[number]
