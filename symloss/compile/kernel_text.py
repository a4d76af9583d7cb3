"""The text of a kernel's functions, from the statements of its nest."""

from __future__ import annotations

from collections.abc import Callable

from symloss.compile.text import Identifiers, Text, without_brackets
from symloss.lower import reductions, sorting
from symloss.lower.ir import (
    ROW_AXIS,
    Accumulate,
    Add,
    Check,
    For,
    Let,
    Name,
    Nest,
    Number,
    Overwrite,
    Parameter,
    Reduction,
    Sort,
    Spoil,
    Statement,
    Store,
    Total,
    Type,
    array_axes,
)
from symloss.lower.reductions import COUNTED, SECTION, TOTALS, UNDIVIDED
from symloss.lower.sections import Sections, sections
from symloss.lower.streams import streamed_results

SCALARS = {"rows": "int64", "strip": "int64", "extent": "int64", "scalar": "float64", "scale": "float64"}
SOMEWHERE = 0
"""In the status where a guard does not hold, until the search has found the row: any number that is not -1."""


READ_ONLY = frozenset({"offsets", "input", "label", "shared", "weight"})


def parameter_type(parameter: Parameter) -> str:
    """The type of a parameter in a Numba signature."""
    if parameter.kind in SCALARS:
        return SCALARS[parameter.kind]
    if parameter.kind in READ_ONLY:
        return f"Array({parameter.dtype}, 1, 'C', readonly=True)"
    return f"{parameter.dtype}[::1]"


class Kernel:
    """Writes the functions `compute`, which tells whether a guard failed, and `run`, which says where."""

    def __init__(self, nest: Nest, identifier: Identifiers) -> None:
        self._nest, self._identifier = nest, identifier
        self._names = [identifier(p.name) for p in nest.parameters]
        self._text = Text(nest, identifier)
        self._status = identifier(nest.parameters_of("status")[0].name)
        self._failed = identifier.own("failed")
        self._lines: list[str] = []
        self._largest: dict[str, str] = {}  # maxima found in this block, by what they are of
        self._depth = 1
        self._searching = False
        self._streamed: frozenset[str] = frozenset()

    def text(self) -> str:
        """The functions of the module: `compute`, `search` where there are guards, and `run`, which calls both.
        `compute` and `run` once more for large arrays, where results can be streamed."""
        parts = [self._function("kernel", "boolean", "compute", self._main, without="status")]
        streamed = self.streamed_results()
        if streamed:
            self._streamed = frozenset(p.name for p in streamed)
            parts.append(self._function("later", "boolean", "compute_streamed", self._main, without="status"))
            self._streamed = frozenset()
        if self._nest.search:
            parts.append(self._function("later", "void", "search", self._search))
        parts.append(self._run("run", "compute"))
        if streamed:
            parts.append(self._run("run_streamed", "compute_streamed"))
        return "\n\n".join(parts)

    def streamed_results(self) -> tuple[Parameter, ...]:
        """The results that are streamed where arrays are large."""
        return streamed_results(self._nest)

    def _function(self, decorator: str, returned: str, name: str, body: Callable[[], None], without: str = "") -> str:
        parameters = [p for p in self._nest.parameters if p.kind != without]
        types, names = ", ".join(map(parameter_type, parameters)), self._arguments(without)
        self._lines = []
        body()
        head = f'@{decorator}("{returned}({types})")\ndef {name}({names}):\n'
        return head + "\n".join(self._lines) + "\n"

    def _arguments(self, without: str = "") -> str:
        pairs = zip(self._nest.parameters, self._names, strict=True)
        return ", ".join(name for parameter, name in pairs if parameter.kind != without)

    def _run(self, name: str, compute: str) -> str:
        computed = f"{compute}({self._arguments(without='status')})"
        found = (
            f"    if {computed}:\n        {self._status}[0] = {SOMEWHERE}\n        search({self._arguments()})\n"
            if self._nest.search
            else f"    {computed}\n"
        )
        return f"def {name}({self._arguments()}):\n    {self._status}.fill(-1)\n{found}"

    def _line(self, text: str) -> None:
        self._lines.append("    " * self._depth + text)

    def _main(self) -> None:
        self._line("wide_vectors()")
        self._line(f"{self._failed} = False")
        self._block(self._nest.body)
        if self._streamed:
            self._line("settle()")
        self._line(f"return {self._failed}")

    def _search(self) -> None:
        self._line("# A guard does not hold somewhere: find the first row, and in it the first guard.")
        self._searching = True
        self._block(self._nest.search)

    def _block(self, block: tuple[Statement, ...]) -> None:
        left = list(block)
        while left:
            by_sections = None if self._searching else sections(left, self._nest)
            if by_sections is None:
                self._statement(left.pop(0))
            else:
                self._by_sections(by_sections)
                left = [s for s in left[1:] if s not in by_sections.sums]
        self._largest.clear()

    def _statement(self, statement: Statement) -> None:
        text, name = self._text, self._identifier
        match statement:
            case Let(name=bound, value=value):
                self._line(f"{name(bound)} = {without_brackets(text(value))}")
            case For():
                self._loop(statement)
            case Store(array=array, indices=indices, value=value) if array in self._streamed:
                stored = self._stored(array, text(value))
                self._line(f"stream({name(array)}, {text.flat(array, indices)}, {stored})")
            case Store(array=array, indices=indices, value=value):
                self._line(f"{text.element(array, indices)} = {self._stored(array, text(value), value.type)}")
            case Overwrite():
                self._overwrite(statement)
            case Spoil(array=array, condition=condition):
                self._spoil(array, without_brackets(text(condition)))
            case Reduction(name=bound):
                self._line(f"{name(bound)} = {self._reduction(statement)}")
            case Check(number=number, condition=condition):
                self._check(number, text(condition))
            case Add(total=total, indices=indices, value=value):
                self._line(f"add_to({name(total)}, {text.flat(total, indices)}, {without_brackets(text(value))})")
            case Total():
                pass  # the loop over the rows has summed them, strip by strip
            case Sort(order=order, keys=keys):
                self._line(f"sort({name(keys)}, {name(order)}, {self._row_length(keys)})")
            case Accumulate(array=array, kind=kind, order=order, weights=weights):
                arrays = ", ".join(map(name, (weights, order, array)))
                self._line(f"{sorting.NAMES[kind]}({arrays}, {self._row_length(weights)})")

    def _row_length(self, array: str) -> str:
        return self._text.length(array_axes(self._nest.parameter(array))[-1])

    def _reduction(self, reduction: Reduction) -> str:
        array = reduction.array
        length = self._row_length(array)
        values = f"{self._identifier(array)}, {self._start(reduction)}, {length}"
        if reduction.kind == "max":
            self._largest[values] = self._identifier(reduction.name)
        if reduction.kind == "argmax" and values in self._largest:
            return f"place_of({values}, {self._largest[values]})"
        return f"{reductions.NAMES[reduction.kind]}({values})"

    def _start(self, reduction: Reduction) -> str:
        """Where the values begin that are reduced."""
        return self._text.flat(reduction.array, (*reduction.indices, Number(0))).removesuffix(" + 0")

    def _stored(self, array: str, value: str, kind: Type = "float") -> str:
        value = without_brackets(value)
        rounded = kind != "single" and self._nest.parameter(array).dtype == "float32"
        return f"float32({value})" if rounded else value

    def _overwrite(self, statement: Overwrite) -> None:
        array, last = statement.array, self._text(statement.indices[-1])
        length = self._text.length(array_axes(self._nest.parameter(array))[-1])
        self._line(f"if ({last} >= 0) & ({last} < {length}):")
        value = self._stored(array, self._text(statement.value))
        self._line(f"    {self._text.element(array, statement.indices)} = {value}")

    def _spoil(self, array: str, condition: str) -> None:
        text, axes = self._text, self._nest.parameter(array).axes
        start = text.flat(array, (Name(self._row, "int"), *(Number(0) for _ in axes)))
        size = " * ".join(map(text.length, axes))
        inside = self._identifier.own("inside")
        self._line(f"if {condition}:")
        self._line(f"    for {inside} in range({size}):")
        self._line(f"        {self._identifier(array)}[uint64({start} + {inside})] = math.nan")

    def _check(self, number: int, condition: str) -> None:
        if not self._searching:
            self._line(f"{self._failed} = {self._failed} | (not {condition})")
            return
        self._line(f"if not {condition}:")
        row = self._identifier(self._row)
        self._line(f"    {self._status}[0], {self._status}[1] = {row}, {number}")
        self._line("    return")

    def _loop(self, loop: For) -> None:
        totals = [s for s in self._nest.body if isinstance(s, Total)]
        if loop.axis == ROW_AXIS and totals and not self._searching:
            self._strips(loop, totals)
        elif loop.axis == ROW_AXIS and self._streamed:
            self._text.strip_start = "0"
            self._strip(loop, "0", self._text.length(ROW_AXIS))
            self._text.strip_start = ""
        else:
            self._line(f"for {self._identifier(loop.variable)} in range({self._text.length(loop.axis)}):")
            self._body(loop)

    def _strips(self, loop: For, totals: list[Total]) -> None:
        """The rows a strip at a time, whose values are summed while they lie in the first-level cache."""
        rows, length = self._text.length(ROW_AXIS), self._identifier.own("strip_length")
        strip = self._identifier(self._nest.parameters_of("strip")[0].name)
        first = self._text.strip_start = self._identifier.own("strip_start")
        self._line(f"for {first} in range(0, {rows}, {strip}):")
        self._depth += 1
        self._line(f"{length} = {strip} if {rows} - {first} > {strip} else {rows} - {first}")
        self._strip(loop, first, length)
        for total in totals:
            add = TOTALS[self._nest.variant.dtype]
            self._line(f"{add}({self._identifier(total.total)}, {self._identifier(total.array)}, {length})")
        self._depth -= 1

    def _strip(self, loop: For, first: str, length: str) -> None:
        """The rows of one strip. Counted from 0: LLVM makes no vectors of a loop that begins anywhere."""
        lane, row = self._identifier.own("lane"), self._identifier(loop.variable)
        if self._streamed:
            first, length = self._before_lines(loop, first, length)
        self._line(f"for {lane} in range({length}):")
        self._line(f"    {row} = {first} + {lane}")
        self._body(loop)

    def _before_lines(self, loop: For, first: str, length: str) -> tuple[str, str]:
        """Plain stores for the rows before the first line of the results; where the others begin, how many."""
        streamed, self._streamed = self._streamed, frozenset()
        plain = min(name for name in streamed if not self._nest.parameter(name).axes)
        result, before = self._identifier(plain), self._identifier.own("before_lines")
        self._line(f"{before} = before_line({result}, {first}, {length})")
        self._strip(loop, first, before)
        self._streamed = streamed
        return f"({first} + {before})" if first != "0" else before, f"{length} - {before}"

    def _by_sections(self, sections: Sections) -> None:
        """A loop over a row a section at a time, each of which is summed while it lies in the first-level cache."""
        loop, name, size = sections.loop, self._identifier, self._text.length(sections.loop.axis)
        first, length, step, place = map(name.own, ("section", "section_length", "section_step", "in_section"))
        running = [
            ", ".join(name.own(f"{part} {s.name}") for part in ("running", "lost", "found")) for s in sections.sums
        ]
        for variables in running:
            self._line(f"{variables} = eight_zeros(), eight_zeros(), eight_zeros()")
        self._line(f"{step} = {SECTION} if ({size} > {UNDIVIDED}) | ({size} == 0) else {size}")
        self._line(f"for {first} in range(0, {size}, {step}):")
        self._depth += 1
        self._line(f"{length} = {step} if {size} - {first} > {step} else {size} - {first}")
        self._line(f"for {place} in range({length}):")
        self._line(f"    {name(loop.variable)} = {first} + {place}")
        self._text.passing, self._text.in_section = sections.passing, place
        self._body(loop)
        self._text.passing, self._text.in_section = frozenset(), ""
        for reduction, variables in zip(sections.sums, running, strict=True):
            start = "0" if reduction.array in sections.passing else f"{self._start(reduction)} + {first}"
            counted = COUNTED[reduction.kind]
            values = f"{name(reduction.array)}, {start}, {length} - {length} % 8, {variables}, {counted}"
            self._line(f"{variables} = running_sums({values})")
        self._depth -= 1
        for reduction, variables in zip(sections.sums, running, strict=True):
            self._ended(reduction, size, variables, reduction.array in sections.passing)

    def _ended(self, reduction: Reduction, size: str, variables: str, passes: bool) -> None:
        """The sum, from the running sums of all sections and what is left of the last."""
        eights = f"({size} - {size} % 8)"
        start = (
            f"{eights} % {self._identifier.own('section_step')}" if passes else f"{self._start(reduction)} + {eights}"
        )
        found = self._identifier(reduction.name)
        ones = self._identifier.own(f"ones {reduction.name}")
        values = f"{self._identifier(reduction.array)}, {start}, {size}, {variables}, {COUNTED[reduction.kind]}"
        self._line(f"{found}, {ones} = ended_sum({values})")
        if reduction.kind == "rest":
            self._line(f"{found} += {ones} - 1.0")

    def _body(self, loop: For) -> None:
        self._depth += 1
        if loop.axis == ROW_AXIS:
            self._row = loop.variable
            self._ragged_row(self._identifier(loop.variable))
        self._block(loop.body)
        self._depth -= 1

    def _ragged_row(self, row: str) -> None:
        for parameter in self._nest.parameters_of("offsets"):
            start, offsets = self._text.row_start, self._identifier(parameter.name)
            self._line(f"{start} = {offsets}[{row}]")
            self._line(f"{self._text.length(parameter.of)} = {offsets}[uint64({row} + 1)] - {start}")
