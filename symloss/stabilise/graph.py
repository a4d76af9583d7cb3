"""The product of stabilisation: a graph without SymPy in it.

A `Stable` says what to compute for one sample (one row): named axes, reductions,
elementary heads, inputs. It says nothing about the order of loops; that is the
business of `symloss.lower`.

Nodes are interned by a `Builder`, so that equal subexpressions are one object and
identity is equality.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeVar


@dataclass(frozen=True, slots=True, order=True)
class Loop:
    """A loop variable: the `number`-th one over the axis `axis`."""

    axis: str
    number: int

    def __str__(self) -> str:
        return f"{self.axis}{self.number}"


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """What all nodes share: their operands and the loop variables that are free in them."""

    free: frozenset[Loop] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "free", self._free())

    @property
    def operands(self) -> tuple[Node, ...]:
        return ()

    def _free(self) -> frozenset[Loop]:
        return frozenset().union(*(operand.free for operand in self.operands))


@dataclass(frozen=True, slots=True, eq=False)
class Constant(Node):
    """A number, already rounded to the nearest double."""

    value: float


def is_power_of_two(node: Node) -> bool:
    """Whether it is a power of two, up to its sign: a product with it is exact."""
    return isinstance(node, Constant) and abs(math.frexp(node.value)[0]) == 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Element(Node):
    """One element of an argument: ``y``, ``z[k]``, ``z[c]``, ``s[i, j]``."""

    argument: str
    indices: tuple[Node, ...] = ()

    @property
    def operands(self) -> tuple[Node, ...]:
        return self.indices


@dataclass(frozen=True, slots=True, eq=False)
class Position(Node):
    """The value of a loop variable, an integer counted from 0."""

    loop: Loop

    def _free(self) -> frozenset[Loop]:
        return frozenset({self.loop})


@dataclass(frozen=True, slots=True, eq=False)
class Extent(Node):
    """The length of an axis in this row, an integer."""

    axis: str


@dataclass(frozen=True, slots=True, eq=False)
class Apply(Node):
    """An arithmetic operation, a comparison or an elementary function, by name."""

    head: str
    arguments: tuple[Node, ...]

    @property
    def operands(self) -> tuple[Node, ...]:
        return self.arguments


@dataclass(frozen=True, slots=True, eq=False)
class Select(Node):
    """``then`` where ``condition`` holds, ``otherwise`` elsewhere; never a branch on data."""

    condition: Node
    then: Node
    otherwise: Node

    @property
    def operands(self) -> tuple[Node, ...]:
        return (self.condition, self.then, self.otherwise)


ReductionKind = Literal["sum", "max", "argmax", "rest"]


@dataclass(frozen=True, slots=True, eq=False)
class Reduce(Node):
    """A reduction of ``body`` over ``loop``.

    ``max`` gives NaN if any entry is NaN and -inf for no entry; ``argmax`` is the
    position of the first largest entry (of the first NaN, if there is one); ``rest`` is
    the sum less 1, of entries of which one is 1: small ones are not lost beside it.
    """

    kind: ReductionKind
    loop: Loop
    body: Node

    @property
    def operands(self) -> tuple[Node, ...]:
        return (self.body,)

    def _free(self) -> frozenset[Loop]:
        return self.body.free - {self.loop}


AnyNode = TypeVar("AnyNode", bound=Node)


class Builder:
    """Makes nodes; the same node for the same fields."""

    def __init__(self) -> None:
        self._made: dict[tuple[object, ...], Node] = {}
        self.missing: dict[Node, float] = {}
        """What rounding took from a constant, where it is not what was typed: sqrt(2) less the nearest float64."""

    def make(self, kind: type[AnyNode], *fields: object) -> AnyNode:
        # repr() tells 0.0 from -0.0, which hash and compare equal.
        key = (kind, *(repr(f) if isinstance(f, float) else f for f in fields))
        if key not in self._made:
            self._made[key] = kind(*fields)
        return self._made[key]  # type: ignore[return-value]


Role = Literal["target", "data", "prediction", "parameter", "vector"]


@dataclass(frozen=True, slots=True)
class Argument:
    """An array or number that the kernel reads.

    ``axes`` are its inner axes. ``per_sample`` is false for a parameter that is the
    same for every sample. ``label`` marks integer class ids. ``vector`` is the role of
    the direction of a Hessian-vector product; it has the shape of a prediction.
    """

    name: str
    role: Role
    axes: tuple[str, ...] = ()
    per_sample: bool = True
    label: bool = False


@dataclass(frozen=True, slots=True)
class Output:
    """One result: ``node`` for every position of ``loops``, in that (row-major) order.

    ``weighted`` results are multiplied by the sample's weight; ``reduced`` ones are
    summed over the samples in float64 instead of being stored. ``place`` are axes whose
    length is a number, each with the one position that this is for: a matrix over two
    predictions is four outputs of one name.
    """

    name: str
    loops: tuple[Loop, ...]
    node: Node
    weighted: bool = True
    reduced: bool = False
    place: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition on an argument that every sample of nonzero weight must meet.

    ``condition`` is checked for every position of ``loops``. A NaN passes a guard on
    predictions (it gives NaN for its sample); other arguments say in the condition
    whether it may. ``expected`` completes the sentence "expected ...".
    """

    argument: str
    loops: tuple[Loop, ...]
    condition: Node
    expected: str
    test: tuple[object, ...] | None = None
    """What `symloss.call` evaluates to name the first offending element; a literal, or None."""


@dataclass(frozen=True, slots=True)
class Stable:
    """What a kernel computes for one sample; ``lengths`` are those of axes whose length is a number."""

    name: str
    axes: tuple[str, ...]
    arguments: tuple[Argument, ...]
    outputs: tuple[Output, ...]
    guards: tuple[Guard, ...] = ()
    lengths: tuple[tuple[str, int], ...] = ()

    def roots(self) -> Iterator[Node]:
        """The nodes that results and checks ask for."""
        for output in self.outputs:
            yield output.node
        for guard in self.guards:
            yield guard.condition

    def argument(self, name: str) -> Argument:
        """The argument of that name."""
        return next(a for a in self.arguments if a.name == name)
