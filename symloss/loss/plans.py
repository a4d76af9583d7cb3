"""What a method of a loss computes: which results, how they are put together, and the callables that do it.

A plan is made once per method and ``wrt``, so that a small call pays for looking it up and for nothing else.
Needs no SymPy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from symloss.call.method import Method
from symloss.call.signature import Signature
from symloss.compile.keys import Request

from .outline import Outline

Names = str | Sequence[str] | None

#: Results that are asked for together; any other name of results is one result.
TOGETHER = {
    "value_and_gradient": ("value", "gradient"),
    "gradient_and_hessian": ("gradient", "hessian"),
    "gradient_and_hessian_matrix": ("gradient", "hessian_matrix"),
    "gradient_and_fisher": ("gradient", "fisher_weighted"),
}
MATRICES = ("hessian_matrix", "fisher_matrix")
WITHOUT_VARIABLE = ("value", "predict")

#: Gives the method for a signature, requests, their structure and a reduction.
MethodFor = Callable[[Signature, tuple[Request, ...], Any, str], Method]


class Plan:
    """The results of one method, to be called with the method's arguments and options."""

    def __init__(
        self, signature: Signature, requests: tuple[Request, ...], structure: Any, method_for: MethodFor
    ) -> None:
        self.signature = signature
        self.requests = requests
        self.structure = structure
        self._method_for = method_for
        self._methods: dict[str, Method] = {}

    def __call__(self, args: Sequence[Any], named: Mapping[str, Any]) -> Any:
        return self.run(args, **named)

    def run(
        self,
        args: Sequence[Any],
        /,
        *,
        reduction: str = "none",
        sample_weight: Any = None,
        groups: Any = None,
        out: Any = None,
        n_threads: Any = None,
        **parameters: Any,
    ) -> Any:
        """The results of a call; whatever else is named is a parameter or data."""
        method = self._methods.get(reduction) or self.method(reduction)
        return method.run(args, parameters, sample_weight, groups, out, n_threads)

    def method(self, reduction: str) -> Method:
        """The method for a reduction."""
        if reduction not in self._methods:
            self._methods[reduction] = self._method_for(self.signature, self.requests, self.structure, reduction)
        return self._methods[reduction]


def requested(outline: Outline, results: str, wrt: Names) -> tuple[tuple[Request, ...], Any]:
    """The requests for some results by the variables in ``wrt`` (the predictions by default), and their structure."""
    names = variables(outline, wrt)
    single = isinstance(wrt, str) or (wrt is None and len(names) == 1)
    parts = [_result(outline, kind, names, single) for kind in TOGETHER.get(results, (results,))]
    requests = tuple(request for some, _ in parts for request in some)
    return requests, tuple(structure for _, structure in parts) if len(parts) > 1 else parts[0][1]


def variables(outline: Outline, wrt: Names) -> tuple[str, ...]:
    """The names in ``wrt``; one that is not there is a `ParameterError`."""
    names = outline.predictions if wrt is None else (wrt,) if isinstance(wrt, str) else tuple(wrt)
    for name in names:
        outline.axes_wrt(name)
    return names


def _result(outline: Outline, kind: str, names: tuple[str, ...], single: bool) -> tuple[tuple[Request, ...], Any]:
    if kind in WITHOUT_VARIABLE:
        return (Request(kind),), kind
    if kind in MATRICES:
        return _matrix(outline, kind, names)
    requests = tuple(Request(kind, (name,)) for name in names)
    return requests, requests[0].name if single else tuple(r.name for r in requests)


def _matrix(outline: Outline, kind: str, names: tuple[str, ...]) -> tuple[tuple[Request, ...], Any]:
    if not any(map(outline.axes_wrt, names)):
        request = Request(kind, names)
        return (request,), request.name
    blocks = tuple(tuple(Request(kind, (a, b)) for b in names) for a in names)
    structure = tuple(tuple(r.name for r in row) for row in blocks)
    return tuple(r for row in blocks for r in row), structure[0][0] if len(names) == 1 else structure
