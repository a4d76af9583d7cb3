"""Runs a nest in plain Python on NumPy arrays: slow, and the living definition of the IR."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from symloss.lower import reductions, sorting
from symloss.lower.ir import (
    ROW_AXIS,
    Accumulate,
    Add,
    Call,
    Check,
    Choose,
    Expression,
    For,
    Length,
    Let,
    Load,
    Name,
    Nest,
    Number,
    Overwrite,
    Reduction,
    Sort,
    Spoil,
    Statement,
    Store,
    Total,
    array_axes,
)

Value = Any  # np.float64, np.float32, int or bool
Functions = Mapping[str, Callable[..., Any]]


class _Failed(Exception):
    """Guard ``number`` does not hold in row ``row``."""


OPERATIONS: Functions = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": lambda a, b: (a if isinstance(a, np.float32) else np.float64(a)) / b,  # Python's own float would raise
    "neg": operator.neg,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "eq": operator.eq,
    "ne": operator.ne,
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "not": operator.not_,
    "float": np.float64,
    "single": np.float32,
    "index": int,
    "clamp": lambda i, n: max(min(i, n - 1), 0),
}


LOADED: Mapping[str, Callable[[Any], Value]] = {"float": np.float64, "single": np.float32, "int": int}


def interpret(nest: Nest, arguments: Sequence[Any], functions: Functions) -> None:
    """Run ``nest`` on what a compiled kernel would get, with the elementary functions in ``functions``."""
    with np.errstate(all="ignore"):
        _Run(nest, arguments, functions).run()


class _Run:
    def __init__(self, nest: Nest, arguments: Sequence[Any], functions: Functions) -> None:
        self._nest, self._functions = nest, functions
        self._given = {p.name: a for p, a in zip(nest.parameters, arguments, strict=True)}
        self._of = {p.of: self._given[p.name] for p in nest.parameters_of("extent", "offsets")}
        (rows,) = nest.parameters_of("rows")
        (status,) = nest.parameters_of("status")
        self._rows, self._status = self._given[rows.name], self._given[status.name]
        # A kernel keeps a strip of these at a time.
        self._given |= {p.name: np.empty(self._rows, p.dtype) for p in nest.parameters_of("scratch") if p.per_row}
        self._values: dict[str, Value] = {
            p.name: np.float64(self._given[p.name]) for p in nest.parameters_of("scalar", "scale")
        }
        self._row, self._row_name = 0, ""
        self._failed = self._searching = False

    def run(self) -> None:
        self._status[:] = -1
        self._block(self._nest.body)
        if self._failed:
            self._search()

    def _search(self) -> None:
        self._searching = True
        try:
            self._block(self._nest.search)
        except _Failed as failed:
            self._status[:] = failed.args

    def _block(self, block: tuple[Statement, ...]) -> None:
        for statement in block:
            self._statement(statement)

    def _statement(self, statement: Statement) -> None:
        match statement:
            case Let(name=name, value=value):
                self._values[name] = self._value(value)
            case For():
                self._loop(statement)
            case Store(array=array, indices=indices, value=value):
                self._given[array][self._place(array, indices)] = self._value(value)
            case Overwrite():
                self._overwrite(statement)
            case Spoil(array=array, condition=condition):
                if self._value(condition):
                    self._spoil(array)
            case Reduction(name=name):
                self._values[name] = self._reduced(statement)
            case Check(number=number, condition=condition):
                self._check(number, self._value(condition))
            case Add(total=total, indices=indices, value=value):
                self._add(self._given[total], 2 * self._place(total, indices), self._value(value))
            case Total(total=total, array=array):
                self._total(self._given[total], self._given[array])
            case Sort(order=order, keys=keys):
                sorting.sort(self._given[keys], self._given[order], self._row_length(keys))
            case Accumulate(array=array, kind=kind, order=order, weights=weights):
                given = (self._given[name] for name in (weights, order, array))
                SUMS[kind](*given, self._row_length(weights))

    def _row_length(self, array: str) -> int:
        return self._length(array_axes(self._nest.parameter(array))[-1])

    def _loop(self, loop: For) -> None:
        for position in range(self._length(loop.axis)):
            if loop.axis == ROW_AXIS:
                self._row, self._row_name = position, loop.variable
            self._values[loop.variable] = position
            self._block(loop.body)

    def _overwrite(self, statement: Overwrite) -> None:
        last = self._value(statement.indices[-1])
        if 0 <= last < self._length(array_axes(self._nest.parameter(statement.array))[-1]):
            self._given[statement.array][self._place(statement.array, statement.indices)] = self._value(statement.value)

    def _spoil(self, array: str) -> None:
        axes = self._nest.parameter(array).axes
        size = math.prod(map(self._length, axes))
        start = self._place(array, (Name(self._row_name), *(Number(0) for _ in axes)))
        self._given[array][start : start + size] = np.nan

    def _check(self, number: int, holds: bool) -> None:
        if not holds and self._searching:
            raise _Failed(self._row, number)
        self._failed |= not holds

    def _add(self, total: Any, place: int, value: Value) -> None:
        total[place], lost = reductions.two_sum(total[place], value)
        total[place + 1] += lost

    def _total(self, total: Any, values: Any) -> None:
        add = getattr(reductions, reductions.TOTALS[self._nest.variant.dtype])
        (strip,) = (self._given[p.name] for p in self._nest.parameters_of("strip"))
        for start in range(0, self._rows, strip):
            here = values[start : start + strip]
            add(total, here, len(here))

    def _reduced(self, statement: Reduction) -> Value:
        axes = array_axes(self._nest.parameter(statement.array))
        count = self._length(axes[-1])
        start = self._place(statement.array, (*statement.indices, Number(0)))
        values = self._given[statement.array][start : start + count].astype(np.float64)
        return REDUCTIONS[statement.kind](values, 0, count)

    def _length(self, axis: str) -> int:
        if axis == ROW_AXIS:
            return int(self._rows)
        if self._nest.variant.ragged:
            offsets = self._of[axis]
            return int(offsets[self._row + 1] - offsets[self._row])
        return int(self._of[axis])

    def _place(self, array: str, indices: tuple[Expression, ...]) -> int:
        """The flat index, in C order; rows of a ragged axis start at their offset."""
        place, axes = 0, array_axes(self._nest.parameter(array))
        for number, (axis, index) in enumerate(zip(axes, map(self._value, indices), strict=True)):
            if number == 1 and self._nest.variant.ragged and axes[0] == ROW_AXIS:
                place = int(self._of[axis][self._row]) + index
            else:
                place = place * self._length(axis) + index
        return place

    def _value(self, expression: Expression) -> Value:
        match expression:
            case Number(value=value):
                return np.float64(value) if isinstance(value, float) else value
            case Name(name=name):
                return self._values[name]
            case Length(axis=axis):
                return self._length(axis)
            case Load(array=array, indices=indices, type=kind):
                loaded = self._given[array][self._place(array, indices)]
                return LOADED[kind](loaded)
            case Call(head=head, arguments=arguments):
                return self._called(head, [self._value(a) for a in arguments], expression.type)
            case Choose(condition=condition, then=then, otherwise=otherwise):
                first, second = self._value(then), self._value(otherwise)
                return first if self._value(condition) else second

    def _called(self, head: str, operands: list[Value], kind: str) -> Value:
        if head in {"add", "mul"}:
            return functools.reduce(OPERATIONS[head], operands)
        if head in OPERATIONS:
            return OPERATIONS[head](*operands)
        return LOADED[kind](self._functions[head](*operands))


SUMS: Functions = {kind: getattr(sorting, name) for kind, name in sorting.NAMES.items()}
REDUCTIONS: Functions = {kind: getattr(reductions, name) for kind, name in reductions.NAMES.items()}
