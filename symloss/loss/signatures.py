"""What each method of a loss takes, as the call layer wants to know it."""

from __future__ import annotations

from symloss.call.signature import AxisSpec, Input, ParameterSpec, Signature
from symloss.declare.declaration import Declaration
from symloss.declare.roles import Declared, role_symbol
from symloss.pipeline import PREDICTIONS_AXIS


def of_call(declaration: Declaration, directions: tuple[Declared, ...] = ()) -> Signature:
    """For value, gradient and Hessian; with ``directions`` for a Hessian-vector product."""
    inputs = tuple(_input(d) for d in declaration.inputs)
    vectors = tuple(_input(d) for d in directions)
    return _signature(declaration, (*inputs, *vectors))


def of_expectation(declaration: Declaration) -> Signature:
    """For what does not depend on the target: predictions by position, data by name."""
    inputs = tuple(
        _input(d, role_symbol(d).role == "data") for d in declaration.inputs if role_symbol(d).role != "target"
    )
    return _signature(declaration, inputs)


def _signature(declaration: Declaration, inputs: tuple[Input, ...]) -> Signature:
    axes = [AxisSpec(a.name, _size(str(a.extent))) for a in declaration.axes]
    if not any(role_symbol(p).axes for p in declaration.predictions):
        axes.append(AxisSpec(PREDICTIONS_AXIS, len(declaration.predictions)))
    parameters = tuple(_parameter(d) for d in declaration.parameters)
    return Signature(declaration.name, inputs, parameters, tuple(axes))


def _input(declared: Declared, keyword_only: bool = False) -> Input:
    symbol = role_symbol(declared)
    axes = tuple(a.name for a in symbol.axes)
    return Input(symbol.name, symbol.role, axes, symbol.label_axis is not None, symbol.domain.expected, keyword_only)


def _parameter(declared: Declared) -> ParameterSpec:
    symbol = role_symbol(declared)
    default = None if symbol.default is None else float(symbol.default)
    return ParameterSpec(
        symbol.name, tuple(a.name for a in symbol.axes), default, symbol.domain.expected, symbol.domain.test
    )


def _size(text: str) -> str | int:
    return int(text) if text.isdigit() else text
