"""Calls of plain arrays, with as little Python around the kernel as can be.

A quick way takes what needs no conversion, no broadcasting and no sum of many weights, and declines
all else: the general way, which gives the same bits, then does it or raises. It is one
straight-line function per kernel, written out here as text, because at 32 samples every
loop over parameters costs as much as the kernel. For a scalar loss it reads

    def quick(args, named, weight, out, n_threads=None):
        if len(args) != 2: return None
        a1, a2, = args
        if type(a2) is not ndarray or a2.ndim != 1: return None
        shape = batch = a2.shape
        ...
        if not (type(a1) is ndarray and a1.shape == batch and a1.flags.carray and a1.dtype == d1): return None
        ...
        if out is None:
            a4 = empty((rows,), d4)
        else:
            ...
        a5 = status.array
        run(rows, a1, a2, 1.0, a4, a5)
        if a5.item(0) >= 0: a5.fill(-1); return None
        return a4
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from math import isfinite
from typing import Any

import numpy as np

from symloss.call.arrays import FLOAT64, Array
from symloss.call.chunks import ELEMENTS, STRIP, blocks_of, step
from symloss.call.kernel import TOTALS_ARE_SCALED, Kernel, pace_of
from symloss.call.predicates import first_outside
from symloss.call.results import Structure
from symloss.call.signature import ParameterSpec, Signature, Test
from symloss.call.threads import run_blocks
from symloss.call.totals import combined
from symloss.call.weights import add_up, find_bad
from symloss.lower.ir import Parameter
from symloss.lower.short_rows import LONGEST, WORTH_IT, WRITTEN_OUT

#: The result of a call with these positional arguments, parameters by name, weights, ``out`` and number of threads;
#: ``None`` if it must go the general way.
Quick = Callable[..., Any]


class _Status(threading.local):
    """The status array of each thread, kept at -1."""

    def __init__(self) -> None:
        self.array = np.full(2, -1, dtype=np.int64)


_status = _Status()


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
        "run": kernel.run,
        "status": _status,
        "shares_memory": np.may_share_memory,
        "sum_of": _sum_of,
        "find_bad": find_bad,
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
        # A matrix over several scalar predictions has axes that no input has; here a row is as wide as its input.
        and all(set(p.axes) <= set(leader.axes) for p in kernel.PARAMETERS if p.kind == "output")
        and all(map(_is_plain_number, signature.parameters))
    )


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


def _plain_array(name: str, shape: str, i: int) -> str:
    # NumPy has one object for each of its own dtypes; an equal one of another make goes the general way.
    plain = f"type({name}) is ndarray and {name}.shape == {shape} and {name}.dtype is d{i} and {name}.flags.carray"
    return f"if not ({plain}): return None"


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

    def lines(self) -> Iterator[str]:
        """The function, line by line."""
        yield "def quick(args, named, weight, out, n_threads=None):"
        for line in (*self._checks(), *self._results_given_or_made(), *self._large(), *self._made(), *self._run()):
            yield f"    {line}"

    def _checks(self) -> Iterator[str]:
        names = [i.name for i in self.signature.inputs]
        yield f"if len(args) != {len(names)}: return None"
        yield f"{', '.join(f'a{self.place[name]}' for name in names)}, = args"
        leader, inner = f"a{self.place[self.leader.name]}", len(self.leader.axes)
        yield f"if type({leader}) is not ndarray or {leader}.ndim != {1 + inner}: return None"
        yield f"shape = batch = {leader}.shape"
        yield f"rows, {'width' if inner else ''} = shape"
        yield f"size = rows{' * width' if inner else ''}"
        if inner:
            yield "batch = shape[:1]"
        if self.length and inner:
            yield f"if width != {self.length} or size < {WORTH_IT}: return None"
        elif any(p.lanes > 1 for _, p in self.parameters):
            # A kernel for short rows; longer ones have another, and many of one length one of their own.
            written_out = f"2 <= width <= {WRITTEN_OUT} and size >= {WORTH_IT}"
            yield f"if width > {LONGEST} or {written_out}: return None"
        yield "if not size: return None"
        # More than one chunk: see `symloss.call.chunks.step`.
        yield f"is_large = size > {ELEMENTS}"
        yield "if is_large and weight is not None: return None"
        for spec in self.signature.inputs:
            i = self.place[spec.name]
            yield _plain_array(f"a{i}", "shape" if spec.axes else "batch", i)
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
        yield "known = 0"
        for i, spec in scalars:
            yield f"a{i} = {_number(spec.default)}"
            yield f"if named and {spec.name!r} in named:"
            yield f"    a{i}, known = named[{spec.name!r}], known + 1"
            yield f"    if type(a{i}) is int and abs(a{i}) < {2**53}: a{i} = float(a{i})"
            yield f"    if type(a{i}) is not float or not {_inside(spec.test, f'a{i}')}: return None"
            if spec.default is None:
                yield f"if a{i} is None: return None"
        yield "if known != len(named): return None"

    def _weight_checks(self) -> Iterator[str]:
        yield "total = rows"
        for i, p in self.parameters:
            if p.kind == "weight":
                yield _plain_array("weight", "batch", i)
                yield "if find_bad(weight) is not None: return None"
                if self.mean:
                    yield "total = add_up(weight)"
                    yield "if total == 0.0: return None"

    def _results_given_or_made(self) -> Iterator[str]:
        results = [
            (i, f"({', '.join(['rows', *['width'] * len(p.axes)])},)") for i, p in self.parameters if p.kind == "output"
        ]
        if not results:
            yield "if out is not None: return None"
            return
        yield "if out is None:"
        yield from (f"    a{i} = empty({shape}, d{i})" for i, shape in results)
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
        yield _plain_array(f"a{i}", shape, i)
        others = [f"a{j}" for j, p in self.parameters if p.kind in ("input", "label")]
        others += ["weight" for _, p in self.parameters if p.kind == "weight"]
        yield f"if {' or '.join(f'shares_memory(a{i}, {other})' for other in others)}: return None"

    def _made(self) -> Iterator[str]:
        for i, p in self.parameters:
            if p.kind == "total":
                yield f"a{i} = zeros(2)"
            elif p.kind == "status":
                yield f"a{i} = status.array"

    def _run_checked(self) -> Iterator[str]:
        yield f"run({', '.join(self._argument(i, p) for i, p in self.parameters)})"
        yield from self._status()

    def _run(self) -> Iterator[str]:
        yield from self._run_checked()
        yield f"return {self._results(self.outputs, 'sum_of(a{})')}"

    def _large(self) -> Iterator[str]:
        """More than one chunk: sums and threads go block by block, as the general way would, all else in one go."""
        yield "if is_large:"
        yield f"    threads = pace.threads(n_threads, size / {ELEMENTS}) if rows > 1 else 1"
        call = f"return in_blocks({', '.join(('threads', *self._shared()))})"
        yield f"    {call}" if self.totals else f"    if threads > 1: {call}"
        if not self.totals:
            yield "    started = now()"
            yield from (f"    {line}" for line in (*self._made(), *self._run_checked()))
            yield f"    pace.saw(started, size / {ELEMENTS})"
            yield f"    return {self._results(self.outputs, '')}"

    def _shared(self) -> list[str]:
        """What the blocks of a call have in common."""
        passed = ("input", "label", "scalar", "output")
        arrays = [f"a{i}" for i, p in self.parameters if p.kind in passed]
        return ["size", "rows", *(["width"] if self.width == "width" else []), "total", *arrays]

    def blocks(self) -> Iterator[str]:
        """The function that computes the blocks of a call, by one thread or several."""
        yield f"def in_blocks({', '.join(('threads', *self._shared()))}):"
        run = f"run({', '.join(self._of_block(i, p) for i, p in self.parameters)})"
        kept = (f"sums{i}[block] = a{i}" for i in self.totals)
        work = (*self._made(), run, *self._status("raise Declined"), *kept)
        lines = (
            f"blocks = blocks_of(rows, {self.width}{'' if self.totals else ', threads'})",
            *(f"sums{i} = [None] * len(blocks)" for i in self.totals),
            "def work(block):",
            "    first, stop, _, _ = blocks[block]",
            *(f"    {line}" for line in work),
            f"chunks = size / {ELEMENTS} / len(blocks)",
            "try: run_blocks(len(blocks), lambda: work, threads, pace, chunks)",
            "except Declined: return None",
            f"return {self._results(self.outputs, 'sum_of_blocks(sums{})')}",
        )
        yield from (f"    {line}" for line in lines)

    def _of_block(self, i: int, p: Parameter) -> str:
        whole = self._argument(i, p)
        if p.kind == "rows":
            return "stop - first"
        if p.kind in ("input", "label", "output"):
            return f"{whole}[first * width:stop * width]" if p.axes else f"{whole}[first:stop]"
        return whole

    def _status(self, decline: str = "return None") -> Iterator[str]:
        for i, p in self.parameters:
            if p.kind == "status":
                yield f"if a{i}.item(0) >= 0: a{i}.fill(-1); {decline}"

    def _argument(self, i: int, p: Parameter) -> str:
        match p.kind:
            case "rows":
                return "rows"
            case "strip":
                return f"min({STRIP}, step({self.width}))"
            case "extent":
                return "width"
            case "scale":
                return "1.0 / total" if self.mean and self.stores else "1.0"
            case "weight":
                return "weight"
            case "scratch":
                return f"empty({'min(rows, ' + str(STRIP) + ')' if p.per_row else p.lanes}{' * width' * len(p.axes)})"
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
