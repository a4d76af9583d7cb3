"""Makes a nest readable: drops what nobody uses and writes short arithmetic where it is used.

Nothing here changes a result: an operation keeps its operands and stays in its block.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from symloss.lower.graphs import ARITHMETIC, COMPARISONS, LOGIC
from symloss.lower.ir import Call, Choose, Expression, For, Let, Name, Reduction, Statement
from symloss.lower.walk import expressions, names, size, subexpressions, walk, with_substituted

# About what fits on one line.
LONGEST = 9

WRITTEN_OUT = ARITHMETIC | COMPARISONS | LOGIC | {"div", "float", "single"}

Block = tuple[Statement, ...]


def tidy(block: Block) -> Block:
    """The block without dead values, and with short values that are used once written in their place."""
    return _inlined(_without_dead(block), _pinned(block))


def _without_dead(block: Block) -> Block:
    live = _used(block)
    while True:
        block = _restricted(block, live)
        if (now := _used(block)) == live:
            return block
        live = now


def _used(block: Block) -> set[str]:
    return {name for s in walk(block) for e in expressions(s) for name in names(e)}


def _restricted(block: Block, live: set[str]) -> Block:
    kept = (s for s in block if not isinstance(s, Let | Reduction) or s.name in live)
    return tuple(replace(s, body=_restricted(s.body, live)) if isinstance(s, For) else s for s in kept)


def _pinned(block: Block) -> set[str]:
    """Names that must stay names: the two sides of a choice, so that it never becomes a branch around work."""
    every = [e for s in walk(block) for top in expressions(s) for e in subexpressions(top)]
    sides = [side for e in every if isinstance(e, Choose) for side in (e.then, e.otherwise)]
    return {side.name for side in sides if isinstance(side, Name)}


def _inlined(block: Block, pinned: set[str]) -> Block:
    everywhere = Counter(name for s in walk(block) for e in expressions(s) for name in names(e))
    here = Counter(name for s in block for e in expressions(s) for name in names(e))
    once = {name for name, count in here.items() if count == 1 == everywhere[name]} - pinned
    written: dict[str, Expression] = {}
    result: list[Statement] = []
    for statement in block:
        statement = with_substituted(statement, written)
        if isinstance(statement, Let) and statement.name in once and _is_short(statement.value):
            written[statement.name] = statement.value
        elif isinstance(statement, For):
            result.append(replace(statement, body=_inlined(statement.body, pinned)))
        else:
            result.append(statement)
    return tuple(result)


def _is_short(value: Expression) -> bool:
    return isinstance(value, Call) and value.head in WRITTEN_OUT and size(value) <= LONGEST
