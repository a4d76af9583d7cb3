"""Rows of few entries: every entry's statements on their own, so that the body of the rows has no loop in it.

A loop over three classes costs more than what is in it. Written out, one loop over the rows of a tile does what a dozen
did, a sum over the classes is an expression, and what is looked up at a label is chosen among the entries. Every
operation is that of the loops, in their order: the bits are the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

from symloss.lower.graphs import ARITHMETIC, COMPARISONS, LOGIC
from symloss.lower.ir import (
    ROW_AXIS,
    Call,
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
    Statement,
    Store,
    Total,
)
from symloss.lower.tidy import tidy
from symloss.lower.walk import expressions, names, subexpressions, substituted, walk, with_expressions, with_substituted

MOST_CALLS = 64
"""Of elementary functions in the body of the rows: each is inlined, and a hundred take two seconds to compile."""

ZERO, ONE = Number(0.0), Number(1.0)


def written_out(nest: Nest, length: int) -> Nest:
    """The nest for rows of that many entries, without loops over them; the nest itself where that is not worth it."""
    (row,) = (s for s in nest.body if isinstance(s, For) and s.axis == ROW_AXIS)
    axes = {s.axis for s in row.body if isinstance(s, For)}
    read = {e.array for s in walk(row.body) for top in expressions(s) for e in subexpressions(top) if type(e) is Load}
    results = {p.name for p in nest.parameters_of("output")}
    if len(axes) != 1 or axes & dict(nest.lengths).keys() or read & results:
        return nest
    (axis,) = axes
    body = tidy(_Writer(nest, axis, length).body(row.body))
    if _calls(body) > MOST_CALLS:
        return nest
    everything = tuple(replace(s, body=body) if s is row else s for s in nest.body)
    used = {s.array for s in walk(everything) if isinstance(s, Store | Total)}
    kept = tuple(p for p in nest.parameters if p.kind != "scratch" or p.name in used)
    return replace(nest, parameters=kept, body=everything, lengths=(*nest.lengths, (axis, length)))


PLAIN = ARITHMETIC | COMPARISONS | LOGIC | {"float", "index", "clamp", "multiply_add"}


def _is_long(expression: Expression) -> bool:
    """Whether it calls an elementary function."""
    return isinstance(expression, Call) and expression.head not in PLAIN


def _calls(body: Sequence[Statement]) -> int:
    """How many elementary functions are called."""
    return sum(_is_long(e) for s in body for top in expressions(s) for e in subexpressions(top))


@dataclass
class _Writer:
    """Statements without loops; values that are there already are not computed again."""

    nest: Nest
    axis: str
    length: int
    out: list[Statement] = field(default_factory=list)
    names: dict[str, Expression] = field(default_factory=dict)
    """What stands for a name of the loops."""
    known: dict[str, Name] = field(default_factory=dict)
    """The names of values by how they are computed, as text, in which 0.0 is not -0.0."""
    looked_up: dict[Name, tuple[Expression, tuple[Expression, ...]]] = field(default_factory=dict)
    """The values that are an array's at some index: that index, and all that the array holds."""
    held: dict[str, dict[int, Expression]] = field(default_factory=dict)
    """What the arrays over the axis hold."""

    def body(self, statements: Sequence[Statement]) -> tuple[Statement, ...]:
        """The statements of a row."""
        self.again = Counter(s.array for s in statements if isinstance(s, Overwrite))
        for statement in statements:
            if isinstance(statement, For):
                for place in range(self.length):
                    self.names[statement.variable] = Number(place)
                    for inner in statement.body:
                        self._statement(inner)
            else:
                self._statement(statement)
        return tuple(self.out)

    def _statement(self, statement: Statement) -> None:
        if isinstance(statement, Reduction):
            self._reduction(statement)
            return
        statement = with_substituted(statement, self.names)
        match statement:
            case Let(name=name, value=value):
                self.names[name] = self._value(self._expression(value), name)
            case Store(array=array, indices=(*_, Number(value=int(place))), value=value) if self._is_held(array):
                self.held.setdefault(array, {})[place] = self._expression(value)
            case Overwrite():
                self._overwrite(statement)
            case _:
                self.out.append(with_expressions(statement, self._expression))

    def _is_held(self, array: str) -> bool:
        """Whether what is stored there is wanted before it is written to memory, or instead of that."""
        parameter = self.nest.parameter(array)
        is_scratch = parameter.kind == "scratch" and parameter.axes == (self.axis,)
        return is_scratch or self.again[array] > 0

    def _overwrite(self, statement: Overwrite) -> None:
        array = statement.array
        self.again[array] -= 1
        index, value = self._expression(statement.indices[-1]), self._named(self._expression(statement.value), "again")
        for place, old in self.held[array].items():
            here = Call("eq", (index, Number(place)), "bool")
            self.held[array][place] = Choose(here, value, self._named(old, "everywhere"))
        if not self.again[array]:
            for place, chosen in self.held.pop(array).items():
                self.out.append(Store(array, (*statement.indices[:-1], Number(place)), chosen))

    # Values -------------------------------------------------------------------------------

    def _value(self, value: Expression, name: str) -> Expression:
        """What stands for a name: loads and leaves do so themselves."""
        if isinstance(value, Number | Name | Load):
            return value
        index, entries = self._entries_of(value)
        known = [self.known[repr(entry)] for entry in entries if repr(entry) in self.known]
        if entries and len(known) == len(entries) and _is_long(value):
            return self._chosen(index, known, name)
        found = self._named(value, name)
        if entries and isinstance(found, Name):
            self.looked_up[found] = index, entries
        return found

    def _entries_of(self, value: Expression) -> tuple[Expression, tuple[Expression, ...]]:
        """Of a function of what was looked up: the index, and the same function of every entry."""
        for name in dict.fromkeys(names(value)):
            index, entries = self.looked_up.get(Name(name), (ZERO, ()))
            if entries:
                return index, tuple(substituted(value, {name: entry}) for entry in entries)
        return ZERO, ()

    def _named(self, value: Expression, name: str) -> Expression:
        if isinstance(value, Number | Name | Load):
            return value
        key = repr(value)
        if key not in self.known:
            fresh = Name(f"{name} {len(self.out)}", value.type)
            self.out.append(Let(fresh.name, value))
            self.known[key] = fresh
        return self.known[key]

    def _expression(self, expression: Expression) -> Expression:
        """The expression with what arrays hold, and choices for what it looks up."""
        match expression:
            case Length(axis=self.axis):
                return Number(self.length)
            case Load(array=array, indices=(*before, Call(head="clamp", arguments=(index, _)))):
                entries = tuple(self._entry(array, tuple(before), place) for place in range(self.length))
                return self._chosen(self._expression(index), entries, array)
            case Load(array=array, indices=(*before, Number(value=int(place)))):
                return self._entry(array, tuple(before), place)
            case Call(arguments=arguments):
                return replace(expression, arguments=tuple(map(self._expression, arguments)))
            case Choose(condition=condition, then=then, otherwise=otherwise):
                one, two = self._expression(then), self._expression(otherwise)
                return Choose(self._expression(condition), one, two, expression.type)
        return expression

    def _entry(self, array: str, before: tuple[Expression, ...], place: int) -> Expression:
        return self.held[array][place] if array in self.held else Load(array, (*before, Number(place)))

    def _chosen(self, index: Expression, entries: Sequence[Expression], name: str) -> Expression:
        """The entry at an index, or the one next to it where it is out of range."""
        chosen = entries[0]
        for place, entry in enumerate(entries[1:], 1):
            chosen = Choose(Call("ge", (index, Number(place)), "bool"), entry, chosen)
        found = self._named(chosen, f"{name} at")
        if isinstance(found, Name):
            self.looked_up[found] = index, tuple(entries)
        return found

    # Reductions -----------------------------------------------------------------------------

    def _reduction(self, reduction: Reduction) -> None:
        before = tuple(substituted(index, self.names) for index in reduction.indices)
        entries = [self._entry(reduction.array, before, place) for place in range(self.length)]
        made = {"sum": self._sum, "rest": self._rest, "max": self._largest, "argmax": self._place}[reduction.kind]
        self.names[reduction.name] = self._named(made(entries), reduction.name)

    def _sum(self, entries: Sequence[Expression]) -> Expression:
        """`symloss.lower.reductions.sum_of` of at most 32 values; what it adds to 0 first is never -0."""
        whole = len(entries) - len(entries) % 8
        rest = _added((ZERO, *entries[whole:]))
        if not whole:
            return rest
        a, b, c, d, e, f, g, h = (_added(entries[number:whole:8]) for number in range(8))
        odd = _plus(_plus(b, f), _plus(d, h))
        total = _plus(ZERO, _plus(_plus(_plus(a, e), _plus(c, g)), odd))
        return self._with_rest(total, rest) if whole < len(entries) else total

    def _with_rest(self, a: Expression, b: Expression) -> Expression:
        """The sum of both, corrected by its error: `symloss.lower.reductions.two_sum`."""
        a, b = self._named(a, "total"), self._named(b, "rest")
        total = self._named(_plus(a, b), "sum")
        back = self._named(_less(total, a), "back")
        error = self._named(_plus(_less(a, _less(total, back)), _less(b, back)), "error")
        return _plus(total, Choose(Call("eq", (error, error), "bool"), error, ZERO))

    def _rest(self, entries: Sequence[Expression]) -> Expression:
        """`symloss.lower.reductions.rest_of`."""
        ones = [self._named(Call("eq", (entry, ONE), "bool"), "one") for entry in entries]
        others = self._sum([Choose(one, ZERO, entry) for one, entry in zip(ones, entries, strict=True)])
        return _plus(others, _less(_added([Choose(one, ONE, ZERO) for one in ones]), ONE))

    def _largest(self, entries: Sequence[Expression]) -> Expression:
        """`symloss.lower.reductions.max_of`: the order is no matter, NaN is kept, and of zeros the positive one."""
        left = list(entries)
        while len(left) > 1:
            pairs = zip(left[::2], left[1::2], strict=False)
            left = [self._larger(a, b) for a, b in pairs] + left[len(left) - len(left) % 2 :]
        return _plus(left[0], ZERO)

    def _larger(self, a: Expression, b: Expression) -> Expression:
        wins = Call("or", (Call("gt", (b, a), "bool"), Call("ne", (b, b), "bool")), "bool")
        return self._named(Choose(wins, b, a), "larger")

    def _place(self, entries: Sequence[Expression]) -> Expression:
        """`symloss.lower.reductions.argmax_of`: the first that is the largest, or the first NaN."""
        largest = self._named(self._largest(entries), "largest")
        lost = self._named(Call("ne", (largest, largest), "bool"), "lost")
        found: Expression = Number(0)
        for place, entry in reversed(list(enumerate(entries))):
            not_a_number = Call("and", (Call("ne", (entry, entry), "bool"), lost), "bool")
            here = Call("or", (Call("eq", (entry, largest), "bool"), not_a_number), "bool")
            found = Choose(here, Number(place), found, "int")
        return found


def _added(values: Sequence[Expression]) -> Expression:
    """The sum from the first to the last."""
    first, *rest = values
    return reduce(_plus, rest, first)


def _plus(a: Expression, b: Expression) -> Expression:
    return Call("add", (a, b))


def _less(a: Expression, b: Expression) -> Expression:
    return Call("sub", (a, b))
