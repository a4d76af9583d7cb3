"""Kernels for short rows as text: every statement for a tile of rows, the row innermost.

See `symloss.lower.tiles`. Rows are copied into ``tile_`` arrays first, and results copied back, so that
the innermost loop goes over neighbours in memory.
"""

from __future__ import annotations

from symloss.compile.kernel_text import Kernel
from symloss.compile.text import Identifiers, Text
from symloss.elementary.table import FUNCTIONS
from symloss.lower.ir import (
    ROW_AXIS,
    Add,
    Call,
    Expression,
    For,
    Let,
    Load,
    Name,
    Nest,
    Parameter,
    Reduction,
    Total,
    Type,
    array_axes,
)
from symloss.lower.reductions import LANE_NAMES
from symloss.lower.tiles import (
    INPUTS,
    OUTPUTS,
    VALUES,
    WORK,
    Phase,
    copy_of,
    crossing,
    is_of_rows,
    is_written_out,
    lanes_of,
    outside_rows,
    phases,
)
from symloss.lower.walk import expressions, subexpressions

FROM_FLOAT = {"float": "{}", "int": "int64({})", "bool": "({} != 0.0)"}
TO_FLOAT = {"float": "{}", "int": "float64({})", "bool": "1.0 if {} else 0.0"}


class TileText(Text):
    """Expressions for one row of a tile: arrays hold the rows side by side, and some names live in an array."""

    def __init__(self, nest: Nest, identifier: Identifiers) -> None:
        super().__init__(nest, identifier)
        self.first, self.lane, self.count = (identifier.own(name) for name in ("first", "lane", "lanes"))
        self.room = identifier(VALUES)
        last = f"{self.length(ROW_AXIS)} - 1"
        self.row = f"{self.first} + {self.lane} if {self.first} + {self.lane} < {last} else {last}"
        """This row; behind the last one, the last."""
        self.lanes = lanes_of(nest)
        self.apart = outside_rows(nest)
        self.places: dict[str, tuple[int, Type]] = {}
        self.local: set[str] = set()

    def place(self, name: str, kind: Type) -> int:
        """Where the values of a name begin that has one for each row."""
        return self.places.setdefault(name, (len(self.places) * self.lanes, kind))[0]

    def of_lane(self, start: str | int) -> str:
        """An index of this row's value."""
        return f"uint64({start} + {self.lane})" if start not in (0, "0") else self.lane

    def element(self, array: str, indices: tuple[Expression, ...]) -> str:
        parameter = self._nest.parameter(array)
        if parameter.kind in ("shared", "total") or parameter.name in self.apart:
            return super().element(array, indices)
        if is_of_rows(parameter):
            return f"{self.room}[{self.of_lane(self.place(parameter.name, 'float'))}]"
        return f"{self.copy(parameter)}[uint64({self(indices[-1])} * {self.lanes} + {self.lane})]"

    def copy(self, parameter: Parameter) -> str:
        """The array that holds a parameter's rows side by side."""
        return self.identifier(parameter.name if parameter.kind == "scratch" else copy_of(parameter.name))

    def __call__(self, expression: Expression) -> str:
        if isinstance(expression, Name) and expression.name in self.places and expression.name not in self.local:
            start, kind = self.places[expression.name]
            return FROM_FLOAT[kind].format(f"{self.room}[{self.of_lane(start)}]")
        if isinstance(expression, Load) and self._nest.parameter(expression.array).kind != "shared":
            copied = self.element(expression.array, expression.indices)  # of float64 already
            return FROM_FLOAT[expression.type].format(copied)
        return super().__call__(expression)


class TileKernel(Kernel):
    """Writes the kernel for tiles."""

    def __init__(self, nest: Nest, identifier: Identifiers) -> None:
        super().__init__(nest, identifier)
        self._rows_text = self._text
        self._tile = TileText(nest, identifier)
        self._largest_at: dict[str, int] = {}
        self._longest: Phase | None = None
        """The loop over classes that computes most."""

    def streamed_results(self) -> tuple[Parameter, ...]:
        """None: rows are copied from and to tiles."""
        return ()

    def _main(self) -> None:
        self._text = self._tile
        super()._main()
        self._text = self._rows_text

    def _loop(self, loop: For) -> None:
        by_strips = any(isinstance(s, Total) for s in self._nest.body)
        if loop.axis != ROW_AXIS or self._searching or by_strips:
            super()._loop(loop)
        else:
            self._tiles(loop, "0", self._text.length(ROW_AXIS))

    def _strip(self, loop: For, first: str, length: str) -> None:
        self._tiles(loop, first, f"{first} + {length}")

    def _tiles(self, loop: For, begin: str, end: str) -> None:
        """The rows from one to before another, tile by tile."""
        tile = self._tile
        for name, kind in crossing(loop).items():
            tile.place(name, kind)
        self._line(f"for {tile.first} in range({begin}, {end}, {tile.lanes}):")
        self._depth += 1
        left = f"{end} - {tile.first}"
        self._line(f"{tile.count} = {tile.lanes} if {left} > {tile.lanes} else {left}")
        self._copies(INPUTS)
        pieces = list(phases(loop))
        self._longest = max((p for p in pieces if isinstance(p, Phase) and p.axis), key=_calls, default=None)
        for number, piece in enumerate(pieces):
            if is_written_out(self._nest):
                self._fetch_share(number, len(pieces))
            self._piece(piece)
        self._copies(OUTPUTS)
        self._depth -= 1

    def _copies(self, kinds: tuple[str, ...]) -> None:
        """Rows to the tile's arrays, or back."""
        for parameter in self._nest.parameters:
            if parameter.kind in kinds and is_of_rows(parameter):
                self._copy_of_rows(parameter)
            elif parameter.kind in kinds and parameter.kind != "scratch" and parameter.axes:
                self._copy_of_classes(parameter)

    def _copy_of_rows(self, parameter: Parameter) -> None:
        tile, array = self._tile, self._identifier(parameter.name)
        inside = tile.element(parameter.name, ())
        if parameter.kind in INPUTS:
            self._line(f"for {tile.lane} in range({tile.lanes}):")
            self._line(f"    {inside} = float64({array}[uint64({tile.row})])")
            return
        place = f"{tile.first} + {tile.lane}" + (f" - {tile.strip_start}" if parameter.per_row else "")
        self._line(f"for {tile.lane} in range({tile.count}):")
        self._line(f"    {array}[uint64({place})] = {self._stored(parameter.name, inside)}")

    def _copy_of_classes(self, parameter: Parameter) -> None:
        """Eight rows of eight classes turned over at a time, where a full tile's rows are as long.

        Else the short loop over the classes is the outer one; a full tile has a loop of its own, of a known length.
        """
        size, classes, tile = self._text.length(parameter.axes[0]), self._identifier.own("at"), self._tile
        inside = f"{self._tile.copy(parameter)}[uint64({classes} * {tile.lanes} + {self._tile.lane})]"
        outside = f"{self._identifier(parameter.name)}[uint64(({{}}) * {size} + {classes})]"
        own, repeated = outside.format(f"{tile.first} + {tile.lane}"), outside.format(tile.row)
        copies = [(tile.lanes, own), (tile.lanes if parameter.kind in INPUTS else tile.count, repeated)]
        if size.isdigit():
            self._line(f"if {tile.count} == {tile.lanes}:")
            (self._turned_over if int(size) >= 8 else self._interleaved)(parameter, size, classes)
            self._line("else:")
            del copies[0]
        else:
            self._line(f"if ({tile.count} == {tile.lanes}) & ({size} >= 8):")
            self._turned_over(parameter, size, classes)
            self._line(f"elif {tile.count} == {tile.lanes}:")
        for lanes, place in copies:
            self._line(f"    for {classes} in range({size}):")
            self._line(f"        for {tile.lane} in range({lanes}):")
            if parameter.kind in INPUTS:
                self._line(f"            {inside} = float64({place})")
            else:
                self._line(f"            {place} = {self._stored(parameter.name, inside)}")
            if place is own:
                self._line("else:")

    def _interleaved(self, parameter: Parameter, size: str, classes: str) -> None:
        """A full tile of rows of few classes, a number that is known."""
        tile, group = self._tile, self._identifier.own("group")
        rows = f"{self._identifier(parameter.name)}, ({tile.first} + {group}) * {size}"
        inside = f"{tile.copy(parameter)}, {group}, {tile.lanes}"
        self._line(f"    for {group} in range(0, {tile.lanes}, 8):")
        if parameter.kind in INPUTS:
            self._line(f"        deinterleave({rows}, {inside}, {size})")
        else:
            self._line(f"        interleave({inside}, {rows}, {size})")

    def _turned_over(self, parameter: Parameter, size: str, classes: str) -> None:
        """A full tile, whose last eight classes overlap those before."""
        tile, group, block = self._tile, self._identifier.own("group"), self._identifier.own("block")
        rows = self._identifier(parameter.name), f"({self._tile.first} + {group}) * {size} + {classes}", size
        inside = self._tile.copy(parameter), f"{classes} * {tile.lanes} + {group}", str(tile.lanes)
        self._line(f"    for {group} in range(0, {tile.lanes}, 8):")
        self._line(f"        for {block} in range(0, {size}, 8):")
        self._line(f"            {classes} = {block} if {block} + 8 <= {size} else {size} - 8")
        source, target = (rows, inside) if parameter.kind in INPUTS else (inside, rows)
        self._line(f"            turn_over({', '.join((*source, *target))})")

    def _piece(self, piece: Phase | Reduction) -> None:
        if isinstance(piece, Reduction):
            self._lanes_reduced(piece)
            return
        depth = self._depth
        if piece.axis:
            self._line(f"for {self._identifier(piece.variable)} in range({self._text.length(piece.axis)}):")
            self._depth += 1
            if piece is self._longest:
                self._fetch(piece.axis, f"{self._identifier(piece.variable)} * {self._tile.lanes}")
        # A tile that is not full repeats its last row, since loops of a known length are quicker; sums want a row once.
        lanes = self._tile.count if any(isinstance(s, Add) for s in piece.statements) else self._tile.lanes
        self._line(f"for {self._tile.lane} in range({lanes}):")
        self._depth += 1
        for statement in piece.statements:
            self._statement(statement)
            if isinstance(statement, Let):
                self._shared(statement)
        self._depth = depth
        self._tile.local.clear()

    def _fetch(self, axis: str, place: str) -> None:
        """64 elements of the next tile's arguments, and of the place of this tile's results, from that place on.

        A few at a time, while there is something to compute: memory takes as long as that, and all of a tile's at once
        are more than a processor waits for.
        """
        tile, size, rows = self._tile, self._text.length(axis), self._text.length(ROW_AXIS)
        parameters = [p for p in self._nest.parameters if p.axes == (axis,)]
        following = f"({tile.first} + {tile.lanes})"
        for kinds, start, function in ((INPUTS, following, "fetch"), (("output",), tile.first, "fetch_to_write")):
            wanted = [self._identifier(p.name) for p in parameters if p.kind in kinds]
            if wanted:
                self._line(f"if {start} + {tile.lanes} <= {rows}:")
            for array in wanted:
                self._line(f"    {function}({array}, {start} * {size} + {place})")

    def _fetch_share(self, number: int, count: int) -> None:
        """Before one of so many loops over the rows of a tile: its share of what is to be fetched."""
        axis, length = next(pair for pair in self._nest.lengths if pair[1] == self._nest.variant.length)
        size, place = self._tile.lanes * length, self._identifier.own("at")
        self._line(f"for {place} in range({size * number // count}, {size * (number + 1) // count}, 64):")
        self._depth += 1
        self._fetch(axis, place)
        self._depth -= 1

    def _shared(self, statement: Let) -> None:
        """A value that a later piece uses goes to its array."""
        self._tile.local.add(statement.name)
        if statement.name in self._tile.places:
            start, kind = self._tile.places[statement.name]
            value = TO_FLOAT[kind].format(self._identifier(statement.name))
            self._line(f"{self._tile.room}[{self._tile.of_lane(start)}] = {value}")

    def _lanes_reduced(self, reduction: Reduction) -> None:
        tile, parameter = self._tile, self._nest.parameter(reduction.array)
        result = tile.place(reduction.name, reduction.type)
        size = self._text.length(array_axes(parameter)[-1])
        given = f"{self._tile.copy(parameter)}, {size}, {tile.lanes}, {self._tile.room}"
        if reduction.kind == "max":
            self._largest_at[given] = result
        elif reduction.kind in ("sum", "rest"):
            given += f", {self._work()}"
        else:
            given += f", {self._maxima(given)}"
        self._line(f"{LANE_NAMES[reduction.kind]}({given}, {result})")

    def _maxima(self, given: str) -> int:
        """Where the maxima are whose places are wanted."""
        if given not in self._largest_at:
            self._largest_at[given] = self._tile.place(f"largest of {given}", "float")
            self._line(f"{LANE_NAMES['max']}({given}, {self._largest_at[given]})")
        return self._largest_at[given]

    def _work(self) -> int:
        """Where the running sums begin: behind all values."""
        room = self._nest.parameter(VALUES)
        return room.lanes - WORK * self._tile.lanes


def _calls(piece: Phase) -> int:
    """How many elementary functions it calls."""
    every = (e for s in piece.statements for top in expressions(s) for e in subexpressions(top))
    return sum(isinstance(e, Call) and e.head in FUNCTIONS for e in every)
