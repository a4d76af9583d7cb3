"""The batch interface: a bound call and a kernel give results."""

from __future__ import annotations

from math import inf, prod
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import numpy as np

from symloss.call import threads
from symloss.call.arguments import argument_slot, weight_slot
from symloss.call.arrays import FLOAT64, Array
from symloss.call.bound import Bound
from symloss.call.chunks import Chunk, Schedule, block_count, block_range, schedule
from symloss.call.failures import guard_failure
from symloss.call.results import Structure, Through, check_out, flattened_out, output_slot, rebuilt
from symloss.call.slots import Constant, Offsets, Own, Rows, Slice, Slot
from symloss.call.totals import Total
from symloss.call.weights import checked, warn_weightless, weight_sum
from symloss.errors import ParameterError, ShapeError
from symloss.lower.ir import Parameter
from symloss.lower.streams import empty_from_line, fewest_rows, in_step

#: Sums kept at once over all blocks, for parameters along very long axes.
_MOST_SUMS = 2**22
#: Whether kernels multiply totals by ``scale``, as they do results per sample.
TOTALS_ARE_SCALED = True

REDUCTIONS = ("none", "sum", "mean")


_paces: WeakKeyDictionary[Any, threads.Pace] = WeakKeyDictionary()


def pace_of(kernel: Kernel) -> threads.Pace:
    """How quick a kernel was."""
    return _paces.setdefault(kernel, threads.Pace())


def streamed(kernel: Kernel) -> Any:
    """What runs a kernel with results that go past the cache, for large arrays; ``None`` if it has no such results."""
    return getattr(kernel, "run_streamed", None)


def fewest_streamed(kernel: Kernel) -> float:
    """Rows from which on results go past the cache; infinite for a kernel that has no such results."""
    return inf if streamed(kernel) is None else fewest_rows(kernel.PARAMETERS)


class Kernel(Protocol):
    """A compiled kernel: ``run`` computes one chunk, its arguments as ``PARAMETERS`` say.

    ``compute`` takes the same without the status, and only tells whether a guard failed somewhere.
    """

    @property
    def PARAMETERS(self) -> tuple[Parameter, ...]: ...

    @property
    def run(self) -> Any: ...

    @property
    def compute(self) -> Any: ...


def execute(
    kernel: Kernel,
    bound: Bound,
    outputs: Structure,
    *,
    reduction: str = "none",
    out: object = None,
    n_threads: int | None = None,
) -> Any:
    """Runs a kernel over all samples; results in the structure of ``outputs``.

    Results per sample have the batch shape; sums over samples are floats (float64
    arrays along a parameter's axes).
    """
    check_reduction(reduction)
    call = _Call(kernel, bound, flattened_out(outputs, out), n_threads)
    call.run(reduction)
    return rebuilt(outputs, call.results)


def check_reduction(reduction: str) -> None:
    """Refuses unknown reductions."""
    if reduction not in REDUCTIONS:
        raise ParameterError(f'reduction is {reduction!r}; expected "none", "sum" or "mean"')


class _Call:
    """One call: its chunks, its slots, its results."""

    def __init__(self, kernel: Kernel, bound: Bound, out: dict[str, Array | None], n_threads: int | None) -> None:
        self.kernel = kernel
        self.bound = bound
        self.out = out
        self.schedule: Schedule = schedule(bound)
        self.n_threads = 1 if self.schedule.count <= 1 else n_threads or threads.count(None)
        self.blocks = self._count_blocks()
        self.fewest_streamed = fewest_streamed(kernel)
        self.results: dict[str, Any] = {}
        self.totals: dict[str, Total] = {}

    def _count_blocks(self) -> int:
        sizes = [prod(self.bound.inner(p.axes)) for p in self.kernel.PARAMETERS if p.kind == "total"]
        count = block_count(self.schedule.count, None if sizes else self.n_threads)
        return min(count, max(1, _MOST_SUMS // max(1, *sizes, 1)))

    def run(self, reduction: str) -> None:
        """Computes everything into `results`."""
        weight = weight_slot(self.bound)
        if weight is not None:
            weight = checked(weight, self.bound)
        divisor = 1.0
        if reduction == "mean":
            divisor = weight_sum(self.bound, weight, self.schedule, self.blocks, self.n_threads)
            if divisor == 0.0:
                warn_weightless()
        kernel_scale = 1.0 / divisor if divisor else 0.0
        # Alone, totals are divided once at the end: the mean of equal numbers is that number.
        totals_alone = all(p.kind != "output" for p in self.kernel.PARAMETERS)
        slots = [self._slot(p, weight, 1.0 if totals_alone else kernel_scale) for p in self.kernel.PARAMETERS]
        threads.run_blocks(self.blocks, lambda: _Worker(self, slots).work, self.n_threads, *self._pace())
        left = 1.0 if TOTALS_ARE_SCALED and not totals_alone else divisor
        for name, total in self.totals.items():
            self.results[name] = self._total_result(name, total, left)
        for name, result in self.results.items():
            if self.out.get(name) is None and isinstance(result, np.ndarray) and result.ndim == 0:
                self.results[name] = result[()]

    def _pace(self) -> tuple[threads.Pace, float]:
        """How quick the kernel was, and the chunks of a block."""
        return pace_of(self.kernel), self.schedule.count / max(self.blocks, 1)

    def _slot(self, parameter: Parameter, weight: Slot | None, scale: float) -> Slot:
        bound, kind, name = self.bound, parameter.kind, parameter.of or parameter.name
        if kind == "rows":
            return Rows()
        if kind == "strip":
            return Constant(self.schedule.strip)
        if kind == "extent":
            return Constant(bound.extents[name])
        if kind == "offsets":
            assert bound.sizes is not None
            return Offsets(bound.sizes)
        if kind in ("input", "label"):
            return argument_slot(bound, name, parameter.axes, np.dtype(parameter.dtype))
        if kind == "shared":
            return Constant(bound.arrays[name].reshape(-1))
        if kind == "scalar":
            return Constant(float(bound.arrays[name]))
        if kind == "weight":
            assert weight is not None, "the kernel is for weighted samples, the call has no weights"
            return weight
        if kind == "scale":
            return Constant(scale)
        if kind == "output":
            return self._output(name, parameter.axes, np.dtype(parameter.dtype))
        if kind == "total":
            return self._total(name, parameter.axes)
        if kind == "scratch":
            size = prod(bound.inner(parameter.axes)) * parameter.lanes
            return Own(lambda plan: np.empty(size * (plan.strip if parameter.per_row else 1), dtype=parameter.dtype))
        return Own(lambda plan: np.full(2, -1, dtype=np.int64))

    def _output(self, name: str, axes: tuple[str, ...], dtype: np.dtype[Any]) -> Slot:
        bound = self.bound
        if bound.ragged and len(axes) > 1:
            raise ShapeError(f"{name} along {' and '.join(axes)} cannot be had with groups=")
        shape, given = bound.shape(axes), self.out.get(name)
        if given is None:
            array = (
                empty_from_line(shape, dtype) if bound.rows >= self.fewest_streamed else np.empty(shape, dtype=dtype)
            )
        else:
            check_out(name, given, shape, dtype)
            array = given
        self.results[name] = array
        return output_slot(bound, name, array, bound.width(axes), is_new=given is None)

    def _total(self, name: str, axes: tuple[str, ...]) -> Slot:
        if self.bound.ragged and axes:
            raise ShapeError(f"{name} along {axes[0]} cannot be had with groups=: its rows differ in length")
        shape, given = self.bound.inner(axes), self.out.get(name)
        if given is not None:
            check_out(name, given, shape, FLOAT64)
        self.totals[name] = Total(shape, self.blocks)
        return self.totals[name]

    def _total_result(self, name: str, total: Total, divisor: float) -> Any:
        result = total.result()
        result = result / divisor if divisor else np.zeros_like(result)
        given = self.out.get(name)
        if given is not None:
            given[...] = result
            return given
        return float(result) if result.ndim == 0 else np.array(result)


class _Worker:
    """What one thread needs to compute chunks."""

    def __init__(self, call: _Call, slots: list[Slot]) -> None:
        self.call = call
        self.run = call.kernel.run
        buffers = [slot.buffer(call.schedule) for slot in slots]
        self.arguments = list(buffers)
        pairs = list(zip(slots, buffers, strict=True))
        self.changing = [(i, s.load, b) for i, (s, b) in enumerate(pairs) if not isinstance(s, Constant)]
        self.stores = [(s.store, b) for s, b in pairs if isinstance(s, Through)]
        self.totals = [(s, b) for s, b in pairs if isinstance(s, Total)]
        kinds = [p.kind for p in call.kernel.PARAMETERS]
        self.status: Array | None = buffers[kinds.index("status")] if "status" in kinds else None
        # Sums come out the same for any number of rows a call, if they are made of strips.
        whole = "strip" in kinds or "total" not in kinds
        self.joins = whole and all(isinstance(s, Constant | Rows | Slice | Total) for s in slots)
        if self.joins and self._is_streamed():
            self.run = streamed(call.kernel)

    def _is_streamed(self) -> bool:
        """Whether the arrays are so large that results go past the cache."""
        kernel, results = self.call.kernel, self.call.results
        if self.call.bound.rows < self.call.fewest_streamed:
            return False
        stored = (results[p.of or p.name] for p in kernel.PARAMETERS if p.kind == "output")
        return in_step(self.call.bound.rows, *stored)

    def work(self, block: int) -> None:
        """Computes the chunks of one block."""
        plan, numbers = self.call.schedule, block_range(block, self.call.blocks, self.call.schedule.count)
        for _, buffer in self.totals:
            buffer.fill(0.0)
        together = plan.joined(numbers) if self.joins else None
        for chunk in map(plan.chunk, numbers) if together is None else (together,):
            self._compute(chunk)
        for total, buffer in self.totals:
            total.keep(buffer, block)

    def _compute(self, chunk: Chunk) -> None:
        arguments = self.arguments
        for place, load, buffer in self.changing:
            arguments[place] = load(buffer, chunk)
        self.run(*arguments)
        if self.status is not None and self.status.item(0) >= 0:
            raise self._failure(chunk, *map(int, self.status))
        for store, buffer in self.stores:
            store(buffer, chunk)

    def _failure(self, chunk: Chunk, row: int, number: int) -> Exception:
        sizes = self.call.bound.sizes
        offset = 0 if sizes is None else chunk.first + int(sizes[chunk.row : chunk.row + row].sum())
        return guard_failure(self.call.bound, chunk.row + row, number, offset)
