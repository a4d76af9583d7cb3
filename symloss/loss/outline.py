"""What naming, calling and pickling a loss needs to know of it: strings and numbers, no SymPy.

An outline is made from a declaration by `symloss.loss.symbolic`. The manifest keeps those of
the shipped losses, so that their files need not run before a call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from symloss.call.signature import Signature
from symloss.errors import ParameterError, no_derivative

LINK_IS_AN_EXPRESSION = "(an expression)"
"""Stands as the link where it is not a name; the expression itself is on the symbolic side."""


@dataclass(frozen=True)
class Outline:
    """The outside of a declaration.

    ``structure`` is what ``repr`` shows, ``usage`` how the loss is called. ``label_axes`` pairs
    each label with the axis along which it is a class id, ``factors`` an alias with the
    multiple of the loss that it stands for, where that is not 1. ``why`` and ``surrogates`` are
    those of a metric. The signatures are those of value and
    derivatives, of Hessian-vector products, and of what does not depend on the target.
    """

    name: str
    fingerprint: str
    aliases: tuple[str, ...]
    factors: tuple[tuple[str, str], ...]
    doc: str
    reference: str
    kinks: str
    link: str | None
    why: str
    surrogates: tuple[str, ...]
    structure: str
    usage: str
    label_axes: tuple[tuple[str, str], ...]
    call: Signature
    product: Signature
    expectation: Signature

    @property
    def is_metric(self) -> bool:
        """Whether this is only measured: a metric always says why it has no gradient."""
        return bool(self.why)

    @cached_property
    def predictions(self) -> tuple[str, ...]:
        """The names of what is differentiated."""
        return tuple(i.name for i in self.call.inputs if i.role == "prediction")

    @cached_property
    def vectors(self) -> tuple[str, ...]:
        """The names of the vectors of a Hessian-vector product, one for each prediction."""
        return tuple(i.name for i in self.product.inputs if i.role == "vector")

    @cached_property
    def axes_of(self) -> dict[str, tuple[str, ...]]:
        """The inner axes of all that ``wrt`` may name: predictions and parameters."""
        predictions = {i.name: i.axes for i in self.call.inputs if i.role == "prediction"}
        return {**predictions, **{p.name: p.axes for p in self.call.parameters}}

    def refuse_metric(self, result: str) -> None:
        """Raise DerivationError where a metric is asked for a result that needs a derivative."""
        if self.is_metric:
            raise no_derivative(self.name, result, self.why, self.surrogates)

    def axes_wrt(self, name: str) -> tuple[str, ...]:
        """The inner axes of a prediction or parameter; an unknown name is a ParameterError that lists what there is."""
        if name not in self.axes_of:
            observed = name in self.call.input_named
            why = "is not differentiated (it is observed, not predicted)" if observed else "is not there"
            raise ParameterError(f"{self.name}: wrt={name!r} {why}; expected one of {', '.join(self.axes_of)}")
        return self.axes_of[name]

    def literal(self) -> dict[str, Any]:
        """The outline as JSON can hold it."""
        return {f.name: _literal(getattr(self, f.name)) for f in fields(self)}

    @classmethod
    def from_literal(cls, literal: Mapping[str, Any]) -> Outline:
        """The outline whose `literal` that was; a ValueError, TypeError or KeyError for anything else."""
        outline = cls(**{f.name: _READ.get(f.name, _text)(literal[f.name]) for f in fields(cls)})
        if len(literal) != len(fields(cls)) or not outline.predictions:
            raise ValueError(f"not an outline: {literal}")
        return outline


def _literal(value: Any) -> Any:
    return value.literal() if isinstance(value, Signature) else value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"not a text: {value!r}")
    return value


_READ: dict[str, Any] = {
    "aliases": lambda names: tuple(map(_text, names)),
    "link": lambda link: None if link is None else _text(link),
    "surrogates": lambda names: tuple(map(_text, names)),
    "factors": lambda pairs: tuple((_text(alias), _text(factor)) for alias, factor in pairs),
    "label_axes": lambda pairs: tuple((_text(name), _text(axis)) for name, axis in pairs),
    "call": Signature.from_literal,
    "product": Signature.from_literal,
    "expectation": Signature.from_literal,
}
