"""What a legal nest is; checked after every lowering.

Names are bound before use and once at a time, loops stand in one another without going
over one variable twice, types fit, indices are in range by construction, and every
element of a result is written exactly once.
"""

from __future__ import annotations

from collections import Counter
from itertools import product

from symloss.lower.graphs import ARITHMETIC, COMPARISONS, LOGIC
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
    Type,
    array_axes,
)
from symloss.lower.walk import expressions, operands, walk

WRITABLE = frozenset({"output", "scratch"})
READABLE = frozenset({"input", "label", "shared", "weight", "scratch"})


CONVERSIONS: dict[str, set[tuple[Type, ...]]] = {
    "float": {("int", "float"), ("single", "float")},
    "single": {("float", "single")},
    "index": {("float", "int")},
    "clamp": {("int", "int", "int")},
}
"""The types of what is converted, and then of the result."""


class NestError(AssertionError):
    """A nest that breaks a rule: a fault of symloss, not of its caller."""


def check(nest: Nest) -> None:
    """Raise `NestError` if the nest breaks a rule."""
    names = Counter(p.name for p in nest.parameters)
    _require(max(names.values()) == 1, "two parameters of one name", [n for n, c in names.items() if c > 1])
    for block in (nest.body, nest.search):
        _Checker(nest).block(block)
    _check_results(nest)
    for statement in walk(nest.search):
        _require(not isinstance(statement, Add | Total), "the search writes a total", statement)


def _check_results(nest: Nest) -> None:
    """Every result is written by one statement, in the loops over all its axes; or by one for every numbered place."""
    written = Counter(map(_target, (s for s in walk(nest.body) if isinstance(s, Store | Add | Total))))
    lengths = dict(nest.lengths)
    for parameter in nest.parameters_of("output", "total"):
        places = product(*(range(lengths[axis]) for axis in parameter.axes if axis in lengths))
        for place in places:
            count = written[parameter.name, place]
            _require(count == 1, f"{count} statements write the result at {place}", parameter)


def _target(statement: Store | Add | Total) -> tuple[str, tuple[float, ...]]:
    """The array that is written, and at which numbered place of it."""
    if isinstance(statement, Total):
        return statement.total, ()
    array = statement.array if isinstance(statement, Store) else statement.total
    return array, tuple(index.value for index in statement.indices if isinstance(index, Number))


def _require(holds: bool, rule: str, culprit: object) -> None:
    if not holds:
        raise NestError(f"{rule}: {culprit}")


class _Checker:
    def __init__(self, nest: Nest) -> None:
        self._arrays = {p.name: p for p in nest.parameters}
        self._types: dict[str, Type] = {p.name: "float" for p in nest.parameters_of("scalar", "scale")}
        self._loops: dict[str, str] = {}  # the axis of each open loop's variable
        self._written: set[str] = set()  # scratch arrays that a loop has filled
        self._ragged = nest.variant.ragged
        self._lengths = dict(nest.lengths)

    def block(self, block: tuple[Statement, ...]) -> None:
        """Check the statements; what they bind is gone afterwards."""
        before = dict(self._types)
        for statement in block:
            for expression in expressions(statement):
                self._expression(expression)
            self._statement(statement)
        self._types = before

    def _statement(self, statement: Statement) -> None:
        match statement:
            case Let(name=name, value=value):
                self._bind(name, value.type, statement)
            case For():
                self._loop(statement)
            case Reduction(name=name, array=array, indices=indices):
                self._readable(array, statement)
                self._indices(array, indices, statement, missing=1)
                self._bind(name, statement.type, statement)
            case Store(array=array, value=value):
                _require(self._arrays[array].kind in WRITABLE, "a store to what is not to be written", statement)
                narrow = value.type == "single" and self._arrays[array].dtype == "float32"
                _require(narrow or value.type == "float", "a store of what is not a float", statement)
                self._everywhere(array, statement.indices, statement)
                self._written.add(array)
            case Overwrite(array=array, indices=indices, value=value):
                _require(self._arrays[array].kind == "output", "a second store to what is no result", statement)
                _require(array in self._written, "a second store before the first", statement)
                _require(value.type == "float", "a store of what is not a float", statement)
                _require(indices[-1].type == "int", "an index that is no integer", statement)
                self._indices(array, indices[:-1], statement, missing=1)
            case Spoil(array=array, condition=condition):
                _require(self._arrays[array].kind == "output", "NaN in what is no result", statement)
                _require(array in self._written, "NaN before the result is stored", statement)
                _require(condition.type == "bool", "a condition that is not one", statement)
                _require(set(self._loops.values()) == {ROW_AXIS}, "NaN in less than a row", statement)
            case Add(total=total, indices=indices, value=value):
                _require(self._arrays[total].kind == "total", "an addition to what is no total", statement)
                _require(value.type == "float", "an addition of what is not a float", statement)
                _require(ROW_AXIS in self._loops.values(), "an addition outside the rows", statement)
                self._everywhere(total, indices, statement, also_in=1)
            case Total(total=total, array=array):
                _require(not self._loops, "a total inside a loop", statement)
                _require(self._arrays[total].kind == "total", "a total of what is no total", statement)
                self._readable(array, statement)
            case Check(condition=condition):
                _require(condition.type == "bool", "a condition that is not one", statement)
            case Sort(order=order, keys=keys):
                self._whole_rows(order, (keys,), statement)
            case Accumulate(array=array, order=order, weights=weights):
                self._whole_rows(array, (order, weights), statement)

    def _whole_rows(self, written: str, read: tuple[str, ...], statement: Statement) -> None:
        """Scratch arrays over one axis, in a row and in no loop over that axis; what is read has been written."""
        names = (written, *read)
        _require({self._arrays[n].kind for n in names if n in self._arrays} == {"scratch"}, "not scratch", statement)
        _require(len({array_axes(self._arrays[name]) for name in names}) == 1, "arrays over two axes", statement)
        _require(list(self._loops.values()) == [ROW_AXIS], "whole rows in a loop over part of them", statement)
        for name in read:
            self._readable(name, statement)
        self._written.add(written)

    def _loop(self, loop: For) -> None:
        _require(bool(self._loops) != (loop.axis == ROW_AXIS) or not self._loops, "the rows inside a loop", loop.axis)
        self._bind(loop.variable, "int", loop.variable)
        self._loops[loop.variable] = loop.axis
        self.block(loop.body)
        del self._loops[loop.variable]
        del self._types[loop.variable]

    def _bind(self, name: str, kind: Type, culprit: object) -> None:
        _require(name not in self._types and name not in self._arrays, "a name bound twice", culprit)
        self._types[name] = kind

    # Expressions ----------------------------------------------------------------------

    def _expression(self, expression: Expression) -> None:
        for operand in operands(expression):
            self._expression(operand)
        match expression:
            case Name(name=name, type=kind):
                _require(self._types.get(name) == kind, "a name that is not bound to such a value", expression)
            case Length(axis=axis):
                self._known_length(axis)
            case Load(array=array, indices=indices, type=kind):
                self._readable(array, expression)
                _require((kind == "int") == (self._arrays[array].kind == "label"), "a load of another type", expression)
                narrow = kind != "single" or self._arrays[array].dtype == "float32"
                _require(narrow, "a load of another type", expression)
                self._indices(array, indices, expression)
            case Call():
                _require(_fits(expression), "operands of the wrong type", expression)
            case Choose(condition=condition, then=then, otherwise=otherwise, type=kind):
                fits = condition.type == "bool" and then.type == kind == otherwise.type
                _require(fits, "operands of the wrong type", expression)
            case Number():
                pass

    def _known_length(self, axis: str) -> None:
        inside_row = ROW_AXIS in self._loops.values()
        _require(not self._ragged or inside_row, "the length of a ragged axis outside a row", axis)

    def _readable(self, array: str, culprit: object) -> None:
        parameter = self._arrays.get(array)
        _require(parameter is not None and parameter.kind in READABLE, "a read of what is no array", culprit)
        if parameter is not None and parameter.kind == "scratch":
            _require(array in self._written, "a scratch array read before it is written", culprit)

    def _indices(self, array: str, indices: tuple[Expression, ...], culprit: object, missing: int = 0) -> None:
        axes = array_axes(self._arrays[array])
        _require(len(indices) + missing == len(axes), "the wrong number of indices", culprit)
        for index, axis in zip(indices, axes, strict=False):
            _require(self._in_range(index, axis), "an index that may be out of range", culprit)

    def _in_range(self, index: Expression, axis: str) -> bool:
        match index:
            case Name(name=name):
                return self._loops.get(name) == axis
            case Call(head="clamp", arguments=(_, Length(axis=bound))):
                return bound == axis
            case Number(value=place):
                return isinstance(place, int) and 0 <= place < self._lengths.get(axis, 0)
        return False

    def _everywhere(self, array: str, indices: tuple[Expression, ...], culprit: object, also_in: int = 0) -> None:
        """The indices are the variables of loops over the array's axes, and no other loop repeats the store."""
        self._indices(array, indices, culprit)
        names = [index.name for index in indices if isinstance(index, Name)]
        numbers = sum(isinstance(index, Number) for index in indices)
        _require(len(set(names)) + numbers == len(indices), "an index that is not a loop's own", culprit)
        repeats = [v for v in self._loops if v not in names]
        if self._arrays[array].kind != "scratch":
            _require(len(repeats) == also_in, "a result written again and again", culprit)


def _fits(call: Call) -> bool:
    """Whether the operands have the types that the operation asks for, and the result has that which it gives."""
    kinds = [argument.type for argument in call.arguments]
    if call.head in LOGIC:
        return set(kinds) == {"bool"} and call.type == "bool"
    if call.head in COMPARISONS:
        return len(kinds) == 2 and kinds[0] == kinds[1] != "bool" and call.type == "bool"
    if call.head in ARITHMETIC:
        return set(kinds) == {call.type} and call.type != "bool"
    if call.head in CONVERSIONS:
        return (*kinds, call.type) in CONVERSIONS[call.head]
    if call.head.endswith("_narrow") or (call.head == "div" and call.type == "single"):
        return set(kinds) == {"single"} and call.type == "single"
    return set(kinds) <= {"float"} and call.type == "float"
