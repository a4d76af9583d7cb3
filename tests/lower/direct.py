"""Evaluates a `Stable` by recursion, one element at a time: no order of loops, so none to get wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from symloss.elementary.table import callables
from symloss.lower.interpret import OPERATIONS, REDUCTIONS
from symloss.stabilise.graph import Apply, Constant, Element, Extent, Loop, Node, Position, Reduce, Select, Stable

FUNCTIONS = callables()
Positions = Mapping[Loop, int]


@dataclass(frozen=True)
class Direct:
    """One row of data."""

    stable: Stable
    sizes: Mapping[str, int]
    data: Mapping[str, Any]
    row: int

    def value(self, node: Node, at: Positions) -> Any:
        """The value of a node for given positions of its free loops."""
        match node:
            case Constant(value=value):
                return np.float64(value)
            case Position(loop=loop):
                return at[loop]
            case Extent(axis=axis):
                return self.sizes[axis]
            case Element():
                return self.element(node, at)
            case Apply(head=head, arguments=arguments):
                operands = [self.value(a, at) for a in arguments]
                return OPERATIONS[head](*operands) if head in OPERATIONS else np.float64(FUNCTIONS[head](*operands))
            case Select(condition=condition, then=then, otherwise=otherwise):
                return self.value(then if self.value(condition, at) else otherwise, at)
            case Reduce(kind=kind, loop=loop, body=body):
                every = [self.value(body, {**at, loop: k}) for k in range(self.sizes[loop.axis])]
                return REDUCTIONS[kind](np.array(every, dtype=np.float64), 0, len(every))
        raise TypeError(node)

    def element(self, node: Element, at: Positions) -> Any:
        argument = self.stable.argument(node.argument)
        array = self.data[node.argument][self.row] if argument.per_sample else self.data[node.argument]
        indices = [int(self.value(index, at)) for index in node.indices]
        bounded = [max(min(i, self.sizes[axis] - 1), 0) for i, axis in zip(indices, argument.axes, strict=True)]
        found = array[tuple(bounded)] if bounded else array
        return int(found) if argument.label else np.float64(found)

    def output(self, node: Node, loops: tuple[Loop, ...]) -> list[Any]:
        """The value for every position of the loops, in order."""
        places = np.ndindex(*(self.sizes[loop.axis] for loop in loops))
        return [self.value(node, dict(zip(loops, place, strict=True))) for place in places]
