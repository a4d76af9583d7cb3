"""Runs nests: interpreted or compiled, on the same positional arguments."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from symloss.compile.emit import emit
from symloss.compile.store import cache_directory, load, write
from symloss.elementary.table import callables
from symloss.lower.interpret import interpret
from symloss.lower.ir import Nest, Parameter, Variant
from symloss.lower.nest import lower
from symloss.stabilise.graph import Stable

UNWRITTEN = 99.0
STRIP = 40  # rows: a few strips, each of more than the 32 values that make a step
lowered = cache(lower)


class Inputs:
    """What one call of a kernel is given."""

    def __init__(
        self,
        nest: Nest,
        rows: int,
        sizes: Mapping[str, int],
        data: Mapping[str, Any],
        weight: Any = None,
        scale: float = 1.0,
        offsets: Any = None,
    ) -> None:
        self._nest, self._rows, self._data, self._offsets = nest, rows, data, offsets
        self._sizes = dict(sizes) if offsets is None else {nest_axis(nest): int(np.diff(offsets).max(initial=0))}
        self._fixed = {"rows": rows, "offsets": offsets, "scale": scale, "status": None, "strip": STRIP}
        self._weight = weight

    def arguments(self) -> list[Any]:
        """Fresh positional arguments."""
        return [self._argument(p) for p in self._nest.parameters]

    def _argument(self, parameter: Parameter) -> Any:
        inner = prod(self._sizes[axis] for axis in parameter.axes)
        match parameter.kind:
            case "extent":
                return self._sizes[parameter.of]
            case "input" | "label" | "shared":
                return np.ascontiguousarray(self._data[parameter.of], dtype=parameter.dtype).ravel()
            case "scalar":
                return float(self._data[parameter.of])
            case "weight":
                return self._weight.astype(parameter.dtype)
            case "output" if self._offsets is not None and parameter.axes:
                return np.full(self._offsets[-1], UNWRITTEN, parameter.dtype)
            case "output":
                return np.full(self._rows * inner, UNWRITTEN, parameter.dtype)
            case "total":
                return np.zeros(2 * inner)
            case "scratch":
                return np.full(
                    inner * parameter.lanes * (STRIP if parameter.per_row else 1), UNWRITTEN, parameter.dtype
                )
            case "status":
                return np.zeros(2, dtype=np.int64)
        return self._fixed[parameter.kind]


def nest_axis(nest: Nest) -> str:
    (offsets,) = nest.parameters_of("offsets")
    return offsets.of


@cache
def kernel(stable: Stable, variant: Variant) -> Any:
    """The compiled function."""
    return load(write(kernels(), stable.name, emit(lowered(stable, variant)))).run


def kernels() -> Path:
    """Where tests keep their kernels, beside those of users: a second run of the suite finds them compiled."""
    return cache_directory() / "tests"


def results(nest: Nest, arguments: list[Any]) -> dict[str, Any]:
    """What a call wrote, by name."""
    pairs = zip(nest.parameters, arguments, strict=True)
    return {p.name: a for p, a in pairs if p.kind in {"output", "total", "status"}}


def compiled(stable: Stable, variant: Variant, **call: Any) -> dict[str, Any]:
    """The results of the compiled kernel."""
    nest = lowered(stable, variant)
    arguments = Inputs(nest, **call).arguments()
    kernel(stable, variant)(*arguments)
    return results(nest, arguments)


def interpreted(stable: Stable, variant: Variant, **call: Any) -> dict[str, Any]:
    """The results of the interpreter."""
    nest = lowered(stable, variant)
    arguments = Inputs(nest, **call).arguments()
    interpret(nest, arguments, callables())
    return results(nest, arguments)


def same_bits(a: Any, b: Any) -> bool:
    """Whether two arrays are equal to the last bit; any NaN is as good as any other."""
    both_nan = np.isnan(a) & np.isnan(b)
    return a.dtype == b.dtype and bool(np.all((a.view(f"i{a.itemsize}") == b.view(f"i{b.itemsize}")) | both_nan))
