"""Long rows, a section at a time: which loops may hand their values to sums before all of them are there.

A loop over a row of a million classes whose values are then summed writes them to memory and reads them back. So the
sums that follow a loop go along with it, a section of `symloss.lower.reductions.SECTION` values at a time. The order of
the operations is that of the plain sums, and so are the bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from symloss.lower.ir import (
    Accumulate,
    For,
    Load,
    Name,
    Nest,
    Reduction,
    Sort,
    Statement,
    Store,
    array_axes,
)
from symloss.lower.walk import expressions, subexpressions, walk


@dataclass(frozen=True, slots=True)
class Sections:
    """A loop and the sums that go along with it; ``passing`` are the arrays of which only a section is ever read."""

    loop: For
    sums: tuple[Reduction, ...]
    passing: frozenset[str]


def sections(block: Sequence[Statement], nest: Nest) -> Sections | None:
    """The loop at the head of a block with the sums behind it, if there are any."""
    loop = block[0]
    if not isinstance(loop, For) or any(isinstance(s, For) for s in loop.body):
        return None
    reductions = takewhile(lambda statement: isinstance(statement, Reduction), block[1:])
    sums = [s for s in reductions if isinstance(s, Reduction) and _goes_along(s, loop, nest)]
    if not sums:
        return None
    made = {s.array for s in loop.body if isinstance(s, Store) and s.indices == (Name(loop.variable, "int"),)}
    summed = {s.array for s in sums}
    return Sections(loop, tuple(sums), frozenset(a for a in made & summed if _uses(a, nest) == _sums_of(a, sums)))


def _goes_along(reduction: Reduction, loop: For, nest: Nest) -> bool:
    """Whether it is a sum over the loop's axis of what is there, section by section, when the loop has made it."""
    parameter = nest.parameter(reduction.array)
    return reduction.kind in ("sum", "rest") and array_axes(parameter)[-1] == loop.axis and not parameter.per_row


def _sums_of(array: str, sums: Sequence[Reduction]) -> int:
    return sum(s.array == array for s in sums)


def _uses(array: str, nest: Nest) -> int:
    """How often the main pass reads an array."""
    statements = list(walk(nest.body))
    loads = (e for s in statements for top in expressions(s) for e in subexpressions(top))
    return (
        sum(isinstance(e, Load) and e.array == array for e in loads)
        + sum(isinstance(s, Reduction) and s.array == array for s in statements)
        + sum(isinstance(s, Sort) and s.keys == array for s in statements)
        + sum(isinstance(s, Accumulate) and array in (s.weights, s.array) for s in statements)
    )
