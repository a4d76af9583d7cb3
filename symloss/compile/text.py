"""Expressions of a nest as Python text."""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Iterable

from symloss.lower.ir import (
    ROW_AXIS,
    Call,
    Choose,
    Expression,
    Length,
    Load,
    Name,
    Nest,
    Number,
    array_axes,
)
from symloss.lower.walk import subexpressions

INFIX = {
    "add": "+", "sub": "-", "mul": "*", "div": "/",
    "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!=",
    "and": "&", "or": "|",
}  # fmt: skip

IMPORTS = (
    "from __future__ import annotations\n\n"
    "import math\n\n"
    "from numpy import float32, float64, int64, uint64\n\n"
    "from symloss.compile.jit import before_line, bits, deinterleave, device, eight, eight_zeros, entry, equals\n"
    "from symloss.compile.jit import fetch, fetch_to_write, fma, from_bits, from_rank, interleave, kernel, later\n"
    "from symloss.compile.jit import magnitude, minus, plus, rank, rank_of_nothing, routine, select, settle\n"
    "from symloss.compile.jit import short_power_of_two, single, stream\n"
    "from symloss.compile.jit import turn_over, unless, wide_vectors\n"
    "from symloss.lower.ir import Parameter\n\n"
)
"""What the text of any kernel may use."""

# What the text of every kernel uses by name: what it imports, defines and takes from Python.
USED = frozenset(re.findall(r"\w+", " ".join(re.findall("import (.+)", IMPORTS)))) | {
    "compute",
    "compute_streamed",
    "max",
    "min",
    "range",
    "run",
    "run_streamed",
    "search",
    "PARAMETERS",
}


class Identifiers:
    """Python identifiers for the names of a nest; what is one already, and means nothing else, stays as it is."""

    def __init__(self, reserved: Iterable[str]) -> None:
        self._taken = set(reserved) | USED | set(keyword.kwlist)
        self._given: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        if name not in self._given:
            plain = re.sub(r"\W", "_", name.strip())
            plain = plain if plain.isidentifier() or keyword.iskeyword(plain) else f"n_{plain}"
            while plain in self._taken:
                plain += "_"
            self._taken.add(plain)
            self._given[name] = plain
        return self._given[name]

    def own(self, name: str) -> str:
        """An identifier of the text's own: an argument that happens to be called so has another."""
        return self(f" {name}")


class Text:
    """The expressions of one nest as Python text."""

    def __init__(self, nest: Nest, identifier: Identifiers) -> None:
        self._nest, self.identifier = nest, identifier
        self._sizes = {p.of: p.name for p in nest.parameters_of("extent")}
        self._lengths = dict(nest.lengths)
        self.strip_start = ""
        """Where the strip of rows begins whose values wait for a total; empty where rows do not go by strips."""
        self.passing: frozenset[str] = frozenset()
        """The arrays that hold one section of a row here."""
        self.in_section = ""
        """The place in the section of a row that this is; empty where rows do not go by sections."""

    def length(self, axis: str) -> str:
        """The number of positions of an axis."""
        if axis == ROW_AXIS:
            (rows,) = self._nest.parameters_of("rows")
            return self.identifier(rows.name)
        if axis in self._lengths:
            return str(self._lengths[axis])
        return self.identifier(self._sizes.get(axis, f"size_{axis}"))

    @property
    def row_start(self) -> str:
        """Where a row of ragged data begins."""
        return self.identifier.own("row_start")

    def flat(self, array: str, indices: tuple[Expression, ...]) -> str:
        """The place of an element in its array, in C order."""
        if array in self.passing:
            return self.in_section
        axes = array_axes(self._nest.parameter(array))
        written = [self(index) for index in indices]
        if self._nest.variant.ragged and len(axes) == 2 and axes[0] == ROW_AXIS:
            return f"{self.row_start} + {written[1]}"
        place = written[0] if written else "0"
        if self._nest.parameter(array).per_row:
            return f"{place} - {self.strip_start}"
        for axis, index in zip(axes[1:], written[1:], strict=True):
            place = f"({place})" if "+" in place else place
            place = f"{place} * {self.length(axis)} + {index}"
        return place

    def element(self, array: str, indices: tuple[Expression, ...]) -> str:
        """An element of an array. Unsigned, lest Numba test the index for being negative."""
        place = self.flat(array, indices)
        is_variable_of_loop = place.isidentifier() and not (self.strip_start or self.in_section)
        return f"{self.identifier(array)}[{place if is_variable_of_loop else f'uint64({place})'}]"

    def __call__(self, expression: Expression) -> str:
        match expression:
            case Number(value=value):
                return number(value)
            case Name(name=name):
                return self.identifier(name)
            case Length(axis=axis):
                return self.length(axis)
            case Load(array=array, indices=indices, type=kind):
                loaded = self.element(array, indices)
                widened = kind == "float" and self._nest.parameter(array).dtype == "float32"
                return f"float64({loaded})" if widened else loaded
            case Choose(condition=condition, then=then, otherwise=otherwise):
                # No Python choice: LLVM would make branches of several with one condition, and no vectors of those.
                parts = ", ".join(without_brackets(self(e)) for e in (condition, then, otherwise))
                return f"select({parts})"
            case Call():
                return self._call(expression)

    def _call(self, call: Call) -> str:
        written = [self(argument) for argument in call.arguments]
        match call.head, written:
            case ("neg", [operand]):
                return f"(-{operand})"
            case ("not", [operand]):
                return f"(not {operand})"
            case ("float", [operand]):
                return f"float64({without_brackets(operand)})"
            case ("single", [operand]):
                return f"float32({without_brackets(operand)})"
            case ("index", [operand]):
                return f"int64({without_brackets(operand)})"
            case ("clamp", [operand, length]):
                return f"max(min({operand}, {length} - 1), 0)"
        if call.head in INFIX:
            return f"({f' {INFIX[call.head]} '.join(written)})"
        return f"{call.head}({', '.join(map(without_brackets, written))})"


def number(value: float | int) -> str:
    """A literal that reads back as the same number."""
    if isinstance(value, float) and not math.isfinite(value):
        return "math.nan" if math.isnan(value) else "math.inf" if value > 0 else "(-math.inf)"
    return repr(value) if math.copysign(1.0, value) > 0 else f"({value!r})"


def without_brackets(text: str) -> str:
    """The text of an expression without brackets around the whole of it."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0 and place < len(text) - 1:
            return text
    return text[1:-1] if text.startswith("(") else text


def functions_called(expressions: Iterable[Expression]) -> list[str]:
    """The elementary functions that the expressions call, sorted."""
    calls = {e.head for top in expressions for e in subexpressions(top) if isinstance(e, Call)}
    return sorted(calls - INFIX.keys() - {"neg", "not", "float", "single", "index", "clamp"})
