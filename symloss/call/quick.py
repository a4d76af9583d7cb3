"""Calls of plain arrays, with as little Python around the kernel as can be.

A quick way takes what needs no conversion, no broadcasting and no sum of many weights, and declines
all else: the general way, which gives the same bits, then does it or raises. It is one
straight-line function per kernel, written out here as text, because at 32 samples every
loop over parameters costs as much as the kernel. For a scalar loss it reads

    def quick(args, named, weight=None, out=None, n_threads=None):
        try:
            a1, a2, = args
            rows, = shape = a2.shape
        except (ValueError, AttributeError): return None
        batch = shape
        if not (type(a1) is ndarray and a1.shape == batch and a1.dtype is d1 and a1.flags.carray): return None
        ...
        if out is None:
            a4 = empty(batch, d4)
        else:
            ...
        if compute(rows, a1, a2, 1.0, a4): return None
        return a4
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from math import isfinite
from typing import Any

import numpy as np

from symloss.call.arrays import FLOAT64, Array
from symloss.call.chunks import ELEMENTS, STRIP, blocks_of, step
from symloss.call.kernel import TOTALS_ARE_SCALED, Kernel, fewest_streamed, pace_of
from symloss.call.predicates import first_outside
from symloss.call.results import Structure
from symloss.call.signature import ParameterSpec, Signature, Test
from symloss.call.threads import run_blocks
from symloss.call.totals import combined
from symloss.call.weights import add_up
from symloss.lower.ir import Parameter
from symloss.lower.short_rows import LONGEST, WORTH_IT, WRITTEN_OUT
from symloss.lower.streams import ALL_OF_MEMORY, bytes_of_row, empty_from_line, in_step

#: The result of a call with these positional arguments, parameters by name, weights, ``out`` and number of threads;
#: ``None`` if it must go the general way.
Quick = Callable[..., Any]


def _sum_of(pair: Array) -> float:
    total, error = pair.tolist()
    return 0.0 + total + error if isfinite(total) else float(total)


class _Declined(Exception):
    """A guard does not hold: the general way finds out where, and says so."""


def _sum_of_blocks(pairs: list[Array]) -> float:
    return float(combined([pair.tolist() for pair in pairs]))


def quick(kernel: Kernel, signature: Signature, outputs: Structure, reduction: str, length: int = 0) -> Quick | None:
    """The quick way for a kernel, or ``None`` if the loss takes more than plain arrays and numbers.

    The kernel may be one for rows of one length.
    """
    if not _is_plain(kernel, signature):
        return None
    known = {
        "ndarray": np.ndarray,
        "empty": np.empty,
        "step": step,
        "pace": pace_of(kernel),
        "now": time.perf_counter,
        "blocks_of": blocks_of,
        "sum_of_blocks": _sum_of_blocks,
        "run_blocks": run_blocks,
        "Declined": _Declined,
        "zeros": np.zeros,
        "compute": getattr(kernel.compute, "entry_point", kernel.compute),
        "compute_streamed": getattr(kernel, "compute_streamed", None),
        "in_step": in_step,
        "empty_from_line": empty_from_line,
        "shares_memory": np.may_share_memory,
        "sum_of": _sum_of,
        "add_up": add_up,
        **{f"d{i}": np.dtype(p.dtype) for i, p in enumerate(kernel.PARAMETERS)},
    }
    text = _Text(kernel, signature, outputs, reduction, length)
    exec("\n".join((*text.blocks(), *text.lines())), known)
    made: Quick = known["quick"]
    return made


def _is_plain(kernel: Kernel, signature: Signature) -> bool:
    leader = next((i for i in signature.inputs if i.role == "prediction"), None)
    if leader is None or len(signature.axes) > 1 or signature.free_axes != leader.axes:
        return False
    # What a kernel does not read (a constant Hessian reads nothing) would not be checked.
    read = {p.of or p.name for p in kernel.PARAMETERS if p.kind in ("input", "label", "scalar")}
    needed = {i.name for i in signature.inputs} | {p.name for p in signature.parameters if p.default is None}
    return (
        needed <= read
        and all(not i.keyword_only and i.axes in ((), leader.axes) for i in signature.inputs)
        and all(p.axes == () for p in kernel.PARAMETERS if p.kind == "total")
        # A matrix over several scalar predictions has an axis that no input has.
        and all(set(p.axes) <= {*leader.axes, *_fixed(signature)} for p in kernel.PARAMETERS if p.kind == "output")
        and all(map(_is_plain_number, signature.parameters))
    )


def _fixed(signature: Signature) -> dict[str, int]:
    """The axes whose length is a number."""
    return {axis.name: axis.size for axis in signature.axes if isinstance(axis.size, int)}


def _is_plain_number(spec: ParameterSpec) -> bool:
    """Whether the parameter is one number between two others, and its default is good."""
    if spec.axes or (spec.test is not None and spec.test[0] != "interval"):
        return False
    if spec.default is None or spec.test is None:
        return True
    return first_outside(spec.test, np.asarray(spec.default, dtype=FLOAT64), {}) is None


def _number(value: float | None) -> str:
    return "None" if value is None else repr(float(value)) if isfinite(value) else f"float({str(value)!r})"


def _inside(test: Test | None, name: str) -> str:
    """The test of a parameter's domain; without one any finite number will do."""
    if test is None:
        return f"{name} - {name} == 0.0"
    _, low, high, low_included, high_included = test
    return f"{_number(low)} {'<=' if low_included else '<'} {name} {'<=' if high_included else '<'} {_number(high)}"


def _plain_array(i: int, shape: str, name: str = "") -> str:
    """The test whether an array is what the kernel takes; it is called without its dispatcher, which would look."""
    # NumPy has one object for each of its own dtypes; an equal one of another make goes the general way.
    name = name or f"a{i}"
    same = f"{name}.shape == {shape} and " if shape else ""
    return f"if not (type({name}) is ndarray and {same}{name}.dtype is d{i} and {name}.flags.carray): return None"


class _Text:
    """The text of a quick way; the kernel's parameter number i is the variable ``a{i}``, its dtype ``d{i}``."""

    def __init__(self, kernel: Kernel, signature: Signature, outputs: Structure, reduction: str, length: int) -> None:
        self.parameters = list(enumerate(kernel.PARAMETERS))
        self.signature = signature
        self.outputs = outputs
        self.length = length
        self.mean = reduction == "mean"
        self.place = {p.of or p.name: i for i, p in self.parameters if p.kind in ("input", "label", "output", "total")}
        self.width = "width" if any(i.axes for i in signature.inputs) else "1"
        self.leader = next(i for i in signature.inputs if i.role == "prediction")
        self.stores = any(p.kind == "output" for _, p in self.parameters)
        self.totals = [i for i, p in self.parameters if p.kind == "total"]
        self.bytes_of_row = bytes_of_row(kernel.PARAMETERS)
        self.fewest_streamed = fewest_streamed(kernel)

    def lines(self) -> Iterator[str]:
        """The function, line by line."""
        yield "def quick(args, named, weight=None, out=None, n_threads=None):"
        for line in (*self._checks(), *self._results_given_or_made(), *self._large(), *self._made(), *self._run()):
            yield f"    {line}"

    def _checks(self) -> Iterator[str]:
        inputs = [(self.place[i.name], i.axes) for i in self.signature.inputs]
        leader, inner = self.place[self.leader.name], bool(self.leader.axes)
        yield "try:"
        yield f"    {', '.join(f'a{i}' for i, _ in inputs)}, = args"
        yield f"    rows, {'width' if inner else ''} = shape = a{leader}.shape"
        yield "except (ValueError, AttributeError): return None"
        yield f"batch = {'shape[:1]' if inner else 'shape'}"
        for i, axes in inputs:
            yield _plain_array(i, "" if i == leader else "shape" if axes else "batch")
        yield f"size = rows{' * width' if inner else ''}"
        if self.length and inner:
            yield f"if width != {self.length} or size < {WORTH_IT}: return None"
        elif any(p.lanes > 1 for _, p in self.parameters):
            # A kernel for short rows; longer ones have another, and many of one length one of their own.
            written_out = f"2 <= width <= {WRITTEN_OUT} and size >= {WORTH_IT}"
            yield f"if width > {LONGEST} or {written_out}: return None"
        # More than one chunk: see `symloss.call.chunks.step`.
        yield f"is_large = size > {ELEMENTS}"
        yield "if not size: return None"
        yield from self._parameters()
        yield from self._weight_checks()

    def _parameters(self) -> Iterator[str]:
        """Numbers by name, or their defaults."""
        scalars = [
            (i, self.signature.parameter_named[p.of or p.name]) for i, p in self.parameters if p.kind == "scalar"
        ]
        if not scalars:
            yield "if named: return None"
            return
        yield from (f"a{i} = {_number(spec.default)}" for i, spec in scalars)
        yield "if named:"
        yield "    known = 0"
        for i, spec in scalars:
            yield f"    if {spec.name!r} in named:"
            yield f"        a{i}, known = named[{spec.name!r}], known + 1"
            yield f"        if type(a{i}) is int and abs(a{i}) < {2**53}: a{i} = float(a{i})"
            yield f"        if type(a{i}) is not float or not {_inside(spec.test, f'a{i}')}: return None"
        yield "    if known != len(named): return None"
        yield from (f"if a{i} is None: return None" for i, spec in scalars if spec.default is None)

    def _weight_checks(self) -> Iterator[str]:
        if self.mean:
            yield "total = rows"
        for i, p in self.parameters:
            if p.kind == "weight":
                yield _plain_array(i, "batch", "weight")
                if self.mean:
                    yield "if is_large: return None"
                    yield "total = add_up(weight)"
                    yield "if total == 0.0: return None"

    def _results_given_or_made(self) -> Iterator[str]:
        results = [
            (i, "shape" if p.axes == self.leader.axes else f"batch + ({''.join(f'{n}, ' for n in self._lengths(p))})")
            for i, p in self.parameters
            if p.kind == "output"
        ]
        if not results:
            yield "if out is not None: return None"
            return
        yield "if out is None:"
        for i, shape in results:
            given = "" if self.parameters[i][1].dtype == "float64" else f", d{i}"
            yield f"    a{i} = empty({shape}{given})"
        yield "else:"
        for line in (
            *self._given("out", self.outputs),
            *(line for i, shape in results for line in self._usable(i, shape)),
        ):
            yield f"    {line}"

    def _given(self, name: str, outputs: Structure) -> Iterator[str]:
        """The caller's arrays, taken out of their structure; arrays for sums go the general way."""
        if isinstance(outputs, str):
            i = self.place[outputs]
            stored = self.parameters[i][1].kind == "output"
            yield f"a{i} = {name}" if stored else f"if {name} is not None: return None"
            return
        yield f"if type({name}) is not tuple or len({name}) != {len(outputs)}: return None"
        parts = [f"{name}{n}" for n in range(len(outputs))]
        yield f"{', '.join(parts)}, = {name}"
        for part, inner in zip(parts, outputs, strict=True):
            yield from self._given(part, inner)

    def _usable(self, i: int, shape: str) -> Iterator[str]:
        yield _plain_array(i, shape)
        others = [f"a{j}" for j, p in self.parameters if p.kind in ("input", "label")]
        others += ["weight" for _, p in self.parameters if p.kind == "weight"]
        # Two arrays that are nobody's view have memory of their own; that is seen five times as quickly.
        own = " and ".join(f"{other}.base is None and a{i} is not {other}" for other in others)
        shared = " or ".join(f"shares_memory(a{i}, {other})" for other in others)
        yield f"if not (a{i}.base is None and {own}) and ({shared}): return None"

    def _made(self) -> Iterator[str]:
        for i, p in self.parameters:
            if p.kind == "total":
                yield f"a{i} = zeros(2)"

    def _chosen(self) -> Iterator[str]:
        """The kernel for many rows, and results where it wants them."""
        yield "go = compute"
        if isfinite(self.fewest_streamed):
            results = [i for i, p in self.parameters if p.kind == "output"]
            yield f"if rows >= {self.fewest_streamed}:"
            yield f"    if out is None: {'; '.join(f'a{i} = empty_from_line(a{i}.shape, d{i})' for i in results)}"
            yield f"    if in_step(rows, {', '.join(f'a{i}' for i in results)}): go = compute_streamed"

    def _run_checked(self, compute: str = "compute") -> Iterator[str]:
        given = ", ".join(self._argument(i, p) for i, p in self.parameters if p.kind != "status")
        yield f"if {compute}({given}): return None"

    def _run(self) -> Iterator[str]:
        yield from self._run_checked()
        yield f"return {self._results(self.outputs, 'sum_of(a{})')}"

    def _large(self) -> Iterator[str]:
        """More than one chunk: sums and threads go block by block, as the general way would, all else in one go."""
        yield "if is_large:"
        yield from (f"    {line}" for line in self._chosen())
        yield f"    threads = pace.threads(n_threads, size / {ELEMENTS}) if rows > 1 else 1"
        if isfinite(self.fewest_streamed):
            # One thread that moves all that memory can gains nothing by a second.
            alone = ELEMENTS * self.bytes_of_row / ALL_OF_MEMORY
            yield f"    if go is compute_streamed and 0.0 < pace.seconds < {alone!r}: threads = 1"
        call = f"return in_blocks({', '.join(('threads', *self._shared()))})"
        yield f"    {call}" if self.totals else f"    if threads > 1: {call}"
        if not self.totals:
            yield "    started = now()"
            yield from (f"    {line}" for line in (*self._made(), *self._run_checked("go")))
            yield f"    pace.saw(started, size / {ELEMENTS})"
            yield f"    return {self._results(self.outputs, '')}"

    def _shared(self) -> list[str]:
        """What the blocks of a call have in common."""
        passed = ("input", "label", "scalar", "output")
        arrays = [f"a{i}" for i, p in self.parameters if p.kind in passed]
        arrays += ["weight" for _, p in self.parameters if p.kind == "weight"]
        sizes = ["size", "rows", *(["width"] if self.width == "width" else []), *(["total"] if self.mean else [])]
        return ["go", *sizes, *arrays]

    def blocks(self) -> Iterator[str]:
        """The function that computes the blocks of a call, by one thread or several."""
        yield f"def in_blocks({', '.join(('threads', *self._shared()))}):"
        given = ", ".join(self._of_block(i, p) for i, p in self.parameters if p.kind != "status")
        kept = (f"sums{i}[block] = a{i}" for i in self.totals)
        work = (*self._made(), f"if go({given}): raise Declined", *kept)
        lines = (
            f"blocks, ends = blocks_of(rows, {self.width}{'' if self.totals else ', threads, pace.seconds'})",
            *(f"sums{i} = [None] * blocks" for i in self.totals),
            "def make_work():",
            *(f"    a{i} = {self._argument(i, p)}" for i, p in self.parameters if p.kind == "scratch"),
            "    def work(block):",
            "        first, stop = ends(block)",
            *(f"        {line}" for line in work),
            "    return work",
            f"chunks = size / {ELEMENTS} / blocks",
            "try: run_blocks(blocks, make_work, threads, pace, chunks)",
            "except Declined: return None",
            f"return {self._results(self.outputs, 'sum_of_blocks(sums{})')}",
        )
        yield from (f"    {line}" for line in lines)

    def _of_block(self, i: int, p: Parameter) -> str:
        whole = self._argument(i, p)
        if p.kind == "rows":
            return "stop - first"
        if p.kind == "scratch":
            return f"a{i}"  # a thread's own
        if p.kind in ("input", "label", "weight", "output"):
            each = self._each(p)
            return f"{whole}[first{each}:stop{each}]"
        return whole

    def _lengths(self, p: Parameter) -> list[str]:
        return [str(_fixed(self.signature).get(axis, "width")) for axis in p.axes]

    def _each(self, p: Parameter) -> str:
        return "".join(f" * {length}" for length in self._lengths(p))

    def _argument(self, i: int, p: Parameter) -> str:
        match p.kind:
            case "rows":
                return "rows"
            case "strip":
                return str(min(STRIP, step(1))) if self.width == "1" else f"min({STRIP}, step(width))"
            case "extent":
                return self._lengths(replace(p, axes=(p.of,)))[0]
            case "scale":
                return "1.0 / total" if self.mean and self.stores else "1.0"
            case "weight":
                return "weight"
            case "scratch":
                length = f"min(rows, {STRIP})" if p.per_row else p.lanes
                return f"empty({length}{self._each(p)}, d{i})"
            case _:
                return f"a{i}.reshape(-1)" if p.axes else f"a{i}"

    def _results(self, outputs: Structure, sum_of: str) -> str:
        if not isinstance(outputs, str):
            return f"({''.join(self._results(part, sum_of) + ', ' for part in outputs)})"
        i = self.place[outputs]
        if self.parameters[i][1].kind == "output":
            return f"a{i}"
        divided = self.mean and not (self.stores and TOTALS_ARE_SCALED)
        return f"{sum_of.format(i)} / total" if divided else sum_of.format(i)
