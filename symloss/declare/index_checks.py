"""Whether every index stands where it may: on its own axis, and inside it."""

from __future__ import annotations

from collections.abc import Iterable

import mpmath
import sympy as sp

from symloss.errors import DeclarationError
from symloss.heads.evaluate import evaluate

from .axes import Axis, IndexLabel
from .points import point
from .roles import Declared, RoleSymbol, role_symbol

_POINTS = 8  # labels are drawn at random from three classes: one of these meets each end of the axis


def refuse_wrong_indices(name: str, typed: sp.Expr, expression: sp.Expr) -> None:
    """Raise DeclarationError for an element whose index belongs to another axis, or to none."""
    for element in sorted(expression.atoms(sp.Indexed), key=sp.default_sort_key):
        axes = role_symbol(element.base).axes
        for index, axis in zip(element.indices, axes, strict=True):
            _refuse_index(name, typed, element, index, axis)


def _refuse_index(name: str, typed: sp.Expr, element: sp.Indexed, index: sp.Expr, axis: Axis) -> None:
    array = element.base.label.name
    if index.is_Integer:
        if not 0 <= int(index) < (int(axis.extent) if axis.extent.is_Integer else 1):
            raise DeclarationError(
                f"{name} = {typed}: {element} is a fixed place on the axis {axis.name} of length {axis.extent}; "
                f"give the axis a size that holds it, such as sl.axis({axis.name!r}, {int(index) + 1})"
            )
        return
    for symbol in sorted(index.free_symbols, key=str):
        own = _axis_of(symbol)
        if own is None and isinstance(symbol, RoleSymbol):
            raise DeclarationError(
                f"{name} = {typed}: {symbol} is not an index; write {symbol} = sl.label({symbol.name!r}, {axis.name}) "
                f"for a class id along {axis.name}"
            )
        if own is not None and own != axis and not own.extent.free_symbols & axis.extent.free_symbols:
            raise DeclarationError(
                f"{name} = {typed}: {array} runs along {axis.name}, {symbol} along {own.name}; use an index of "
                f"{axis.name}, or tie the axes: sl.axis({own.name!r}, size={axis.name}.size)"
            )


def _axis_of(symbol: sp.Basic) -> Axis | None:
    if isinstance(symbol, sp.Idx):
        symbol = symbol.label
    if isinstance(symbol, IndexLabel):
        axis: Axis = symbol.axis
        return axis
    return symbol.label_axis if isinstance(symbol, RoleSymbol) else None


def refuse_places_outside(
    name: str, typed: sp.Expr, expression: sp.Expr, declared: Iterable[Declared], axes: Iterable[Axis]
) -> None:
    """Raise DeclarationError where an index such as k + 1 runs past the end of its axis at a sample point."""
    shifted = [x for x in expression.atoms(sp.Indexed) if any(i.is_Add for i in x.indices)]
    if not shifted:
        return
    declared, axes = tuple(declared), tuple(axes)
    for seed in range(_POINTS):
        try:
            with mpmath.workdps(15):
                evaluate(expression, point(declared, axes, seed))
        except IndexError as error:
            raise DeclarationError(
                f"{name} = {typed}: {error}; limit the sum, such as sp.Sum(..., (k, 0, K.size - 2)), or choose with "
                f"sp.Piecewise((..., k + 1 < K.size), (0, True))"
            ) from error
        except (ValueError, ZeroDivisionError, OverflowError):
            continue  # a point outside the formula's own domain says nothing of its indices
