"""What a call costs beside its kernel: the Python around 32 samples, the domain checks inside large arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any
from unittest.mock import patch

import numpy as np

import symloss as sl
from benchmarks.child import Record
from benchmarks.losses import loss_named
from benchmarks.report import Table
from benchmarks.rows import Array, chosen
from symloss.audit.timing import paired
from symloss.call.method import Method
from symloss.compile import emit, store
from symloss.compile.keys import Request, kernel_module
from symloss.lower.ir import Variant
from symloss.lower.nest import lower

THREADS = 1
SMALL = 32
LOSSES = (
    "binary_cross_entropy_with_logits",
    "squared_error",
    "huber",
    "poisson",
    "sparse_softmax_cross_entropy",
    "normal",
)
CHECKED = ("binary_cross_entropy", "poisson", "gamma", "softmax_labels_100000x10", "softmax_dense_100000x10")


def work(quick: bool) -> Iterator[Record]:
    """Calls of 32 samples, then checks of large arrays."""
    seconds = 0.1 if quick else 0.5
    for name in LOSSES:
        for method in ("gradient_and_hessian", "value_and_gradient"):
            yield _small_call(name, method, seconds, {})
    for options in ({"sample_weight": np.ones(SMALL)}, {"reduction": "mean"}, {"n_threads": 1}, {"out": True}):
        yield _small_call(LOSSES[0], "gradient_and_hessian", seconds, options)
    for row in CHECKED:
        for dtype in ("float64", "float32"):
            yield _checks(row, dtype, seconds)


# --- small calls ----------------------------------------------------------------------------------


def _small_inputs(name: str) -> tuple[Array, ...]:
    random = np.random.default_rng(1)
    if name == "sparse_softmax_cross_entropy":
        return random.integers(0, 10, SMALL), random.normal(size=(SMALL, 10))
    count = 3 if name == "normal" else 2
    return (random.integers(0, 2, SMALL).astype(float), *(random.normal(size=SMALL) for _ in range(count - 1)))


def _small_call(name: str, method: str, seconds: float, options: dict[str, Any]) -> Record:
    inputs = _small_inputs(name)
    if "out" in options:
        options = {"out": (np.empty_like(inputs[-1]), np.empty_like(inputs[-1]))}
    call = getattr(sl.get(name), method)
    run, arguments = _dispatcher(name, method, inputs, options)
    pair = paired(lambda: call(*inputs, **options), lambda: run(*arguments), seconds)
    said = f"{name}.{method}" + (f" with {', '.join(options)}" if options else "")
    return {"call": said, "kind": "small", "ours": pair.ours, "bare": pair.theirs, "ratio": pair.ratio}


def _dispatcher(
    name: str, method: str, inputs: Sequence[Array], options: dict[str, Any]
) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """The compiled function behind a call, and the arguments that the call gives it."""
    seen: list[tuple[Any, tuple[Any, ...]]] = []

    def watched(*details: Any) -> Any:
        module = kernel_module(*details)

        def compute(*arguments: Any) -> Any:
            seen.append((module.compute, arguments))
            return module.compute(*arguments)

        copy = ModuleType(module.__name__)
        vars(copy).update({**vars(module), "compute": compute})
        return copy

    with patch("symloss.loss.calls.kernel_module", watched):
        fresh = sl.Loss.from_declaration(sl.get(name).declaration)
        for _ in range(2):  # the second call goes the quick way, which calls the dispatcher itself
            getattr(fresh, method)(*inputs, **options)
    return seen[-1]


# --- domain checks --------------------------------------------------------------------------------


def _checks(name: str, dtype: str, seconds: float) -> Record:
    """Value and gradient by a kernel with guards and by the same kernel without."""
    (row,) = chosen([name])
    inputs = row.inputs(dtype)
    declared = sl.Loss.from_declaration(loss_named(row.loss).declaration)
    outs = np.empty(row.shape[:1], dtype), np.empty_like(inputs[-1])
    sides = [_method(declared, guarded) for guarded in (True, False)]
    with_checks, without = (lambda m=m: m(inputs, {}, out=outs, n_threads=1) for m in sides)
    pair = paired(with_checks, without, seconds)
    said = f"{row.name}, {dtype}"
    return {"call": said, "kind": "checks", "ours": pair.ours, "bare": pair.theirs, "ratio": pair.ratio}


def _method(loss: sl.Loss, guarded: bool) -> Method:
    """The method with kernels of our own making, of the variants that a call asks for."""
    requests = (Request("value"), Request("gradient", (loss.outline.predictions[0],)))

    def kernel_for(variant: Variant, per_sample: frozenset[str]) -> Any:
        if guarded:
            text = loss.pipeline.source(requests, variant)
        else:
            text = emit.emit(lower(replace(loss.pipeline.stable(requests), guards=()), variant))
        return store.load(store.write(store.cache_directory(), f"benchmark_{loss.name}", text))

    return Method(loss.outline.call, ("value", requests[1].name), kernel_for)


# --- tables ---------------------------------------------------------------------------------------


def tables(records: Sequence[Record]) -> list[Table]:
    """The Python around small calls, and the checks."""
    small = [r for r in records if r["kind"] == "small"]
    checks = [r for r in records if r["kind"] == "checks"]
    return [
        Table(
            f"Calls: {SMALL} samples",
            "A method against the bare compiled dispatcher with the arguments that the method gives it. Goal: 5×.",
            ("call", "ours, µs", "dispatcher, µs", "ratio"),
            [(r["call"], f"{1e6 * r['ours']:.2f}", f"{1e6 * r['bare']:.2f}", f"{r['ratio']:.2f}") for r in small],
        ),
        Table(
            "Calls: domain checks of large arrays",
            "Value and gradient by the kernel with its checks against the same kernel without. Goal: at most 10 %.",
            ("work", "with checks, ms", "without, ms", "cost"),
            [
                (r["call"], f"{1e3 * r['ours']:.3g}", f"{1e3 * r['bare']:.3g}", f"{100 * (r['ratio'] - 1):+.1f} %")
                for r in checks
            ],
        ),
    ]
