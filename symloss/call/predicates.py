"""The machine-readable side of a domain: which elements of an array lie outside.

Kernels do the checking; this evaluates the same test on one row (or on a parameter) to
name the first offending element.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symloss.call.signature import Test


def outside(test: Test, values: NDArray[Any], extents: Mapping[str, int]) -> NDArray[np.bool_]:
    """Elementwise: true where ``values`` fails the test. NaN fails every test."""
    kind, *bounds = test
    if kind == "interval":
        return np.asarray(~_within(values, *bounds))
    if kind == "integer":
        return np.asarray(~((values >= bounds[0]) & (values == np.floor(values)) & (values < np.inf)))
    if kind == "values":
        return np.asarray(~np.isin(values, bounds[0]))
    if kind == "simplex":
        return np.asarray(~(values >= 0))
    if kind == "label":
        return np.asarray(~((values >= 0) & (values < extents[bounds[0]])))
    raise ValueError(f"no such test: {test!r}")


def _within(
    values: NDArray[Any], low: float, high: float, low_included: bool, high_included: bool
) -> NDArray[np.bool_]:
    above = values >= low if low_included else values > low
    below = values <= high if high_included else values < high
    return np.asarray(above & below)


def first_outside(test: Test, values: NDArray[Any], extents: Mapping[str, int]) -> tuple[int, ...] | None:
    """The index of the first element that fails, or ``None``."""
    failing = np.argwhere(outside(test, values, extents))
    return tuple(int(i) for i in failing[0]) if len(failing) else None
