"""Not-a-number in a prediction gives NaN for that sample, also where the formula would not notice.

A comparison with NaN is false, so a Piecewise falls through to a branch that may not contain
the prediction (a hinge's flat side), and some derivatives are constants. Where a result does
not carry NaN by itself, it is selected in.
"""

from __future__ import annotations

from collections.abc import Iterable

from symloss.declare.roles import Declared, RoleSymbol, role_symbol

from .graph import Apply, Builder, Constant, Element, Loop, Node, Position, Reduce, Select

_COMPARISONS = {"lt", "le", "gt", "ge", "eq", "ne"}

_LOGIC = {"and", "or", "not"}

_LENIENT = {"xlogy", "xlog1py", "power", "power1psq", "difference_error", "product_error"} | _COMPARISONS | _LOGIC
"""Heads whose result may be a number although an argument is NaN."""

_CHOOSING = {"product_or_zero": 0, "with_lost": 0}
"""Heads in which one argument may silence another: only a NaN in the one of that position surely reaches the result."""


Carried = tuple[str, tuple[Loop | None, ...]]
"""A prediction, and which of its elements: for every axis the one at a loop, or any (None)."""


class Propagation:
    """Adds what a result needs to be NaN where a prediction is."""

    def __init__(self, builder: Builder, predictions: Iterable[Declared]) -> None:
        self.make = builder.make
        self.predictions = [role_symbol(p) for p in predictions]
        self.carried: dict[Node, frozenset[Carried]] = {}

    def into(self, node: Node) -> Node:
        """The node, or NaN where a prediction that it does not carry is NaN."""
        for symbol in self.predictions:
            if (symbol.name, (None,) * len(symbol.axes)) not in self.carries(node):
                node = self.make(Select, self._is_nan(symbol), self.make(Constant, float("nan")), node)
        return node

    def carries(self, node: Node) -> frozenset[Carried]:
        """The elements of predictions any NaN of which makes the node NaN."""
        if node not in self.carried:
            self.carried[node] = self._carries(node)
        return self.carried[node]

    def _carries(self, node: Node) -> frozenset[Carried]:
        match node:
            case Element(argument=name, indices=indices):
                # An element at a computed place is no one that a loop will come to.
                loops = tuple(index.loop for index in indices if isinstance(index, Position))
                return frozenset({(name, loops)}) if len(loops) == len(indices) else frozenset()
            case Select(condition=condition, then=first, otherwise=second):
                then, otherwise = self.carries(first), self.carries(second)
                made_false, made_true = self._decided(condition)
                return (then & otherwise) | (otherwise & made_false) | (then & made_true)
            case Reduce(kind=kind, loop=loop, body=body):
                # A sum or maximum over a row carries all that its entries do; the place of a maximum is a number.
                return frozenset() if kind == "argmax" else _over(self.carries(body), loop)
            case Apply():
                return frozenset().union(*(self.carries(a) for a in _strict(node)))
        return frozenset()

    def _decided(self, condition: Node) -> tuple[frozenset[Carried], frozenset[Carried]]:
        """The elements any NaN of which makes the condition false, and those which make it true."""
        nobody: frozenset[Carried] = frozenset()
        if not isinstance(condition, Apply):
            return nobody, nobody
        if condition.head == "not":
            made_false, made_true = self._decided(condition.arguments[0])
            return made_true, made_false
        if condition.head in ("and", "or"):
            (f, t), (g, u) = (self._decided(a) for a in condition.arguments)
            return (f | g, t & u) if condition.head == "and" else (f & g, t | u)
        if condition.head not in _COMPARISONS:
            return nobody, nobody
        carried = nobody.union(*(self.carries(a) for a in condition.arguments))
        return (nobody, carried) if condition.head == "ne" else (carried, nobody)

    def _is_nan(self, symbol: RoleSymbol) -> Node:
        loops: list[Loop] = []
        for axis in symbol.axes:
            loops.append(Loop(axis.name, sum(loop.axis == axis.name for loop in loops)))
        value: Node = self.make(Element, symbol.name, tuple(self.make(Position, loop) for loop in loops))
        for loop in reversed(loops):  # along the last axis first, as the elements lie
            value = self.make(Reduce, "max", loop, value)
        return self.make(Apply, "ne", (value, value))


def _over(carried: frozenset[Carried], loop: Loop) -> frozenset[Carried]:
    """What is carried when the elements at a loop are those of the whole axis."""
    return frozenset((name, tuple(None if at == loop else at for at in places)) for name, places in carried)


def _strict(node: Apply) -> tuple[Node, ...]:
    """The arguments any NaN of which makes the node NaN."""
    if node.head in _CHOOSING:
        return (node.arguments[_CHOOSING[node.head]],)
    return () if node.head in _LENIENT else node.arguments
