"""What a user declares: targets, predictions, data, parameters, labels."""

from __future__ import annotations

import keyword
from typing import Any

import sympy as sp

from symloss.errors import DeclarationError

from .axes import Axis
from .domains import Domain, Reals


class RoleSymbol(sp.Symbol):  # type: ignore[misc]
    """A symbol that knows its role, domain and axes; equal only to one that agrees in all of them.

    Made by ``Symbol.__xnew__``: SymPy's cache would merge two symbols of one name
    and lose role and domain.
    """

    __slots__ = ("axes", "default", "domain", "label_axis", "role")

    def __new__(
        cls,
        name: str,
        role: str,
        domain: Domain = Reals,
        axes: tuple[Axis, ...] = (),
        default: float | None = None,
        label_axis: Axis | None = None,
    ) -> RoleSymbol:
        symbol: RoleSymbol = sp.Symbol.__xnew__(cls, name, **dict(domain.assumptions))
        symbol.role = role
        symbol.domain = domain
        symbol.axes = axes
        symbol.default = default
        symbol.label_axis = label_axis
        return symbol

    def _hashable_content(self) -> tuple[Any, ...]:
        axes = tuple((a.name, str(a.extent)) for a in (*self.axes, *((self.label_axis,) if self.label_axis else ())))
        is_label = self.label_axis is not None
        return (*super()._hashable_content(), self.role, self.domain.name, axes, is_label, repr(self.default))

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.name, self.role, self.domain, self.axes, self.default, self.label_axis), {}

    def __getstate__(self) -> None:
        return None


class Array(sp.IndexedBase):  # type: ignore[misc]
    """A declared array; ``z[k]`` is one element. Write ``sp.Sum(z[k], k)``, not ``sum(z)``."""

    # __getitem__ alone would make Python iterate without end; SymPy treats what has __iter__ as a list.
    __iter__ = None


RESERVED = ("self", "sample_weight", "reduction", "groups", "out", "n_threads", "wrt", "curvature", "vector")
"""What the methods of a loss take by these names themselves."""


def check_name(role: str, name: Any) -> None:
    """Raise DeclarationError unless the name can be a keyword argument of a call."""
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
        raise DeclarationError(f"sl.{role}({name!r}): expected a Python identifier as the name, such as {role[0]!r}")
    if name in RESERVED:
        raise DeclarationError(
            f"sl.{role}({name!r}): the methods of a loss take {name} themselves; choose another name"
        )


Declared = Any  # a RoleSymbol, or an IndexedBase whose label is one


def _declare(role: str, name: str, axes: tuple[Axis, ...], domain: Domain, default: float | None = None) -> Declared:
    check_name(role, name)
    for given in axes:
        if not isinstance(given, Axis):
            raise DeclarationError(
                f"sl.{role}({name!r}, {given!r}): expected axes made by sl.axis, such as K = sl.axis('K')"
            )
    if not isinstance(domain, Domain):
        raise DeclarationError(f"sl.{role}({name!r}, domain={domain!r}): expected a domain such as sl.Positive")
    if domain.axis is not None and domain.axis not in axes:
        raise DeclarationError(
            f"sl.{role}({name!r}, domain=sl.{domain.name}): write sl.{role}({name!r}, {domain.axis.name}, ...), "
            f"since a simplex needs its axis"
        )
    if default is not None and not domain.contains(float(default)):
        raise DeclarationError(f"sl.{role}({name!r}, default={default!r}): expected {domain.expected} as the default")
    symbol = RoleSymbol(name, role, domain, axes, default)
    return Array(symbol, shape=tuple(a.extent for a in axes)) if axes else symbol


def target(name: str, *axes: Axis, domain: Domain = Reals) -> Declared:
    """What was observed; the random quantity of a likelihood. With axes: an array, ``t[k]`` is one element."""
    return _declare("target", name, axes, domain)


def prediction(name: str, *axes: Axis, domain: Domain = Reals) -> Declared:
    """What is differentiated: the raw prediction, in link space."""
    return _declare("prediction", name, axes, domain)


def data(name: str, *axes: Axis, domain: Domain = Reals) -> Declared:
    """Known per sample, neither differentiated nor random: exposure, offset, cost, event indicator."""
    return _declare("data", name, axes, domain)


def parameter(name: str, *axes: Axis, default: float | None = None, domain: Domain = Reals) -> Declared:
    """Set at call time and never compiled in; a vector if it has axes."""
    return _declare("parameter", name, axes, domain, default)


def label(name: str, axis: Axis) -> RoleSymbol:
    """A target that is an integer class id along ``axis``, usable as an index: ``z[c]``."""
    check_name("label", name)
    if not isinstance(axis, Axis):
        raise DeclarationError(
            f"sl.label({name!r}, {axis!r}): expected an axis made by sl.axis, such as K = sl.axis('K')"
        )
    domain = Domain(
        f"Labels({axis.name})",
        f"a class id in 0, ..., {axis.name} - 1",
        ("label", axis.name),
        (("integer", True), ("nonnegative", True)),
    )
    return RoleSymbol(name, "target", domain, (), None, axis)


def role_symbol(declared: Declared) -> RoleSymbol:
    """The symbol behind a declared scalar or array."""
    symbol = declared.label if isinstance(declared, sp.IndexedBase) else declared
    if not isinstance(symbol, RoleSymbol):
        raise DeclarationError(
            f"{declared!r} has no role; declare it with sl.target, sl.prediction, sl.data or sl.parameter"
        )
    return symbol
