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

_CHOOSING = {"product_or_zero": 0}
"""Heads in which one argument may silence another: only a NaN in the one of that position surely reaches the result."""


class Propagation:
    """Adds what a result needs to be NaN where a prediction is."""

    def __init__(self, builder: Builder, predictions: Iterable[Declared]) -> None:
        self.make = builder.make
        self.predictions = [role_symbol(p) for p in predictions]
        self.carried: dict[Node, frozenset[str]] = {}

    def into(self, node: Node) -> Node:
        """The node, or NaN where a prediction that it does not carry is NaN."""
        for symbol in self.predictions:
            if symbol.name not in self.carries(node):
                node = self.make(Select, self._is_nan(symbol), self.make(Constant, float("nan")), node)
        return node

    def carries(self, node: Node) -> frozenset[str]:
        """The predictions any NaN of which makes the node NaN."""
        if node not in self.carried:
            self.carried[node] = self._carries(node)
        return self.carried[node]

    def _carries(self, node: Node) -> frozenset[str]:
        if isinstance(node, Element):
            # One element of a row says nothing of the others; a Reduce over all of them does.
            return frozenset({node.argument}) if not node.indices else frozenset()
        if isinstance(node, Select):
            then, otherwise = self.carries(node.then), self.carries(node.otherwise)
            made_false, made_true = self._decided(node.condition)
            return (then & otherwise) | (otherwise & made_false) | (then & made_true)
        if isinstance(node, Reduce):
            return self._row(node)
        if isinstance(node, Apply):
            return frozenset().union(*(self.carries(a) for a in _strict(node)))
        return frozenset()

    def _decided(self, condition: Node) -> tuple[frozenset[str], frozenset[str]]:
        """The predictions any NaN of which makes the condition false, and those which make it true."""
        nobody: frozenset[str] = frozenset()
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

    def _row(self, node: Reduce) -> frozenset[str]:
        """A sum or maximum over the whole row of a prediction's own elements carries it."""
        through = self.carries(node.body)
        if node.kind == "argmax":
            return frozenset()
        return through | frozenset(
            s.name for s in self.predictions if len(s.axes) == 1 and self._strict_in(node.body, s.name, node.loop)
        )

    def _strict_in(self, node: Node, name: str, loop: Loop) -> bool:
        """Whether NaN in ``name[loop]`` makes the node NaN."""
        if isinstance(node, Element):
            index = node.indices[0] if len(node.indices) == 1 else None
            return node.argument == name and isinstance(index, Position) and index.loop == loop
        if isinstance(node, Select):
            return self._strict_in(node.then, name, loop) and self._strict_in(node.otherwise, name, loop)
        if isinstance(node, Apply):
            return any(self._strict_in(a, name, loop) for a in _strict(node))
        return False

    def _is_nan(self, symbol: RoleSymbol) -> Node:
        loops: list[Loop] = []
        for axis in symbol.axes:
            loops.append(Loop(axis.name, sum(loop.axis == axis.name for loop in loops)))
        value: Node = self.make(Element, symbol.name, tuple(self.make(Position, loop) for loop in loops))
        for loop in loops:
            value = self.make(Reduce, "max", loop, value)
        return self.make(Apply, "ne", (value, value))


def _strict(node: Apply) -> tuple[Node, ...]:
    """The arguments any NaN of which makes the node NaN."""
    if node.head in _CHOOSING:
        return (node.arguments[_CHOOSING[node.head]],)
    return () if node.head in _LENIENT else node.arguments
