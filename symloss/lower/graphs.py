"""Questions about a `Stable` graph: which loops a node needs, which nodes are integers, equality up to loop names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from symloss.elementary.table import AMPLIFYING
from symloss.elementary.table import SINGLE as SHORT
from symloss.lower.ir import ROW_AXIS
from symloss.stabilise.graph import (
    Apply,
    Builder,
    Constant,
    Element,
    Extent,
    Loop,
    Node,
    Position,
    Reduce,
    Select,
    Stable,
)

ROW = Loop(ROW_AXIS, 0)

ARITHMETIC = frozenset({"add", "sub", "mul", "neg"})
COMPARISONS = frozenset({"lt", "le", "gt", "ge", "eq", "ne"})
LOGIC = frozenset({"and", "or", "not"})

KEYED = "keyed"
"""The pair of an entry's key, by which entries are ordered, and its weight."""

SINGLE = "single"
"""A value as the float32 nearest to it; what is made of such is a float32, too. See `symloss.lower.narrow`."""

SIMPLE = {"abs", "maximum", "minimum", "sign", "step"}
NARROW_AND_SIMPLE = {f"{head}_narrow" for head in SIMPLE}

# All else is worth a store and a load where its value is wanted in a second loop.
CHEAP = ARITHMETIC | COMPARISONS | LOGIC | SIMPLE | NARROW_AND_SIMPLE | {"multiply_add", KEYED, SINGLE}

OrderedKind = Literal["larger", "smaller", "level", "earlier"]


@dataclass(frozen=True, slots=True, eq=False)
class Ordered(Node):
    """For the entry at ``place`` the sum of the weights of entries with a larger key, a smaller one or the same.

    ``earlier`` is of those with the same key that come before it. ``body`` is key and weight at ``loop``; an entry
    whose key is not a number is in no sum. See `symloss.lower.ordered`.
    """

    kind: OrderedKind
    place: Loop
    loop: Loop
    body: Node

    @property
    def operands(self) -> tuple[Node, ...]:
        return (self.body,)

    def _free(self) -> frozenset[Loop]:
        return (self.body.free - {self.loop}) | {self.place}


Renaming = Mapping[Loop, Loop]


def first_free(axis: str, taken: frozenset[Loop]) -> Loop:
    """The loop variable over ``axis`` of smallest number that is not taken."""
    number = 0
    while Loop(axis, number) in taken:
        number += 1
    return Loop(axis, number)


class Graph:
    """The nodes of one `Stable`, rebuilt so that nodes equal up to bound loop names are one object."""

    def __init__(self, stable: Stable, ragged: bool) -> None:
        self._builder = Builder()
        self._renamed: dict[tuple[Node, frozenset[tuple[Loop, Loop]]], Node] = {}
        self._needs: dict[Node, frozenset[Loop]] = {}
        self._arguments = {a.name: a for a in stable.arguments}
        self._ragged = ragged

    def make(self, kind: type[Node], *fields: object) -> Node:
        """An interned node."""
        return self._builder.make(kind, *fields)

    def ordered(self, kind: OrderedKind, place: Loop, loop: Loop, body: Node) -> Ordered:
        """An interned sum by sorting."""
        return self._builder.make(Ordered, kind, place, loop, body)

    def renamed(self, node: Node, renaming: Renaming) -> Node:
        """``node`` with its free loops renamed, all at once; a bound loop gets the smallest number that is free."""
        relevant = {old: renaming.get(old, old) for old in node.free}
        key = (node, frozenset(relevant.items()))
        if key not in self._renamed:
            self._renamed[key] = self._rebuilt(node, relevant)
        return self._renamed[key]

    def _rebuilt(self, node: Node, renaming: dict[Loop, Loop]) -> Node:
        def again(operand: Node) -> Node:
            return self.renamed(operand, renaming)

        match node:
            case Position(loop=loop):
                return self.make(Position, renaming[loop])
            case Element(argument=argument, indices=indices):
                return self.make(Element, argument, tuple(map(again, indices)))
            case Apply(head=head, arguments=arguments):
                return self.make(Apply, head, tuple(map(again, arguments)))
            case Select(condition=condition, then=then, otherwise=otherwise):
                return self.make(Select, again(condition), again(then), again(otherwise))
            case Reduce(kind=kind, loop=loop, body=body):
                bound = first_free(loop.axis, frozenset(renaming.values()))
                return self.make(Reduce, kind, bound, self.renamed(body, {**renaming, loop: bound}))
            case Ordered(kind=kind, place=place, loop=loop, body=body):
                bound = first_free(loop.axis, frozenset(renaming.values()))
                return self.make(Ordered, kind, renaming[place], bound, self.renamed(body, {loop: bound}))
            case Constant(value=value):
                return self.make(Constant, value)
            case Extent(axis=axis):
                return self.make(Extent, axis)
        raise TypeError(f"not a node of a Stable: {node!r}")

    def with_operands(self, node: Node, operands: tuple[Node, ...]) -> Node:
        """``node`` made of other operands, as many as it has."""
        if operands == node.operands:
            return node
        match node:
            case Element(argument=argument):
                return self.make(Element, argument, operands)
            case Apply(head=head):
                return self.make(Apply, head, operands)
            case Select():
                return self.make(Select, *operands)
            case Reduce(kind=kind, loop=loop):
                return self.make(Reduce, kind, loop, *operands)
        raise TypeError(f"not a node with operands: {node!r}")

    def placed(self, node: Node, loop: Loop, place: Node) -> Node:
        """``node`` with the position of ``loop`` being ``place``, which is free of loops."""
        if loop not in node.free:
            return node
        match node:
            case Position():
                return place
            case Reduce(kind=kind, loop=bound, body=body):
                return self.make(Reduce, kind, bound, self.placed(body, loop, place))
            case Element(argument=argument, indices=indices):
                return self.make(Element, argument, tuple(self.placed(i, loop, place) for i in indices))
            case Apply(head=head, arguments=arguments):
                return self.make(Apply, head, tuple(self.placed(a, loop, place) for a in arguments))
            case Select(condition=condition, then=then, otherwise=otherwise):
                return self.make(Select, *(self.placed(part, loop, place) for part in (condition, then, otherwise)))
        raise TypeError(f"not a node of a Stable: {node!r}")

    def canonical(self, node: Node) -> Node:
        """``node`` with bound loops renamed, and a single free one, so that equal computations are one object."""
        loops = list(node.free)
        return self.renamed(node, {loops[0]: Loop(loops[0].axis, 0)} if len(loops) == 1 else {})

    def needs(self, node: Node) -> frozenset[Loop]:
        """The loops that ``node`` must stand in: its free ones, and the rows if it depends on the sample."""
        if node not in self._needs:
            self._needs[node] = node.free | self._row(node)
        return self._needs[node]

    def _row(self, node: Node) -> frozenset[Loop]:
        own = (isinstance(node, Element) and self._arguments[node.argument].per_sample) or (
            isinstance(node, Extent | Reduce) and self._ragged
        )
        own = own or isinstance(node, Ordered)
        below = any(ROW in self.needs(operand) for operand in node.operands)
        return frozenset({ROW}) if own or below else frozenset()

    def is_label(self, node: Node) -> bool:
        """Whether this is an element of a label argument."""
        return isinstance(node, Element) and self._arguments[node.argument].label


def is_integral(node: Node) -> bool:
    """Whether this is a literal that an integer can hold."""
    return isinstance(node, Constant) and float(node.value).is_integer()


def is_integer(node: Node, graph: Graph) -> bool:
    """Whether the value is an integer: a position, an extent, a label, or arithmetic on such."""
    match node:
        case Position() | Extent() | Reduce(kind="argmax"):
            return True
        case Apply(head=head, arguments=operands) if head in ARITHMETIC:
            return all_integers(operands, graph)
        case Select(then=then, otherwise=otherwise):
            return all_integers((then, otherwise), graph)
    return graph.is_label(node)


def all_integers(nodes: tuple[Node, ...], graph: Graph) -> bool:
    """Whether nodes that meet in one operation are integers: at least one is, and the others can be."""
    return any(is_integer(n, graph) for n in nodes) and all(is_integral(n) or is_integer(n, graph) for n in nodes)


def is_truth(node: Node) -> bool:
    """Whether the value is true or false."""
    return isinstance(node, Apply) and node.head in COMPARISONS | LOGIC


def is_single(node: Node) -> bool:
    """Whether the value is computed in float32: the operands of an operation are so all or none."""
    match node:
        case Apply(head=head, arguments=operands):
            inherits = head in ARITHMETIC or head == "div"
            return head == SINGLE or head.endswith("_narrow") or (inherits and is_single(operands[0]))
        case Select(then=then):
            return is_single(then)
    return False


def is_expensive(node: Node) -> bool:
    """Whether the node itself, given its operands, is worth keeping for a second loop."""
    return isinstance(node, Reduce) or (isinstance(node, Apply) and node.head not in CHEAP)


def descendants(node: Node) -> Iterator[Node]:
    """``node`` and everything below it, each once, users first among those on one path."""
    seen: set[Node] = set()
    stack = [node]
    while stack:
        current = stack.pop()
        if current not in seen:
            seen.add(current)
            yield current
            stack.extend(reversed(current.operands))


def short_forms(stable: Stable, dtype: str) -> dict[str, str]:
    """The functions that a kernel for that dtype calls in another form; see `symloss.elementary.table.SINGLE`."""
    if dtype != "float32":
        return {}
    heads = {n.head for root in stable.roots() for n in descendants(root) if isinstance(n, Apply)}
    return {} if heads & AMPLIFYING else SHORT


def without_lost(stable: Stable, dtype: str) -> Stable:
    """For float32 the results without what rounding took from a float64: sums of it along a row would be computed."""
    if not short_forms(stable, dtype):
        return stable
    known: dict[Node, Node] = {}

    def plain(node: Node) -> Node:
        if node not in known:
            if isinstance(node, Apply) and node.head == "with_lost":
                known[node] = plain(node.arguments[0])
            elif isinstance(node, Select):
                then, otherwise = plain(node.then), plain(node.otherwise)
                same = (then, otherwise) == (node.then, node.otherwise)
                known[node] = node if same else Select(node.condition, then, otherwise)
            else:
                known[node] = node
        return known[node]

    return replace(stable, outputs=tuple(replace(output, node=plain(output.node)) for output in stable.outputs))
