"""Every step is checked when it is made: two expressions at high precision, a derivative against differences."""

from __future__ import annotations

from typing import Any

import mpmath
import sympy as sp

from symloss.errors import DerivationError
from symloss.heads.evaluate import evaluate

_BITS = 300
_RELATIVE = mpmath.mpf(2) ** -100


def check_equal(what: str, before: sp.Expr, after: sp.Expr, points: list[dict[str, Any]]) -> None:
    """Raise DerivationError where the two expressions differ at one of the points."""
    if before == after:
        return
    with mpmath.workprec(_BITS):
        for point in points:
            a, b = _value(before, point), _value(after, point)
            if a is None:
                continue
            # What was a number must stay one.
            if b is None or abs(a - b) > _RELATIVE * (1 + abs(a)):
                raise DerivationError(
                    f"{what} is not an identity: {before} = {mpmath.nstr(a, 20)} became {after} = {_shown(b)} "
                    f"at {shown(point)}; this is a fault in symloss, please report it"
                )


def check_derivative(
    what: str, expression: sp.Expr, derivative: sp.Expr, name: str, place: tuple[int, ...], points: list[dict[str, Any]]
) -> None:
    """Raise DerivationError where ``derivative`` is not the slope of ``expression`` along ``name[place]``.

    The slope is a central difference at 300 bits with a step of 2**-75: its own error is
    of the order 2**-150, so that agreement to 2**-90 is a proof for a smooth function.
    """
    step = mpmath.mpf(2) ** -75
    with mpmath.workprec(_BITS):
        for point in points:
            low, high = (_value(expression, moved(point, name, place, s * step)) for s in (-1, 1))
            claimed = _value(derivative, point)
            if low is None or high is None or claimed is None:
                continue
            slope = (high - low) / (2 * step)
            if abs(slope - claimed) > mpmath.mpf(2) ** -90 * (1 + abs(slope)):
                raise DerivationError(
                    f"{what} by {name}{list(place) if place else ''} of {expression} is {mpmath.nstr(slope, 20)} "
                    f"at {shown(point)}, but {derivative} gives {mpmath.nstr(claimed, 20)}; "
                    f"this is a fault in symloss, please report it"
                )


def moved(point: dict[str, Any], name: str, place: tuple[int, ...], by: Any) -> dict[str, Any]:
    """The point with one entry shifted."""
    return {**point, name: _moved_entry(point[name], place, by)}


def _moved_entry(value: Any, place: tuple[int, ...], by: Any) -> Any:
    if not place:
        return mpmath.mpf(value) + by
    return [_moved_entry(v, place[1:], by) if n == place[0] else v for n, v in enumerate(value)]


def _value(e: sp.Expr, point: dict[str, Any]) -> Any:
    """The value, or None where it is not a finite real number (the point is then no witness)."""
    try:
        value = evaluate(e, point)
    except (ZeroDivisionError, ValueError, OverflowError):
        return None
    except KeyError as error:
        raise DerivationError(f"{e}: {error} is free; this is a fault in symloss, please report it") from error
    return value if isinstance(value, mpmath.mpf) and mpmath.isfinite(value) else None


def shown(point: dict[str, Any]) -> str:
    """The point in few digits."""
    return ", ".join(f"{name} = {_shown(value)}" for name, value in sorted(point.items()))


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return "not a number" if value is None else str(mpmath.nstr(mpmath.mpf(value), 6))
