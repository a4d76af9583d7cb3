"""Sums over the entries that are larger than another one, or level with it: by one sort, not N squared comparisons.

``Sum over j of (w[j] where e[j] > e[i])``, for every i, needs the entries in the order of e and a running sum along
it. Recognised is a sum over j whose body compares e[j] with e[i] (and, where they are equal, j with i) and is free of
i in each case: ranks, ties, counts and weights above a threshold. Each case becomes an `Ordered`; all that compare
the same e share one sort.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from symloss.lower.graphs import COMPARISONS, KEYED, LOGIC, Graph, Ordered, OrderedKind, descendants
from symloss.stabilise.graph import Apply, Constant, Element, Loop, Node, Position, Reduce, Select

HOLDS: dict[str, Callable[[int], bool]] = {
    "lt": lambda sign: sign < 0,
    "le": lambda sign: sign <= 0,
    "gt": lambda sign: sign > 0,
    "ge": lambda sign: sign >= 0,
    "eq": lambda sign: sign == 0,
    "ne": lambda sign: sign != 0,
}
"""A comparison of a and b by the sign of a - b."""


def with_ordered_sums(node: Node, graph: Graph) -> Node:
    """The node with every sum that a sort gives replaced."""
    known: dict[Node, Node] = {}

    def again(part: Node) -> Node:
        if part not in known:
            inside = graph.with_operands(part, tuple(map(again, part.operands)))
            known[part] = (isinstance(inside, Reduce) and _by_sorting(inside, graph)) or inside
        return known[part]

    return again(node)


@dataclass(frozen=True)
class _Pair:
    """e[j] and e[i], and how they stand to each other: the signs of e[j] - e[i] and, of equal ones, of j - i."""

    graph: Graph
    here: Node
    there: Node
    inner: Loop
    outer: Loop
    sign: int = 0
    places: int | None = None

    def sides(self) -> Iterator[tuple[Node, Node, int]]:
        """What is compared, both ways round, with the sign of the difference."""
        yield self.here, self.there, self.sign
        yield self.there, self.here, -self.sign
        if self.places is not None:
            i, j = self.graph.make(Position, self.outer), self.graph.make(Position, self.inner)
            yield j, i, self.places
            yield i, j, -self.places

    def holds(self, condition: Node) -> Node | bool:
        """The condition, or its truth where that is decided."""
        if not isinstance(condition, Apply) or condition.head not in COMPARISONS | LOGIC:
            return condition
        if condition.head in COMPARISONS:
            for a, b, sign in self.sides():
                if condition.arguments == (a, b):
                    return HOLDS[condition.head](sign)
            return condition
        return self._logic(condition.head, [self.holds(a) for a in condition.arguments])

    def _logic(self, head: str, parts: list[Node | bool]) -> Node | bool:
        if head == "not":
            return not parts[0] if isinstance(parts[0], bool) else self.graph.make(Apply, "not", (parts[0],))
        deciding = head == "or"
        open_parts = [p for p in parts if not isinstance(p, bool)]
        if deciding in parts:
            return deciding
        if len(open_parts) < 2:
            return open_parts[0] if open_parts else not deciding
        return self.graph.make(Apply, head, tuple(open_parts))

    def value(self, node: Node) -> Node:
        """The node where the choices that hang on the pair are made."""
        if self.outer not in node.free and self.inner not in node.free:
            return node
        if isinstance(node, Select):
            chosen = self.holds(node.condition)
            if isinstance(chosen, bool):
                return self.value(node.then if chosen else node.otherwise)
            return self.graph.make(Select, chosen, self.value(node.then), self.value(node.otherwise))
        if isinstance(node, Apply):
            return self.graph.make(Apply, node.head, tuple(map(self.value, node.arguments)))
        return node


def _by_sorting(total: Reduce, graph: Graph) -> Node | None:
    """The sum from a sort; None where it is another one."""
    others = total.free
    if total.kind != "sum" or len(others) != 1:
        return None
    (outer,) = others
    if outer.axis != total.loop.axis:
        return None
    for here, there in _compared(total.body, total.loop, outer, graph):
        parts = _parts(total, here, there, outer, graph)
        if parts is not None:
            return _sum(parts, graph)
    return None


def _compared(body: Node, inner: Loop, outer: Loop, graph: Graph) -> Iterator[tuple[Node, Node]]:
    """The values e[j] that are compared with e[i], with those."""
    for node in descendants(body):
        if isinstance(node, Apply) and node.head in COMPARISONS:
            here, there = sorted(node.arguments, key=lambda a: inner not in a.free)
            if here.free == {inner} and _is_data(here) and graph.renamed(here, {inner: outer}) is there:
                yield here, there


def _is_data(node: Node) -> bool:
    """Whether the value depends on an argument, and not on the place alone."""
    return any(isinstance(part, Element) and part.indices for part in descendants(node))


def _parts(total: Reduce, here: Node, there: Node, outer: Loop, graph: Graph) -> list[Ordered] | None:
    """The sums of the cases; None where the body depends on i in one of them."""
    inner = total.loop

    def case(sign: int, places: int | None = None) -> Node:
        return _Pair(graph, here, there, inner, outer, sign, places).value(total.body)

    larger, smaller = case(1), case(-1)
    before, beside, behind = (case(0, places) for places in (-1, 0, 1))
    weights: dict[OrderedKind, Node] = {"larger": larger, "smaller": smaller}
    if before is beside is behind:
        weights["level"] = beside
    elif _is_zero(beside) and _is_zero(behind):
        weights["earlier"] = before
    else:
        return None
    if any(weight.free - {inner} for weight in weights.values()):
        return None
    bodies = {kind: graph.make(Apply, KEYED, (here, w)) for kind, w in weights.items() if not _is_zero(w)}
    return [graph.ordered(kind, outer, inner, body) for kind, body in bodies.items()]


def _is_zero(node: Node) -> bool:
    return isinstance(node, Constant) and node.value == 0.0


def _sum(parts: list[Ordered], graph: Graph) -> Node:
    total: Node = graph.make(Constant, 0.0)
    for n, part in enumerate(parts):
        total = part if n == 0 else graph.make(Apply, "add", (total, part))
    return total
