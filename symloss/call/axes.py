"""Lengths of inner axes: read off the arrays, tied to each other, checked."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from symloss.call.signature import AxisSpec
from symloss.errors import ShapeError

_OPERATORS: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Div: operator.floordiv,
    ast.Pow: operator.pow,
}


class Seen(NamedTuple):
    """An axis and its length in one argument."""

    axis: str
    size: int
    argument: str
    shape: tuple[int, ...]


def infer(axes: Iterable[AxisSpec], seen: Iterable[Seen]) -> dict[str, int]:
    """The length of every axis; a `ShapeError` where arguments disagree or leave one open."""
    axes = tuple(axes)
    sizes: dict[str, Seen] = {}
    for one in seen:
        first = sizes.setdefault(one.axis, one)
        if first.size != one.size:
            raise ShapeError(f"{_told(first)} but {_told(one)}")
    known = {axis: one.size for axis, one in sizes.items()}
    _solve_ties(axes, known)
    for axis in axes:
        _settle(axis, known, sizes.get(axis.name))
    return known


def _solve_ties(axes: tuple[AxisSpec, ...], known: dict[str, int]) -> None:
    """Thresholds of length K - 1 alone tell K: an affine tie is solved for its one unknown name."""
    for axis in axes:
        if not isinstance(axis.size, str) or axis.size == axis.name or axis.name not in known:
            continue
        unknown = names(axis.size) - known.keys()
        if len(unknown) == 1:
            _solve(axis.size, known[axis.name], unknown.pop(), known)


def _solve(text: str, size: int, name: str, known: dict[str, int]) -> None:
    at_zero = evaluate(text, {**known, name: 0})
    slope = evaluate(text, {**known, name: 1}) - at_zero
    if slope:
        candidate = (size - at_zero) // slope
        # Division, powers and sizes that do not fit fail here, and are reported by _settle.
        if evaluate(text, {**known, name: candidate}) == size:
            known[name] = candidate


def _settle(axis: AxisSpec, known: dict[str, int], seen: Seen | None) -> None:
    expected = _expected(axis, known)
    if expected is None and axis.name not in known:
        raise ShapeError(f"the length of axis {axis.name} cannot be told from scalars; give an array along it")
    size = known.setdefault(axis.name, expected if expected is not None else -1)
    if expected is not None and size != expected:
        told = _told(seen) if seen else f"axis {axis.name} has length {size}"
        raise ShapeError(f"{told}; expected {_tie(axis, expected)}")
    # A tied axis may be empty (no thresholds for one class), a free one may not.
    if size < 1 and (expected is None or size < 0):
        raise ShapeError(f"{_told(seen) if seen else axis.name}; expected at least one element along {axis.name}")


def _expected(axis: AxisSpec, known: Mapping[str, int]) -> int | None:
    if isinstance(axis.size, int):
        return axis.size
    if axis.size is None or axis.size == axis.name or names(axis.size) - known.keys():
        return None
    return evaluate(axis.size, known)


def _tie(axis: AxisSpec, expected: int) -> str:
    return f"{axis.name} = {axis.size} = {expected}" if isinstance(axis.size, str) else f"{axis.name} = {expected}"


def _told(seen: Seen) -> str:
    return f"{seen.argument} has shape {seen.shape}, so axis {seen.axis} has length {seen.size}"


def names(text: str) -> set[str]:
    """The names in a size expression."""
    return {node.id for node in ast.walk(_parsed(text)) if isinstance(node, ast.Name)}


def evaluate(text: str, sizes: Mapping[str, int]) -> int:
    """The value of a size expression: integers, names, + - * / // and powers."""
    return _value(_parsed(text), sizes)


@lru_cache(maxsize=256)
def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _value(node: ast.expr, sizes: Mapping[str, int]) -> int:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    if isinstance(node, ast.Name):
        return sizes[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand, sizes)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_value(node.left, sizes), _value(node.right, sizes))
    raise ValueError(f"not a size expression: {ast.unparse(node)}")
