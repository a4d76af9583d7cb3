"""Named inner axes of symbolic length, and the indices that run over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from symloss.errors import DeclarationError


class IndexLabel(sp.Symbol):  # type: ignore[misc]
    """The name of an index together with its axis; bound ones carry the height of their binder.

    Made by ``Symbol.__xnew__``: SymPy's symbol cache would merge two labels of one
    name and lose the axis.
    """

    __slots__ = ("axis", "height")

    def __new__(cls, name: str, axis: Axis, height: int = 0) -> IndexLabel:
        label: IndexLabel = sp.Symbol.__xnew__(cls, name, integer=True, nonnegative=True)
        label.axis = axis
        label.height = height
        return label

    def _hashable_content(self) -> tuple[Any, ...]:
        return (*super()._hashable_content(), self.axis.name, str(self.axis.extent), self.height)

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.name, self.axis, self.height), {}

    def __getstate__(self) -> None:
        return None

    def renamed(self, name: str) -> IndexLabel:
        """Another free label over the same axis."""
        return IndexLabel(name, self.axis)

    def at_height(self, height: int) -> IndexLabel:
        """The canonical label of a binder of that height."""
        return IndexLabel(f"{self.axis.name.lower()}{height}", self.axis, height)


@dataclass(frozen=True)
class Axis:
    """An inner axis. Its length is not known before the call.

    >>> import symloss as sl
    >>> K = sl.axis("K")
    >>> i, j = K.indices("i j")
    >>> K.size
    K
    """

    name: str
    extent: sp.Expr

    @property
    def size(self) -> sp.Expr:
        """The length as a SymPy expression: a symbol, or what it was tied to."""
        return self.extent

    def index(self, name: str) -> sp.Idx:
        """One index over this axis."""
        return sp.Idx(IndexLabel(name, self), sp.Tuple(0, self.extent - 1))

    def indices(self, names: str) -> tuple[sp.Idx, ...] | sp.Idx:
        """Indices over this axis, named as in ``sympy.symbols``: ``"i j k"``; one name gives one index."""
        made = tuple(self.index(name) for name in names.replace(",", " ").split())
        return made[0] if len(made) == 1 else made

    def __repr__(self) -> str:
        return f'sl.axis("{self.name}")'


def axis(name: str, size: int | sp.Expr | None = None) -> Axis:
    """A named inner axis of symbolic length ``axis.size``; ``size=K.size - 1`` ties it to another."""
    if not isinstance(name, str) or not name.isidentifier():
        raise DeclarationError(f"sl.axis({name!r}): expected a Python identifier as the name, such as 'K'")
    if size is None:
        return Axis(name, sp.Symbol(name, integer=True, positive=True))
    return Axis(name, sp.sympify(size))
