"""Kernels in plain NumPy that keep the contract of `symloss.lower.ir`, and their signatures."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from symloss.call.signature import AxisSpec, GuardSpec, Input, ParameterSpec, Signature
from symloss.lower.ir import Parameter, Variant

NONNEGATIVE = ("interval", 0.0, float("inf"), True, False)
POSITIVE = ("interval", 0.0, float("inf"), False, False)


@dataclass(eq=False)
class Fake:
    """A kernel whose work is a Python function of its arguments by name."""

    PARAMETERS: tuple[Parameter, ...]
    formula: Any
    calls: int = 0

    def run(self, *values: Any) -> None:
        self.calls += 1
        for p, value in zip(self.PARAMETERS, values, strict=True):
            check_parameter(p, value)
        self.formula(SimpleNamespace(**{p.name: v for p, v in zip(self.PARAMETERS, values, strict=True)}))

    def compute(self, *values: Any) -> bool:
        """Whether a guard fails; takes no status, which is the last parameter."""
        status = np.full(2, -1, dtype=np.int64)
        self.run(*values, status)
        return bool(status[0] >= 0)


def check_parameter(p: Parameter, value: Any) -> None:
    """What a compiled kernel would insist on."""
    if p.kind in ("rows", "strip", "extent"):
        assert type(value) is int
    elif p.kind in ("scalar", "scale"):
        assert type(value) is float
    else:
        wanted = {"status": "int64", "offsets": "int64", "label": "int64", "shared": "float64"}.get(p.kind, p.dtype)
        assert type(value) is np.ndarray
        assert value.dtype == np.dtype(wanted), p
        assert value.ndim == 1
        assert value.flags.c_contiguous, p
        assert value.flags.aligned, p
        assert value.flags.writeable or p.kind in ("input", "label", "weight"), p


def add_pair(pairs: Any, numbers: Any) -> None:
    """Add to totals and keep the errors."""
    pairs[0::2], lost = two_sum(pairs[0::2], numbers)
    pairs[1::2] += lost


def two_sum(a: Any, b: Any) -> tuple[Any, Any]:
    """Knuth's."""
    total = a + b
    back = total - a
    return total, (a - (total - back)) + (b - back)


def result_parameter(name: str, axes: tuple[str, ...], reduced: str, dtype: str) -> Parameter:
    """A total where `reduced` says so, else a result per sample."""
    if name in reduced:
        return Parameter(name, "total", name, axes)
    return Parameter(name, "output", name, axes, dtype)


def scalar_signature() -> Signature:
    """A loss like Huber's: one number per sample, a parameter, y >= 0."""
    return Signature(
        "fake",
        (Input("y", "target", domain="a number >= 0"), Input("f", "prediction")),
        (ParameterSpec("delta", (), 1.0, "a number > 0", POSITIVE),),
        (),
        (GuardSpec("y", "a number >= 0", (), NONNEGATIVE),),
    )


def scalar_kernel(
    variant: Variant,
    per_sample: frozenset[str] = frozenset(),
    kinds: tuple[str, ...] = ("value", "gradient"),
    reduced: str = "",
) -> Fake:
    """value = delta*(f-y)**2, gradient, derivative in delta; `reduced` names the totals among them."""
    float_type = variant.dtype
    parameters = [
        Parameter("rows", "rows", dtype="int64"),
        *([Parameter("strip", "strip", dtype="int64")] if reduced else []),
        Parameter("y", "input", "y", dtype=float_type),
        Parameter("f", "input", "f", dtype=float_type),
        Parameter("delta", "input" if "delta" in per_sample else "scalar", "delta"),
        *([Parameter("weight", "weight", dtype=float_type)] if variant.weighted else []),
        Parameter("scale", "scale"),
        *(result_parameter(k, (), reduced, float_type) for k in kinds),
        Parameter("scratch", "scratch", per_row=True),
        Parameter("status", "status", dtype="int64"),
    ]

    def formula(a: SimpleNamespace) -> None:
        assert len(a.y) == a.rows
        assert len(a.scratch) >= min(a.rows, getattr(a, "strip", 0))
        weight = a.weight.astype(float) if variant.weighted else np.ones(a.rows)
        bad_weight = ~((weight >= 0) & (weight < np.inf))
        bad = bad_weight | (~(a.y >= 0) & (weight != 0))
        a.status[:] = (np.argmax(bad), int(bad_weight[np.argmax(bad)])) if bad.any() else (-1, -1)
        r = a.f.astype(float) - a.y
        results = {"value": a.delta * r * r, "gradient": 2 * a.delta * r, "slope": r * r}
        for kind in kinds:
            # As a loop would: each result on its own, so that bits do not depend on the rows of the call.
            weighted = np.where(weight == 0, 0.0, results[kind] * (weight * a.scale))
            if kind in reduced:
                for start in range(0, a.rows, a.strip):
                    add_pair(getattr(a, kind), weighted[start : start + a.strip].sum())
            else:
                getattr(a, kind)[:] = weighted

    return Fake(tuple(parameters), formula)


def row_signature(**changes: Any) -> Signature:
    """Class ids, a target row, a prediction row, class weights and thresholds of length K - 1."""
    fields: dict[str, Any] = {
        "loss": "rowwise",
        "inputs": (Input("c", "target", label=True), Input("t", "data", ("K",)), Input("z", "prediction", ("K",))),
        "parameters": (ParameterSpec("w", ("K",), 1.0, "a number > 0", POSITIVE),),
        "axes": (AxisSpec("K"),),
        "guards": (
            GuardSpec("c", "a class id from 0 to K - 1", (), ("label", "K")),
            GuardSpec("t", "a number >= 0", ("K",), NONNEGATIVE),
        ),
    }
    return Signature(**{**fields, **changes})


def row_kernel(variant: Variant, per_sample: frozenset[str] = frozenset(), reduced: str = "") -> Fake:
    """value = sum_k w*t*z + z[c], gradient = w*t*z (made up), derivative in w: t*z."""
    d = variant.dtype
    kinds = (("value", ()), ("gradient", ("K",)), ("slope", ("K",)))[: 3 if "slope" in reduced else 2]
    parameters = (
        Parameter("rows", "rows", dtype="int64"),
        Parameter("offsets" if variant.ragged else "K", "offsets" if variant.ragged else "extent", "K", dtype="int64"),
        Parameter("c", "label", "c", dtype="int64"),
        Parameter("t", "input", "t", ("K",), d),
        Parameter("z", "input", "z", ("K",), d),
        Parameter("w", "input" if "w" in per_sample else "shared", "w", ("K",)),
        *([Parameter("weight", "weight", dtype=d)] if variant.weighted else []),
        Parameter("scale", "scale"),
        *(result_parameter(k, ax, reduced, d) for k, ax in kinds),
        Parameter("status", "status", dtype="int64"),
    )

    def formula(a: SimpleNamespace) -> None:
        offsets = a.offsets if variant.ragged else np.arange(a.rows + 1) * a.K
        assert len(offsets) == a.rows + 1
        assert offsets[-1] == len(a.z) == len(a.t)
        a.status[:] = -1
        totals = {k: np.zeros(len(a.w) if ax else 1) for k, ax in kinds if k in reduced}
        for r in range(a.rows):
            low, high = offsets[r], offsets[r + 1]
            z, t = a.z[low:high].astype(float), a.t[low:high].astype(float)
            w = a.w[low:high] if "w" in per_sample else a.w[: high - low]
            weight = float(a.weight[r]) if variant.weighted else 1.0
            good = (0 <= a.c[r] < high - low or not weight, bool((t >= 0).all()) or not weight, 0 <= weight < np.inf)
            if not all(good):
                a.status[:] = (r, good.index(False))
                return
            results = {"value": [np.sum(w * t * z) + z[a.c[r]]], "gradient": w * t * z, "slope": t * z}
            for k, ax in kinds:
                result = np.asarray(results[k]) * (weight * a.scale) if weight else np.zeros(len(results[k]))
                if k in reduced:
                    totals[k] += result
                else:
                    getattr(a, k)[slice(low, high) if ax else slice(r, r + 1)] = result
        for k, total in totals.items():
            add_pair(getattr(a, k), total)

    return Fake(parameters, formula)
