"""From a method's arguments to a kernel and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from symloss.call.method import Method
from symloss.call.signature import Signature
from symloss.declare.roles import role_symbol
from symloss.errors import ParameterError
from symloss.lower.ir import Variant
from symloss.pipeline import Pipeline, Request

from . import signatures

_OPTIONS = ("sample_weight", "groups", "out", "n_threads")


class Caller:
    """Calls the kernels of one loss; keeps the methods already made."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.methods: dict[Any, Method] = {}

    @cached_property
    def call_signature(self) -> Signature:
        return signatures.of_call(self.pipeline.declaration)

    @cached_property
    def product_signature(self) -> Signature:
        return signatures.of_call(self.pipeline.declaration, tuple(self.pipeline.directions.values()))

    @cached_property
    def expectation_signature(self) -> Signature:
        return signatures.of_expectation(self.pipeline.declaration)

    def run(self, structure: Any, requests: tuple[Request, ...], args: Sequence[Any], named: Mapping[str, Any]) -> Any:
        """Value and derivatives."""
        return self._run(self.call_signature, structure, requests, args, named)

    def run_with_vector(
        self, structure: Any, requests: tuple[Request, ...], args: Sequence[Any], named: Mapping[str, Any]
    ) -> Any:
        """Hessian-vector products: the vector is the last positional argument, or ``vector=``."""
        vectors = tuple(role_symbol(v).name for v in self.pipeline.directions.values())
        named = dict(named)
        args = tuple(args)
        expected = len(self.pipeline.declaration.inputs)
        if "vector" not in named and len(args) == expected + 1:
            named["vector"], args = args[-1], args[:-1]
        if "vector" in named:
            given = named.pop("vector")
            parts = (given,) if len(vectors) == 1 else tuple(given)
            if len(parts) != len(vectors):
                raise ParameterError(
                    f"{self.pipeline.declaration.name}.hvp: vector has {len(parts)} parts; "
                    f"expected one for each of {len(vectors)} predictions"
                )
            named.update(zip(vectors, parts, strict=True))
        return self._run(self.product_signature, structure, requests, args, named)

    def run_expectation(
        self, structure: Any, requests: tuple[Request, ...], args: Sequence[Any], named: Mapping[str, Any]
    ) -> Any:
        """What does not depend on the target: Fisher information and predictions."""
        for option in ("sample_weight", "reduction"):
            if option in named:
                raise ParameterError(f"{self.pipeline.declaration.name}: {requests[0].kind} takes no {option}")
        return self._run(self.expectation_signature, structure, requests, args, named)

    def _run(
        self,
        signature: Signature,
        structure: Any,
        requests: tuple[Request, ...],
        args: Sequence[Any],
        named: Mapping[str, Any],
    ) -> Any:
        if not named:
            return self._method(signature, structure, requests, "none")(args, named)
        rest = dict(named)
        reduction = rest.pop("reduction", "none")
        options = {name: rest.pop(name) for name in _OPTIONS if name in rest}
        return self._method(signature, structure, requests, reduction)(args, rest, **options)

    def _method(self, signature: Signature, structure: Any, requests: tuple[Request, ...], reduction: str) -> Method:
        key = (signature is self.__dict__.get("product_signature"), requests, structure, reduction)
        if key not in self.methods:

            def kernel_for(variant: Variant, per_sample: frozenset[str]) -> Any:
                wanted = requests if reduction == "none" else tuple(self._reduced(r, per_sample) for r in requests)
                return self.pipeline.kernel(wanted, variant, per_sample)

            self.methods[key] = Method(signature, structure, kernel_for, reduction)
        return self.methods[key]

    def _reduced(self, request: Request, per_sample: frozenset[str]) -> Request:
        """Under a reduction the value is summed, and so are derivatives by a parameter that all samples share."""
        shared = {role_symbol(p).name for p in self.pipeline.declaration.parameters} - per_sample
        summed = request.kind == "value" or (request.by and set(request.by) <= shared)
        return replace(request, reduced=True) if summed else request

    def source(self, kind: str, dtype: str) -> str:
        """The generated text for results named as "value_and_gradient"."""
        if dtype not in ("float64", "float32"):
            raise ParameterError(f'dtype={dtype!r}; expected "float64" or "float32"')
        names = tuple(role_symbol(p).name for p in self.pipeline.declaration.predictions)
        requests: list[Request] = []
        for part in kind.split("_and_"):
            if part not in ("value", "gradient", "hessian", "hvp", "hessian_matrix", "fisher", "predict"):
                raise ParameterError(
                    f"source({kind!r}): {part!r} is not a result; expected value, gradient, hessian, hvp or hessian_matrix"
                )
            if part in ("value", "predict"):
                requests.append(Request(part))
            elif part == "hessian_matrix":
                requests.append(Request(part, names if len(names) > 1 else names * 2))
            else:
                requests.extend(Request(part, (name,)) for name in names)
        return self.pipeline.source(tuple(requests), Variant(dtype))  # type: ignore[arg-type]
