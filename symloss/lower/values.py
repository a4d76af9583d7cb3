"""From nodes to expressions: each value is bound once, in the outermost scope that binds the loops it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from symloss.lower.graphs import (
    COMPARISONS,
    LOGIC,
    ROW,
    SINGLE,
    Graph,
    all_integers,
    is_expensive,
    is_integer,
    is_integral,
    is_single,
    is_truth,
)
from symloss.lower.ir import (
    Call,
    Choose,
    Expression,
    Length,
    Let,
    Load,
    Name,
    Number,
    Parameter,
    Statement,
    Type,
    has_row_axis,
)
from symloss.lower.signature import Names
from symloss.stabilise.graph import Apply, Constant, Element, Extent, Loop, Node, Position, Reduce, Select

# Beyond it a float64 no longer tells integers apart; any bound that fits an int64 would do.
LARGEST_INDEX = 2.0**53


@dataclass(slots=True)
class Scope:
    """A block under construction: the loops around it, and the values it has bound."""

    loops: frozenset[Loop]
    statements: list[Statement] = field(default_factory=list)
    values: dict[Node, Expression] = field(default_factory=dict)
    written: dict[Node, str] = field(default_factory=dict)
    """What loops in this block have written to scratch arrays."""


class Values:
    """The scopes under construction, outermost first, and the values they hold."""

    def __init__(
        self, graph: Graph, names: Names, arguments: Mapping[str, Parameter], alternatives: Mapping[str, str]
    ) -> None:
        self._alternatives = alternatives  # elementary functions by the names of those that stand in for them
        self.graph, self.names = graph, names
        self.scopes = [Scope(frozenset())]
        self.variables: dict[Loop, str] = {}
        self.kept: dict[Node, str] = {}  # finished scratch arrays, by the canonical node that they hold
        self._arguments = arguments

    @property
    def scope(self) -> Scope:
        """The innermost scope."""
        return self.scopes[-1]

    def known(self, node: Node) -> bool:
        """Whether the value has been computed, or lies in a finished scratch array."""
        return any(node in scope.values for scope in self.scopes) or self._kept_in(node) is not None

    def _kept_in(self, node: Node) -> str | None:
        return self.kept.get(self.graph.canonical(node)) if len(node.free) == 1 else None

    def position(self, loop: Loop) -> Name:
        """The variable of an open loop."""
        return Name(self.variables[loop], "int")

    def bind(self, expression: Expression, wish: str, scope: Scope | None = None) -> Expression:
        """A name for the expression, in the innermost scope unless told otherwise."""
        if isinstance(expression, Number | Name | Length):
            return expression
        # A name like "exp" would look like the function.
        is_computed = isinstance(expression, Call) and wish == expression.head
        name = self.names.numbered(wish) if is_computed else self.names.fresh(wish)
        (scope or self.scope).statements.append(Let(name, expression))
        return Name(name, expression.type)

    def value(self, node: Node) -> Expression:
        """The value of ``node``, of its own type."""
        for scope in reversed(self.scopes):
            if node in scope.values:
                return scope.values[node]
        scope = self._home(node)
        expression, wish = self._built(node)
        scope.values[node] = self.bind(expression, wish, scope)
        return scope.values[node]

    def remember(self, node: Node, array: str) -> None:
        """The innermost loop writes the value to an array: another loop over the same axis, in the block around it, may
        read it there. Arrays of one loop of the rows are `kept`."""
        if len(node.free) > 1 and is_expensive(node):
            self.scopes[-2].written[node] = array

    def _read_again(self, node: Node) -> Expression | None:
        """The value where an earlier loop wrote it; the loop over that axis has the same number in both."""
        array = self.scopes[-2].written.get(node) if len(self.scopes) > 1 else None
        if array is None:
            return None
        (loop,) = self.scope.loops - self.scopes[-2].loops
        return self._load(node, array, loop)

    def _load(self, node: Node, array: str, loop: Loop) -> Load:
        """The value of a node in scratch, as it was stored."""
        return Load(array, (self.position(loop),), own_type(node))

    def _home(self, node: Node) -> Scope:
        """The outermost scope that binds the loops it needs."""
        needs = self.graph.needs(node)
        return next(s for s in self.scopes if needs <= s.loops)

    def as_type(self, node: Node, wanted: Type) -> Expression:
        """The value of ``node``, converted."""
        match node:
            case Apply(head="single", arguments=(Constant(value=value),)):
                return Call(SINGLE, (Number(value),), "single")
        if isinstance(node, Constant):
            return Number(int(node.value) if wanted == "int" else node.value)
        return converted(self.value(node), wanted)

    def _built(self, node: Node) -> tuple[Expression, str]:
        """An expression for ``node``, and a stem for its name."""
        if array := self._kept_in(node):
            (loop,) = node.free
            return self._of_its_type(node, self._load(node, array, loop)), "kept"
        if (again := self._read_again(node)) is not None:
            return self._of_its_type(node, again), "kept"
        match node:
            case Constant(value=value):
                return Number(value), ""
            case Position(loop=loop):
                return self.position(loop), ""
            case Extent(axis=axis):
                return Length(axis), ""
            case Element():
                return self._element(node)
            case Apply():
                return self._application(node)
            case Select(condition=condition, then=then, otherwise=otherwise):
                kind = self._common_type((then, otherwise))
                pair = self.as_type(then, kind), self.as_type(otherwise, kind)
                return Choose(self.as_type(condition, "bool"), *pair, kind), "chosen"
        raise TypeError(f"{node!r} should have been computed in a loop of its own")

    def _common_type(self, nodes: tuple[Node, ...]) -> Type:
        return "int" if all_integers(nodes, self.graph) else own_type(nodes[0])

    def _element(self, node: Element) -> tuple[Expression, str]:
        parameter = self._arguments[node.argument]
        if parameter.kind == "scalar":
            return Name(parameter.name), ""
        indices = self.indices(node)
        inner = indices[1:] or indices
        wish = "_".join([parameter.name, *(index.name if isinstance(index, Name) else "at" for index in inner)])
        return Load(parameter.name, indices, "int" if parameter.kind == "label" else "float"), wish

    def _single(self, node: Node) -> tuple[Expression, str]:
        """The value as a float32: an element of a float32 array as it is loaded."""
        if isinstance(node, Element) and self._arguments[node.argument].dtype == "float32":
            loaded, wish = self._element(node)
            assert isinstance(loaded, Load)
            return replace(loaded, type="single"), wish
        return Call(SINGLE, (self.as_type(node, "float"),), "single"), "narrow"

    def indices(self, node: Element, leading: int | None = None) -> tuple[Expression, ...]:
        """Where an element lies in its array, or the first ``leading`` inner indices of that."""
        parameter = self._arguments[node.argument]
        row = (self.position(ROW),) if has_row_axis(parameter) else ()
        pairs = list(zip(node.indices, parameter.axes, strict=True))[:leading]
        return (*row, *(self._index(index, axis) for index, axis in pairs))

    def _index(self, node: Node, axis: str) -> Expression:
        if isinstance(node, Position) and node.loop.axis == axis:
            return self.position(node.loop)
        # A select evaluates both sides, so an index may be out of range where its value is not wanted.
        return Call("clamp", (self._integer(node), Length(axis)), "int")

    def _integer(self, node: Node) -> Expression:
        if is_integral(node):
            return self.as_type(node, "int")
        value = self.value(node)
        return value if value.type == "int" else self._rounded(converted(value, "float"))

    def _of_its_type(self, node: Node, kept: Expression) -> Expression:
        """A kept value as what it was: scratch holds float64, which holds integers and truth values exactly."""
        if is_truth(node):
            return Call("ne", (kept, Number(0.0)), "bool")
        return Call("index", (kept,), "int") if is_integer(node, self.graph) else kept

    def _rounded(self, value: Expression) -> Expression:
        # What is not a number, or too large for an integer, must not reach the conversion.
        positive = Choose(Call("ge", (value, Number(0.0)), "bool"), value, Number(0.0))
        positive_name = self.bind(positive, "place")
        small = Call("lt", (positive_name, Number(LARGEST_INDEX)), "bool")
        return Call("index", (self.bind(Choose(small, positive_name, Number(LARGEST_INDEX)), "place"),), "int")

    def _application(self, node: Apply) -> tuple[Expression, str]:
        head, operands = node.head, node.arguments
        if head in LOGIC:
            return Call(head, tuple(self.as_type(o, "bool") for o in operands), "bool"), "holds"
        if head in COMPARISONS:
            kind = self._common_type(operands)
            return Call(head, tuple(self.as_type(o, kind) for o in operands), "bool"), "holds"
        if head in {"add", "sub", "mul", "neg"}:
            kind = self._common_type(operands)
            return Call(head, tuple(self.as_type(o, kind) for o in operands), kind), "part"
        if head == SINGLE:
            return self._single(operands[0])
        if is_single(node):
            return Call(head, tuple(self.as_type(o, "single") for o in operands), "single"), head
        if head == "div" and self._alternatives and self._home(operands[1]) is not self._home(node):
            # What a loop divides by again and again: a float32 does not show the rounding that this adds.
            reciprocal = Apply("div", (Constant(1.0), operands[1]))
            return Call("mul", (self.as_type(operands[0], "float"), self.value(reciprocal))), "part"
        head = self._alternatives.get(head, head)
        stem = "part" if head == "div" else head
        return Call(head, tuple(self.as_type(o, "float") for o in operands)), stem


def own_type(node: Node) -> Type:
    """What a float is: a float32 or a float64."""
    return "single" if is_single(node) else "float"


def converted(value: Expression, wanted: Type) -> Expression:
    """The value as another type: true is 1, an integer the float64 nearest to it."""
    if value.type == wanted:
        return value
    if value.type == "bool":
        one, zero = (1, 0) if wanted == "int" else (1.0, 0.0)
        return Choose(value, Number(one), Number(zero), wanted)
    if (value.type, wanted) == ("int", "float"):
        return Call("float", (value,))
    if (value.type, wanted) == ("single", "float"):
        return Call("float", (value,))
    raise TypeError(f"cannot use a value of type {value.type} as {wanted}: {value}")


def is_reduced_argument(node: Reduce, parameter: Parameter) -> bool:
    """Whether the body is the argument itself along its last axis, so that no copy is needed."""
    body = node.body
    return (
        isinstance(body, Element)
        and parameter.kind in {"input", "shared"}
        and bool(body.indices)
        and isinstance(last := body.indices[-1], Position)
        and last.loop == node.loop
        and last.loop.axis == parameter.axes[-1]
        and not any(node.loop in index.free for index in body.indices[:-1])
    )
