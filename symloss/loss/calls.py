"""From a method's arguments to a kernel and back. Needs no SymPy unless a kernel is not in the cache."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, cast

from symloss.call.method import Method
from symloss.call.quick import Quick
from symloss.call.signature import Signature
from symloss.compile.keys import Request, kernel_module
from symloss.errors import ParameterError
from symloss.lower.ir import Variant

from .outline import Outline
from .plans import TOGETHER, WITHOUT_VARIABLE, Names, Plan, requested

if TYPE_CHECKING:
    from symloss.pipeline import Pipeline

EXPECTATIONS = ("fisher", "fisher_matrix", "predict")
_RESULTS = ("value", "gradient", "hessian", "hvp", "hessian_matrix", "fisher", "predict")


class Caller:
    """Calls the kernels of one loss; keeps the methods already made.

    ``pipeline`` gives the symbolic side, and is asked only for a kernel that was never made.
    """

    def __init__(self, outline: Outline, pipeline: Callable[[], Pipeline]) -> None:
        self.outline = outline
        self.pipeline = pipeline
        self.methods: dict[Any, Method] = {}
        self._plans: dict[Any, Plan] = {}
        self._usual: dict[str, Plan] = {}
        self._ways: dict[str, Sequence[Quick]] = dict.fromkeys((*_RESULTS, *TOGETHER), ())

    def results(self, kind: str, wrt: Names, args: Sequence[Any], options: Mapping[str, Any]) -> Any:
        """Results such as "value_and_gradient" by the variables in ``wrt``, of a method's arguments and options."""
        if wrt is None and not options:
            # What small calls do most often, with no call between that could be left out.
            for way in self._ways[kind]:
                result = way(args, options)
                if result is not None:
                    return result
        return self.plan(kind, wrt).run(args, **options)

    def plan(self, results: str, wrt: Names = None) -> Plan:
        """How to compute results such as "value_and_gradient" by the variables in ``wrt``."""
        if wrt is None and results in self._usual:
            return self._usual[results]
        key = results, wrt if wrt is None or isinstance(wrt, str) else tuple(wrt)
        plan = self._plans.get(key)
        if plan is None:
            derived = [r for r in TOGETHER.get(results, (results,)) if r not in WITHOUT_VARIABLE]
            if derived:
                self.outline.refuse_metric(derived[0])
            requests, structure = requested(self.outline, results, wrt)
            plan = self._plans.setdefault(key, Plan(self._signature(results), requests, structure, self._method))
            if wrt is None:
                self._usual[results], self._ways[results] = plan, plan.method("none").quick
        return plan

    def _signature(self, results: str) -> Signature:
        outline = self.outline
        return outline.product if results == "hvp" else outline.expectation if results in EXPECTATIONS else outline.call

    def run_with_vector(self, plan: Plan, args: Sequence[Any], named: Mapping[str, Any]) -> Any:
        """Hessian-vector products: the vector is the last positional argument, or ``vector=``."""
        vectors = self.outline.vectors
        named = dict(named)
        args = tuple(args)
        expected = len(self.outline.call.inputs)
        if "vector" not in named and len(args) == expected + 1:
            named["vector"], args = args[-1], args[:-1]
        if "vector" in named:
            given = named.pop("vector")
            parts = (given,) if len(vectors) == 1 else tuple(given)
            if len(parts) != len(vectors):
                raise ParameterError(
                    f"{self.outline.name}.hvp: vector has {len(parts)} parts; "
                    f"expected one for each of {len(vectors)} predictions"
                )
            if len(args) == expected:
                args = (*args, *parts)  # as plain calls are: by position
            else:
                named.update(zip(vectors, parts, strict=True))
        return plan(args, named)

    def run_expectation(self, plan: Plan, args: Sequence[Any], named: Mapping[str, Any]) -> Any:
        """What does not depend on the target: Fisher information and predictions."""
        for option in ("sample_weight", "reduction"):
            if option in named:
                raise ParameterError(f"{self.outline.name}: {plan.requests[0].kind} takes no {option}")
        return plan(args, named)

    def _method(self, signature: Signature, requests: tuple[Request, ...], structure: Any, reduction: str) -> Method:
        key = (signature is self.outline.product, requests, structure, reduction)
        if key not in self.methods:

            def kernel_for(variant: Variant, per_sample: frozenset[str]) -> Any:
                wanted = requests if reduction == "none" else tuple(self._reduced(r, per_sample) for r in requests)
                return self._kernel(wanted, variant, per_sample)

            self.methods[key] = Method(signature, structure, kernel_for, reduction)
        return self.methods[key]

    def _kernel(self, requests: tuple[Request, ...], variant: Variant, per_sample: frozenset[str]) -> Any:
        outline = self.outline
        return kernel_module(
            outline.name,
            outline.fingerprint,
            requests,
            variant,
            per_sample,
            lambda: self.pipeline().source(requests, variant, per_sample),
        )

    def _reduced(self, request: Request, per_sample: frozenset[str]) -> Request:
        """Under a reduction the value is summed, and so are derivatives by a parameter that all samples share."""
        shared = self.outline.call.parameter_named.keys() - per_sample
        summed = request.kind == "value" or (request.by and set(request.by) <= shared)
        return replace(request, reduced=True) if summed else request

    def source(self, kind: str, dtype: str) -> str:
        """The generated text for results named as "value_and_gradient"."""
        if dtype not in ("float64", "float32"):
            raise ParameterError(f'dtype={dtype!r}; expected "float64" or "float32"')
        requests: list[Request] = []
        for part in kind.split("_and_"):
            if part not in _RESULTS:
                raise ParameterError(
                    f"source({kind!r}): {part!r} is not a result; "
                    f"expected value, gradient, hessian, hvp or hessian_matrix"
                )
            requests.extend(requested(self.outline, part, None)[0])
        return self.pipeline().source(tuple(requests), Variant(cast(Literal["float64", "float32"], dtype)))
