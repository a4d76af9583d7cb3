"""Which columns of a data file are which inputs of a loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symloss.declare.roles import RoleSymbol, role_symbol
from symloss.errors import ParameterError
from symloss.loss import Loss


def bound_columns(
    loss: Loss, target: Sequence[str], prediction: Sequence[str], data: Sequence[str]
) -> dict[str, list[str]]:
    """The columns of every input, by the input's name."""
    bound: dict[str, list[str]] = {}
    for role, given in (("target", target), ("data", data), ("prediction", prediction)):
        symbols = [role_symbol(declared) for declared in loss.declaration.with_role(role)]
        bound |= _of_role(loss, role, symbols, given)
    return bound


def _of_role(loss: Loss, role: str, symbols: Sequence[RoleSymbol], given: Sequence[str]) -> dict[str, list[str]]:
    names = [symbol.name for symbol in symbols]
    if given and not names:
        raise ParameterError(f"{loss.name} has no {role}; leave --{role} out")
    bound: dict[str, list[str]] = {}
    unnamed: list[str] = []
    for text in given:
        name, equals, columns = text.partition("=")
        if equals and name in names:
            bound[name] = columns.split(",")
        else:
            unnamed += text.split(",")
    left = [symbol for symbol in symbols if symbol.name not in bound]
    if unnamed and role == "data":
        raise ParameterError(f"--data {','.join(unnamed)}: expected NAME=COL with NAME one of {', '.join(names)}")
    if len(left) == 1 and unnamed:
        bound[left[0].name] = unnamed
    elif len(left) == len(unnamed) and not any(symbol.axes for symbol in left):
        bound |= {symbol.name: [column] for symbol, column in zip(left, unnamed, strict=True)}
    elif left:
        options = " ".join(f"--{role} {s.name}=COL{',COL...' if s.axes else ''}" for s in left)
        raise ParameterError(f"{loss.name} needs the columns of {', '.join(s.name for s in left)}; write {options}")
    elif unnamed:
        raise ParameterError(f"--{role} {','.join(unnamed)}: {loss.name} has no {role} left to give it to")
    for symbol in symbols:
        if not symbol.axes and len(bound[symbol.name]) != 1:
            raise ParameterError(
                f"--{role} {','.join(bound[symbol.name])}: {symbol.name} is one number, give one column"
            )
    return bound


def parameter_values(loss: Loss, settings: Sequence[str]) -> dict[str, Any]:
    """The parameters of ``NAME=VALUE`` texts; a vector is ``NAME=1,2,3``."""
    names = [role_symbol(declared).name for declared in loss.declaration.parameters]
    values: dict[str, Any] = {}
    for text in settings:
        name, equals, value = text.partition("=")
        if not equals or name not in names:
            known = f"one of {', '.join(names)}" if names else "none, since the loss has no parameter"
            raise ParameterError(f"--set {text}: expected NAME=VALUE with NAME {known}")
        try:
            numbers = [float(number) for number in value.split(",")]
        except ValueError as error:
            raise ParameterError(f"--set {text}: {value!r} is not a number; expected {name}=1.5") from error
        values[name] = numbers[0] if len(numbers) == 1 else np.array(numbers)
    return values
