"""Short rows, a tile of them at a time: which nests can be run so, and what has to cross from loop to loop.

A row of ten classes fills no vector register. So a tile of rows is taken together, with the
row innermost: every statement runs for all rows of the tile before the next one does. What
one row computes, and in which order, stays as it is; the bits are those of the plain nest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from symloss.elementary.chains import DIVISION, chain
from symloss.elementary.table import FUNCTIONS
from symloss.lower.ir import (
    ROW_AXIS,
    Accumulate,
    Add,
    Call,
    Choose,
    Expression,
    For,
    Let,
    Name,
    Nest,
    Overwrite,
    Parameter,
    Reduction,
    Sort,
    Spoil,
    Statement,
    Store,
    Type,
)
from symloss.lower.short_rows import FEW_LANES, LANES
from symloss.lower.walk import expressions, names, operands, subexpressions, walk

LONGEST_CHAIN = 48
"""Operations that wait for one another in one loop over the rows: what comes after goes to a loop of its own. A
processor looks some hundred instructions ahead, so that of a longer loop it has one or two rows in work at a time."""
WORK = 9  # eight running sums, as `sum_of` has them, and the counts

# A name with a space is nobody's argument.
VALUES = "tile values"
"""The parameter that holds what crosses from loop to loop, and the running sums behind it."""


@dataclass(frozen=True, slots=True)
class Phase:
    """Statements of one loop over the rows of a tile, inside a loop over ``axis`` if there is one."""

    statements: tuple[Statement, ...]
    axis: str = ""
    variable: str = ""


def copy_of(name: str) -> str:
    """The parameter that holds the rows of an argument or result side by side."""
    return f"tile {name}"


INPUTS = ("input", "label", "weight")
OUTPUTS = ("output", "scratch")


def is_of_rows(parameter: Parameter) -> bool:
    """Whether it has one number for each row of the call."""
    if parameter.kind == "scratch":
        return parameter.per_row
    return parameter.kind in (*INPUTS, *OUTPUTS) and not parameter.axes


def is_tileable(nest: Nest) -> bool:
    """Whether the rows are short ones: plain loops over axes, no matrices, no ragged rows."""
    rows = row_loop(nest)
    if nest.variant.ragged or rows is None:
        return False
    if not is_written_out(nest) and not any(isinstance(s, For) for s in rows.body):
        return False
    if any(isinstance(s, Sort | Accumulate | Spoil) for s in rows.body):
        return False  # what goes over a row by its own order has no neighbours to go along with
    flat = all(not isinstance(inner, For) for s in rows.body if isinstance(s, For) for inner in s.body)
    narrow = all(len(p.axes) <= 1 for p in nest.parameters if p.kind not in ("shared", "total"))
    apart = not stored(rows.body) & outside_rows(nest)
    return flat and narrow and apart and not any(p.kind == "label" and p.axes for p in nest.parameters)


def outside_rows(nest: Nest) -> frozenset[str]:
    """The scratch of what no row has a part in, such as the sum of a parameter's squares: stored once, not per row."""
    return stored(s for s in nest.body if not (isinstance(s, For) and s.axis == ROW_AXIS))


def stored(statements: Iterable[Statement]) -> frozenset[str]:
    """The arrays that the statements store into or reduce."""
    return frozenset(s.array for s in walk(tuple(statements)) if isinstance(s, Store | Reduction))


def is_written_out(nest: Nest) -> bool:
    """Whether the entries of a row have statements of their own."""
    return 0 != nest.variant.length in (length for _, length in nest.lengths)


def lanes_of(nest: Nest) -> int:
    """The rows of a tile."""
    return FEW_LANES if is_written_out(nest) else LANES


def row_loop(nest: Nest) -> For | None:
    """The loop over the rows."""
    return next((s for s in nest.body if isinstance(s, For) and s.axis == ROW_AXIS), None)


def phases(rows: For) -> Iterator[Phase | Reduction]:
    """The body of the rows in pieces that run one after the other."""
    together: list[Statement] = []
    chains: dict[str, int] = {}
    for statement in rows.body:
        if not isinstance(statement, For | Reduction | Overwrite | Add) and not _looks_up(statement):
            if _lengthened(chains, statement) > LONGEST_CHAIN and together:
                yield Phase(tuple(together))
                together = []
                chains.clear()
                _lengthened(chains, statement)
            together.append(statement)
            continue
        chains.clear()
        if together:
            yield Phase(tuple(together))
            together = []
        match statement:
            case For(variable=variable, axis=axis, body=body):
                yield Phase(body, axis, variable)
            case Reduction():
                yield statement
            case _:
                yield Phase((statement,))
    if together:
        yield Phase(tuple(together))


def _lengthened(chains: dict[str, int], statement: Statement) -> int:
    """How many operations wait for one another until the statement's value is there, given that for names before."""
    longest = max((_chain(e, chains) for e in expressions(statement)), default=0)
    if isinstance(statement, Let):
        chains[statement.name] = longest
    return longest


def _chain(expression: Expression, chains: dict[str, int]) -> int:
    if isinstance(expression, Name):
        return chains.get(expression.name, 0)
    own = 0
    if isinstance(expression, Call):
        own = DIVISION if expression.head == "div" else chain(expression.head) if expression.head in FUNCTIONS else 1
    return own + isinstance(expression, Choose) + max((_chain(e, chains) for e in operands(expression)), default=0)


def _looks_up(statement: Statement) -> bool:
    """Whether it reads at a computed place: where that lies nobody knows, so that the loop around it stays scalar."""
    parts = (e for top in expressions(statement) for e in subexpressions(top))
    return isinstance(statement, Let) and any(isinstance(e, Call) and e.head == "clamp" for e in parts)


def crossing(rows: For) -> dict[str, Type]:
    """The names that a later piece uses, and what they are."""
    types: dict[str, Type] = {}
    home: dict[str, int] = {}
    found: dict[str, Type] = {}
    for number, piece in enumerate(phases(rows)):
        statements = (piece,) if isinstance(piece, Reduction) else piece.statements
        for name in (name for s in statements for e in expressions(s) for name in names(e)):
            if name in home and home[name] != number:
                found[name] = types[name]
        for statement in statements:
            if isinstance(statement, Reduction):
                home[statement.name], types[statement.name] = -1, statement.type
            elif isinstance(statement, Let) and not getattr(piece, "axis", ""):
                home[statement.name], types[statement.name] = number, statement.value.type
    return found


def tiled(nest: Nest) -> Nest:
    """The nest with the room that tiles need: scratch for every row of a tile, and the rows side by side."""
    rows = row_loop(nest)
    assert rows is not None
    shared, lanes = outside_rows(nest), lanes_of(nest)
    scratch = tuple(
        replace(p, lanes=lanes) if p.kind == "scratch" and not p.per_row and p.name not in shared else p
        for p in nest.parameters
    )
    copies = tuple(
        Parameter(copy_of(p.name), "scratch", p.name, p.axes, lanes=lanes)
        for p in nest.parameters
        if p.kind in ("input", "output") and p.axes
    )
    sums = any(isinstance(s, Reduction) and s.kind in ("sum", "rest") for s in walk(nest.body))
    slots = (
        len(crossing(rows))
        + sum(map(is_of_rows, nest.parameters))
        + sum(isinstance(s, Reduction) for s in rows.body)
        + WORK * sums
    )
    room = Parameter(VALUES, "scratch", lanes=lanes * max(slots, 1))
    *others, status = scratch
    return replace(nest, parameters=(*others, *copies, room, status))
