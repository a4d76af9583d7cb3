"""What a call takes, without SymPy: names, roles, axes, defaults, checks.

A `Signature` is made of strings, numbers and tuples only, so that it can stand in a
manifest; `literal` and `from_literal` are that form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import cached_property
from typing import Any, Literal

Role = Literal["target", "data", "prediction", "vector"]

#: ("interval", low, high, low_included, high_included), ("integer", low), ("values", (a, b, ...)),
#: ("simplex",) or ("label", axis); see `symloss.call.predicates`.
Test = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Input:
    """An argument with a value per sample. ``domain`` completes "expected ..." in messages.

    ``vector`` is the direction of a Hessian-vector product. ``keyword_only`` inputs
    cannot be given by position (the data of ``fisher`` and ``predict``).
    """

    name: str
    role: Role
    axes: tuple[str, ...] = ()
    label: bool = False
    domain: str = "a real number"
    keyword_only: bool = False


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """A number or vector set at call time; ``default=None`` means that it must be given."""

    name: str
    axes: tuple[str, ...] = ()
    default: float | None = None
    domain: str = "a real number"
    test: Test | None = None


@dataclass(frozen=True, slots=True)
class AxisSpec:
    """An inner axis: its length is ``None`` (free), fixed, or an expression such as ``"K - 1"``."""

    name: str
    size: str | int | None = None


@dataclass(frozen=True, slots=True)
class GuardSpec:
    """What a guard of the kernel checks; ``test`` lets a message name the first element that fails it."""

    argument: str
    expected: str
    loops: tuple[str, ...] = ()
    test: Test | None = None


@dataclass(frozen=True)
class Signature:
    """What one method of one loss takes.

    ``inputs`` are in positional order: targets, data, predictions (then vectors).
    ``guards`` are in the order of the kernel's guard numbers.
    """

    loss: str
    inputs: tuple[Input, ...]
    parameters: tuple[ParameterSpec, ...] = ()
    axes: tuple[AxisSpec, ...] = ()
    guards: tuple[GuardSpec, ...] = ()

    @cached_property
    def input_named(self) -> dict[str, Input]:
        return {i.name: i for i in self.inputs}

    @cached_property
    def parameter_named(self) -> dict[str, ParameterSpec]:
        return {p.name: p for p in self.parameters}

    @cached_property
    def specs(self) -> tuple[Input | ParameterSpec, ...]:
        """Inputs, then parameters."""
        return (*self.inputs, *self.parameters)

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Keyword to declared name: ``y_true``, ``raw_prediction`` and ``vector`` where there is one of each."""
        found = {}
        for alias, role in (("y_true", "target"), ("raw_prediction", "prediction"), ("vector", "vector")):
            names = [i.name for i in self.inputs if i.role == role]
            if len(names) == 1 and alias not in self.input_named and alias not in self.parameter_named:
                found[alias] = names[0]
        return found

    @cached_property
    def free_axes(self) -> tuple[str, ...]:
        """The axes whose length only the arrays know."""
        return tuple(a.name for a in self.axes if a.size is None or a.size == a.name)

    def literal(self) -> tuple[Any, ...]:
        """Nested tuples of strings and numbers; JSON may turn them into lists."""
        return astuple(self)

    @classmethod
    def from_literal(cls, literal: Sequence[Any]) -> Signature:
        """The signature whose `literal` that was."""
        loss, inputs, parameters, axes, guards = _tuples(literal)
        return cls(
            loss,
            tuple(Input(*row) for row in inputs),
            tuple(ParameterSpec(*row) for row in parameters),
            tuple(AxisSpec(*row) for row in axes),
            tuple(GuardSpec(*row) for row in guards),
        )


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, (list, tuple)) else value
