"""Values that differ at one place of a loop, the class that was observed in a row of softmax; and at all places.

``A if k == c else B`` costs two values and a choice at every k. Written B everywhere and A at c
afterwards it costs one value at every k, and A once for the row. A matrix that is NaN if anything in it is NaN would
have to wait until all of it has been looked at; it is written first, and spoiled afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass

from symloss.lower.graphs import ARITHMETIC, Graph, is_integer
from symloss.stabilise.graph import Apply, Constant, Loop, Node, Position, Select


@dataclass(frozen=True, slots=True)
class Exceptional:
    """``there`` at ``place``, ``elsewhere`` at every other position of the loop; ``there`` is free of the loop."""

    place: Node
    there: Node
    elsewhere: Node


def exceptional(node: Node, loop: Loop, graph: Graph) -> Exceptional | None:
    """How the value differs at one place of ``loop``; None where it does not."""
    found = _split(node, loop, graph)
    if found is None:
        return None
    place, there, elsewhere = found
    return Exceptional(place, graph.placed(there, loop, place), elsewhere)


def whole_row_not_a_number(node: Node, loops: tuple[Loop, ...], graph: Graph) -> tuple[Node, Node] | None:
    """The condition under which a matrix of results is NaN everywhere, and the result where it does not hold."""
    found: Node | None = None
    while len(loops) > 1 and isinstance(node, Select) and _is_not_a_number(node.then):
        if any(loop in node.condition.free for loop in loops):
            break
        found = node.condition if found is None else graph.make(Apply, "or", (found, node.condition))
        node = node.otherwise
    return None if found is None else (found, node)


def _is_not_a_number(node: Node) -> bool:
    return isinstance(node, Constant) and node.value != node.value


def _split(node: Node, loop: Loop, graph: Graph) -> tuple[Node, Node, Node] | None:
    if loop not in node.free:
        return None
    if isinstance(node, Select):
        place = _place(node.condition, loop, graph)
        if place is not None:
            return place, node.then, node.otherwise
        return _split_choice(node, loop, graph)
    if isinstance(node, Apply) and node.head in ARITHMETIC | {"div"}:
        return _split_arithmetic(node, loop, graph)
    return None


def _place(condition: Node, loop: Loop, graph: Graph) -> Node | None:
    """What the position of ``loop`` is compared with; the same for the whole row."""
    if not isinstance(condition, Apply) or condition.head != "eq":
        return None
    first, second = condition.arguments
    for here, place in ((first, second), (second, first)):
        # A place that depends on another loop is one place for each of its positions.
        if here == graph.make(Position, loop) and not place.free and is_integer(place, graph):
            return place
    return None


def _split_choice(node: Select, loop: Loop, graph: Graph) -> tuple[Node, Node, Node] | None:
    """A choice that is one for the whole row comes inside."""
    if loop in node.condition.free:
        return None
    then, otherwise = (_split(side, loop, graph) for side in (node.then, node.otherwise))
    found = then or otherwise
    if found is None or (then and otherwise and then[0] != otherwise[0]):
        return None
    place = found[0]
    _, then_there, then_elsewhere = then or (place, node.then, node.then)
    _, other_there, other_elsewhere = otherwise or (place, node.otherwise, node.otherwise)
    return (
        place,
        graph.make(Select, node.condition, then_there, other_there),
        graph.make(Select, node.condition, then_elsewhere, other_elsewhere),
    )


def _split_arithmetic(node: Apply, loop: Loop, graph: Graph) -> tuple[Node, Node, Node] | None:
    splits = [_split(argument, loop, graph) for argument in node.arguments]
    places = {split[0] for split in splits if split}
    if len(places) != 1:
        return None
    (place,) = places
    sides = [split[1:] if split else (a, a) for split, a in zip(splits, node.arguments, strict=True)]
    there, elsewhere = (graph.make(Apply, node.head, tuple(side)) for side in zip(*sides, strict=True))
    return place, there, elsewhere
