"""One method of one loss as a callable: quick where it can be, general otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from symloss.call import threads
from symloss.call.arrays import FLOAT32
from symloss.call.bound import Bound
from symloss.call.inputs import bind
from symloss.call.kernel import Kernel, check_reduction, execute
from symloss.call.quick import Quick, quick
from symloss.call.results import Structure
from symloss.call.signature import GuardSpec, Signature
from symloss.lower.ir import Variant
from symloss.lower.short_rows import LONGEST, length_written_out

#: Gives the kernel for a variant and for those parameters that have a value per sample.
KernelFor = Callable[[Variant, frozenset[str]], Kernel]


class Method:
    """What `Loss.value` and its like call, for one reduction.

    With ``reduction="none"`` the kernels store ``outputs`` per sample; otherwise those
    that are sums over samples must be totals of the kernel.
    """

    def __init__(
        self, signature: Signature, outputs: Structure, kernel_for: KernelFor, reduction: str = "none"
    ) -> None:
        check_reduction(reduction)
        self.signature = signature
        self.outputs = outputs
        self.reduction = reduction
        self._kernel_for = kernel_for
        self._kernels: dict[tuple[Variant, frozenset[str]], Kernel] = {}
        self.quick: list[Quick] = []
        self.quick_weighted: list[Quick] = []

    def run(
        self,
        args: Sequence[object],
        kwargs: Mapping[str, object],
        sample_weight: object = None,
        groups: object = None,
        out: object = None,
        n_threads: int | None = None,
    ) -> Any:
        """The results of a call, by the first of the quick ways that takes it, or else by the general way."""
        if n_threads is not None and not (type(n_threads) is int and 0 < n_threads <= threads.MOST):
            n_threads = threads.count(n_threads)
        if groups is None:
            # A row of ways, one per dtype, for calls with weights and one for calls without.
            for way in self.quick if sample_weight is None else self.quick_weighted:
                result = way(args, kwargs, sample_weight, out, n_threads)
                if result is not None:
                    return result
        bound = bind(self.signature, args, kwargs, sample_weight=sample_weight, groups=groups)
        kernel = self.kernel(variant_of(bound, self.reduction), bound.per_sample)
        bound.signature = self.signature
        return execute(kernel, bound, self.outputs, reduction=self.reduction, out=out, n_threads=n_threads)

    __call__ = run  # by name, Python calls it in half the time

    def kernel(self, variant: Variant, per_sample: frozenset[str]) -> Kernel:
        """The kernel for a variant, made when it is first needed."""
        key = (variant, per_sample)
        if key not in self._kernels:
            kernel = self._kernel_for(variant, per_sample)
            self._learn_guards(kernel)
            self._kernels[key] = kernel
            if not per_sample and not variant.ragged:
                self._add_quick_way(kernel, variant)
        return self._kernels[key]

    def _learn_guards(self, kernel: Kernel) -> None:
        """A generated kernel's file says what its guards expect; they are the same for every variant."""
        guards = getattr(kernel, "GUARDS", None)
        if guards is not None:
            self.signature = replace(self.signature, guards=tuple(GuardSpec(*guard) for guard in guards))

    def _add_quick_way(self, kernel: Kernel, variant: Variant) -> None:
        way = quick(kernel, self.signature, self.outputs, self.reduction, variant.length)
        if way is not None and variant.weighted:
            self.quick_weighted.append(way)
        elif way is not None:
            self.quick.append(way)


def variant_of(bound: Bound, reduction: str = "none") -> Variant:
    """Which kernel a bound call needs."""
    dtype = "float32" if bound.dtype == FLOAT32 else "float64"
    short = bool(bound.extents) and not bound.ragged and all(size <= LONGEST for size in bound.extents.values())
    axes = {axis for one in bound.signature.inputs for axis in one.axes}
    length = length_written_out([bound.extents[axis] for axis in axes], bound.rows) if short else 0
    return Variant(
        cast(Any, dtype), bound.weighted, bound.ragged, tiled=short, length=length, scaled=reduction == "mean"
    )
