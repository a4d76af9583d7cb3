"""The law of bad input: it is refused, and the message names argument, index, value and what was expected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from symloss.audit.batch import Batch
from symloss.declare.domains import Domain
from symloss.declare.roles import RoleSymbol, role_symbol
from symloss.errors import DomainError, ParameterError, ShapeError, SymlossError
from symloss.loss import Loss

from .law import Violation
from .results import given, predictions
from .sampling import draw

CALLS = ("value", "value_and_gradient", "gradient_and_hessian")

Bad = tuple[str, dict[str, Any], type[SymlossError], tuple[str, ...]]
"""What is wrong, the call's arguments, the error that is promised, and what its message says."""


def bad_input_is_refused(loss: Loss, batch: Batch) -> Violation | None:
    """Of a batch of its own: what matters is one bad number among good ones."""
    good = draw(loss, 4)
    for what, call, error, texts in (*_bad_values(loss, good), *_bad_calls(loss, good)):
        for method in CALLS:
            found = _refused(loss, method, call, error, texts)
            if found:
                return Violation(f"{method} with {what}: {found}", (), batch=Batch("bad", good.arrays, good.parameters))
    return None


def _refused(loss: Loss, method: str, call: dict[str, Any], error: type[SymlossError], texts: tuple[str, ...]) -> str:
    try:
        result = getattr(loss, method)(**call)
    except error as refused:
        missing = [t for t in texts if t not in str(refused)]
        return f"the message {str(refused)!r} does not say {missing[0]!r}" if missing else ""
    except Exception as other:
        return f"{type(other).__name__} instead of {error.__name__}: {other}"
    return f"no error; expected {error.__name__}. The result is {result!r}"


def _bad_values(loss: Loss, good: Batch) -> Iterator[Bad]:
    for symbol in map(role_symbol, loss.inputs):
        array = good.arrays[symbol.name]
        for value in bad_values(symbol, array):
            spoilt = array.copy()
            place = (2, *[0] * (array.ndim - 1))
            spoilt[place] = value
            index = ", ".join(map(str, place))
            texts: tuple[str, ...] = (f"{symbol.name}[2", symbol.domain.expected)  # of a simplex, the whole row
            if symbol.domain.axis is None:
                texts = (f"{symbol.name}[{index}] is {spoilt[place].item()}", symbol.domain.expected)
            yield f"{symbol.name}[{index}] = {value}", {**given(good), symbol.name: spoilt}, DomainError, texts
    for symbol in map(role_symbol, loss.parameters):
        if not symbol.axes:
            for value in outside(symbol.domain):
                yield (
                    f"{symbol.name} = {value}",
                    {**given(good), symbol.name: value},
                    DomainError,
                    (symbol.name, symbol.domain.expected),
                )


def _bad_calls(loss: Loss, good: Batch) -> Iterator[Bad]:
    first = predictions(loss)[0]
    for weight in (-1.0, np.nan, np.inf):
        call = {**given(good), "sample_weight": np.array([1.0, 1.0, weight, 1.0])}
        yield f"sample_weight[2] = {weight}", call, DomainError, ("sample_weight[2]", "expected")
    if len(good.arrays) > 1:
        yield "one sample too few", {**given(good), first: good.arrays[first][:3]}, ShapeError, (first, "expected")
    yield "a name that it has not", {**given(good), "no_such_thing": 1.0}, ParameterError, ("no_such_thing",)
    yield "no prediction", {k: v for k, v in given(good).items() if k != first}, ParameterError, (first,)
    yield "complex predictions", {**given(good), first: good.arrays[first] + 1j}, ShapeError, (first, "expected")


def bad_values(symbol: RoleSymbol, array: Any) -> list[float]:
    """Numbers that an argument may not hold."""
    if symbol.label_axis is not None:
        return [-1, 10**6]
    found = outside(symbol.domain)
    if symbol.domain.test is not None and symbol.role != "prediction":
        found.append(float("nan"))
    return found


def outside(domain: Domain) -> list[float]:
    """The nearest numbers outside a domain, and one far outside."""
    test = domain.test
    if test is None:
        return []
    if test[0] == "simplex":
        return [-0.25, 3.0]
    if test[0] == "values":
        return [v for v in (0.5, 2.0, -3.0) if v not in test[1]]
    if test[0] == "integer":
        return [float(test[1]) - 1, float(test[1]) + 0.5]
    found = []
    for end, beyond in ((domain.low, -np.inf), (domain.high, np.inf)):
        if np.isfinite(end):
            nearest = float(np.nextafter(end, beyond)) if domain.contains(end) else end
            found += [nearest, end + np.copysign(2.0, beyond)]
    return [v for v in found if not domain.contains(v)]
