"""Which values a float32 kernel computes in float32, and not in float64 with one rounding at the end.

A vector register holds sixteen float32 and eight float64, so that a loop in float32 takes half of the time or less; one
with both in it gains nothing. So a result, or the body of a reduction, is computed in float32 as a whole or not at all:

- in a loop over a long row that has exponentials, or goes over a row under softmax; sums of such terms are taken in
  float64. Sums of products alone stay in float64, since they may cancel. Short and ragged rows are left out
  (`symloss.lower.nest`);
- in the loop over the rows of a loss without axes, if it has arithmetic and no elementary function: there a rounded
  exponential would lose digits that scikit-learn has, which computes in float64.

Every value has a bound of its error, in 2^-24 of itself, or of the largest term where terms cancel: half an ulp to a
whole one. What could be wrong by more than `LIMIT` stays in float64. The choice looks at one result alone: the bits do
not depend on what else is asked for.

The graph says what is float32: "single" of a value, and what is made of such.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from symloss.elementary.table import NARROW
from symloss.lower.graphs import ARITHMETIC, COMPARISONS, LOGIC, ROW, SINGLE, Graph, descendants, is_integer, is_truth
from symloss.lower.ir import Parameter
from symloss.stabilise.graph import Apply, Constant, Element, Loop, Node, Position, Reduce, Select, is_power_of_two

LIMIT = 6.0
"""In 2^-24 of the largest term. So much only if all roundings conspire: measured are 3.5 ulps where the bound is 6."""

EXPONENTIALS = {"exp_difference": 1.1, "sigmoid": 3.0, "sigmoid_slope": 2.0}
"""Functions of exact arguments and the bounds of their errors; measured by tests/campaigns/exhaustive_narrow.py."""

CORRECTED = frozenset(f"{name}{short}" for name in ("plus_error", "less_share") for short in ("", "_single"))
"""A first argument and what rounding in float64 took from it, which is nothing to a float32."""

STEADY = CORRECTED | NARROW.keys() | ARITHMETIC | COMPARISONS | LOGIC | {"div", "share_error", "times_parts", "log1p"}
"""What may stand around a sum of float32 terms: nothing that multiplies its error."""

PRODUCTS = frozenset({"mul", "div", "product_or_zero"})
EXTREMES = frozenset({"maximum", "minimum"})
SIGNS = frozenset({"sign", "step"})
SURE = 1.0
"""The error up to which a value has the sign that it should have: that of one rounding."""


class Narrow:
    """Rewrites the values of one kernel that are computed in float32."""

    def __init__(self, graph: Graph, arguments: Mapping[str, Parameter]) -> None:
        self._graph, self._arguments = graph, arguments
        self._no_axes = not any(parameter.axes for parameter in arguments.values())
        self._done: dict[tuple[Node, Loop | None], Node] = {}

    def result(self, node: Node, loop: Loop | None) -> Node:
        """A value that is stored in a loop over an axis, or once a row."""
        return self._rewritten(node, loop) if _is_steady(node) else node

    def _rewritten(self, node: Node, loop: Loop | None) -> Node:
        """In float32 if it may be, and all the reductions in it that may be."""
        key = node, loop
        if key not in self._done:
            root = _Root(self._graph, self._arguments, loop or ROW)
            possible = root.narrow(node) if loop or self._no_axes else None
            self._done[key] = self._inner(node) if possible is None else self._inner(possible)
        return self._done[key]

    def _inner(self, node: Node) -> Node:
        """The node with the bodies of its reductions rewritten."""
        if isinstance(node, Reduce) and node.kind in ("sum", "rest"):
            return self._graph.with_operands(node, (self._rewritten(node.body, node.loop),))
        if not node.operands:
            return node
        return self._graph.with_operands(node, tuple(map(self._inner_once, node.operands)))

    def _inner_once(self, node: Node) -> Node:
        key = node, Loop("", -1)
        if key not in self._done:
            self._done[key] = self._inner(node)
        return self._done[key]


class _Root:
    """One value, and what it is made of inside its innermost loop."""

    def __init__(self, graph: Graph, arguments: Mapping[str, Parameter], loop: Loop) -> None:
        self._graph, self._arguments, self._loop = graph, arguments, loop
        self._bounds: dict[Node, float] = {}
        self._made: dict[Node, Node] = {}

    def narrow(self, root: Node) -> Node | None:
        """The value in float32, or None where it has to be a float64."""
        parts = [n for n in self._inside(root) if not self._is_no_float(n)]
        if not self._is_inside(root) or self._is_no_float(root) or any(self.bound(n) > LIMIT for n in parts):
            return None
        if any(isinstance(n, Select) and self._may_jump(n) for n in parts):
            return None
        heads = {n.head for n in parts if isinstance(n, Apply)}
        exponentials = bool(heads & EXPONENTIALS.keys()) or any(map(self._is_of_softmax, parts))
        return self._in_single(root) if (exponentials if self._loop != ROW else heads) else None

    def _may_jump(self, choice: Select) -> bool:
        """Whether an error of what is compared chooses a number or something else, as at the end of a hinge."""
        sides = choice.then, choice.otherwise
        return any(isinstance(side, Constant) for side in sides) and not self._is_sure(choice.condition)

    def _is_sure(self, condition: Node) -> bool:
        """Whether errors of what is compared do not matter: there are none, or it is compared with 0 and one rounding
        has not changed its sign."""
        match condition:
            case Apply(head=head, arguments=operands) if head in LOGIC:
                return all(map(self._is_sure, operands))
            case Apply(head="eq" | "ne"):
                return True  # asked of what is silent at 0
            case Apply(head=head, arguments=operands) if head in COMPARISONS and self._is_inside(condition):
                zero = any(isinstance(o, Constant) and o.value == 0.0 for o in operands)
                return self._is_no_float(operands[0]) or sum(map(self.bound, operands)) <= (SURE if zero else 0.0)
        return True

    def _is_of_softmax(self, node: Node) -> bool:
        """Whether it has an operand that is made of a softmax row's sum."""
        outer = (n for o in node.operands if not self._is_inside(o) for n in descendants(o))
        return any(isinstance(n, Reduce) and n.kind == "rest" for n in outer)

    def _is_inside(self, node: Node) -> bool:
        return self._loop in self._graph.needs(node)

    def _inside(self, root: Node) -> Iterator[Node]:
        """What is computed anew at every turn of the loop; a reduction is a loop of its own."""
        seen, stack = {root}, [root]
        while stack:
            node = stack.pop()
            yield node
            new = [o for o in dict.fromkeys(node.operands) if o not in seen and self._is_inside(o)]
            seen.update(new)
            stack += [] if isinstance(node, Reduce | Element) else new

    def _is_no_float(self, node: Node) -> bool:
        return isinstance(node, Position) or is_truth(node) or is_integer(node, self._graph)

    # In float32 -----------------------------------------------------------------------

    def _in_single(self, node: Node) -> Node:
        if node not in self._made:
            self._made[node] = self._rebuilt(node)
        return self._made[node]

    def _rebuilt(self, node: Node) -> Node:
        make = self._graph.make
        if not self._is_inside(node) or isinstance(node, Element):
            return make(Apply, SINGLE, (node,))
        match node:
            case Apply(head=head, arguments=(x, _)) if head in CORRECTED:
                return self._in_single(x)
            case Select(condition=condition, then=then, otherwise=otherwise):
                return make(Select, self._chosen_by(condition), self._in_single(then), self._in_single(otherwise))
            case Apply(head="div", arguments=(x, divisor)) if not self._is_inside(divisor):
                return self._times(x, make(Apply, "div", (make(Constant, 1.0), divisor)))
            case Apply(head="times_parts", arguments=(x, high, _)) if not self._is_inside(high):
                return self._times(x, high)
            case Apply(head="mul", arguments=(x, y)) if self._is_rounded(x) or self._is_rounded(y):
                return self._times(*((y, x) if self._is_rounded(x) else (x, y)))
            case Apply(head="add" | "sub", arguments=(x, y)) if self._is_sum(x) or self._is_sum(y):
                return self._doubled(self._halved(node))
            case Apply(head="add" | "sub", arguments=(x, y)) if self._is_rounded(x) or self._is_rounded(y):
                return self._sum_with_rounded(node, x, y)
            case Apply(head=head, arguments=operands):
                if (parts := scaled_square(node)) is not None:
                    factor, root = map(self._in_single, parts)
                    return make(Apply, "mul", (make(Apply, "mul", (factor, root)), root))
                if head == "mul" and self._loop == ROW and any(map(self._is_sum, operands)):
                    return self._product_with_sums(operands)
                name = NARROW[head].name if head in NARROW else head
                return make(Apply, name, tuple(map(self._in_single, operands)))
        raise TypeError(f"cannot be computed in float32: {node!r}")

    # Sums beyond the largest float32, of which a result is that is not ------------------

    def _is_sum(self, node: Node) -> bool:
        """Whether the value is that of a sum, so that it may overflow where the arguments do not."""
        if self._loop != ROW or not self._is_inside(node):
            return False
        match node:
            case Select(then=then, otherwise=otherwise):
                return self._is_sum(then) or self._is_sum(otherwise)
            case Apply(head=head, arguments=operands) if head in EXTREMES | {"neg", "abs"}:
                return any(map(self._is_sum, operands))
        return isinstance(node, Apply) and node.head in {"add", "sub"}

    def _product_with_sums(self, factors: Sequence[Node]) -> Node:
        """Halves of the sums are multiplied, and the product is doubled for each."""
        halves = [self._halved(f) if self._is_sum(f) else self._in_single(f) for f in factors]
        product = self._graph.make(Apply, "mul", tuple(halves))
        for _ in filter(self._is_sum, factors):
            product = self._doubled(product)
        return product

    def _doubled(self, node: Node) -> Node:
        return self._graph.make(Apply, "mul", (self._number(2.0), node))

    def _number(self, value: float) -> Node:
        return self._graph.make(Apply, SINGLE, (self._graph.make(Constant, value),))

    def _halved(self, node: Node) -> Node:
        """Half of the value in float32, by halves of all terms: no sum overflows. Exact but for subnormal numbers."""
        make = self._graph.make
        if self._is_sum(node):
            match node:
                case Select(condition=condition, then=then, otherwise=otherwise):
                    return make(Select, self._chosen_by(condition), self._halved(then), self._halved(otherwise))
                case Apply(head="add" | "sub", arguments=(x, y)) if self._is_rounded(x) or self._is_rounded(y):
                    return self._sum_with_rounded(node, x, y, halved=True)
                case Apply(head=head, arguments=operands) if head in EXTREMES | {"add", "sub", "neg", "abs"}:
                    name = NARROW[head].name if head in NARROW else head
                    return make(Apply, name, tuple(map(self._halved, operands)))
        return make(Apply, "mul", (self._number(0.5), self._in_single(node)))

    # What comes from outside of the loop ------------------------------------------------

    def _is_rounded(self, node: Node) -> bool:
        """Whether the value comes from outside of the loop and is no float32."""
        return not self._is_inside(node) and not self._is_exact(node)

    def _sum_with_rounded(self, node: Apply, x: Node, y: Node, halved: bool = False) -> Node:
        """What rounding takes from the term outside is added last, lest it show where terms cancel."""
        make, outer = self._graph.make, x if self._is_rounded(x) else y
        half = make(Apply, "mul", (make(Constant, 0.5), outer)) if halved else outer
        terms = [make(Apply, SINGLE, (half,)) if t is outer else self._term(t, halved) for t in (x, y)]
        total = make(Apply, node.head, tuple(terms))
        return make(Apply, "sub" if outer is y and node.head == "sub" else "add", (total, self._left_of(half)))

    def _term(self, node: Node, halved: bool) -> Node:
        return self._halved(node) if halved else self._in_single(node)

    def _times(self, x: Node, outer: Node) -> Node:
        """A product with a factor from outside, and with what rounding takes from that. Not in the loop over the rows,
        where an infinite x times what is left, which may be 0, would be no number."""
        make = self._graph.make
        nearest = make(Apply, SINGLE, (outer,))
        if self._is_sum(x):
            return self._doubled(make(Apply, "mul", (self._halved(x), nearest)))
        factor = self._in_single(x)
        if self._loop == ROW or self._is_exact(outer):
            return make(Apply, "mul", (factor, nearest))
        return make(Apply, NARROW["fma"].name, (factor, nearest, make(Apply, "mul", (factor, self._left_of(outer)))))

    def _left_of(self, outer: Node) -> Node:
        """What rounding to float32 takes from a float64; nothing where that is infinite."""
        make = self._graph.make
        nearest = make(Apply, SINGLE, (outer,))
        finite = make(Apply, "lt", (make(Apply, "abs", (nearest,)), make(Constant, math.inf)))
        left = make(Select, finite, make(Apply, "sub", (outer, nearest)), make(Constant, 0.0))
        return make(Apply, SINGLE, (left,))

    def _chosen_by(self, condition: Node) -> Node:
        """A condition, whose comparisons are of what is there: an error changes no more than which side is taken."""
        match condition:
            case Apply(head=head, arguments=operands) if head in LOGIC:
                return self._graph.make(Apply, head, tuple(map(self._chosen_by, operands)))
            case Apply(head=head, arguments=operands) if head in COMPARISONS and self._is_inside(condition):
                if all(self.bound(operand) <= LIMIT for operand in operands):
                    return self._graph.make(Apply, head, tuple(map(self._in_single, operands)))
        return condition

    # Bounds ---------------------------------------------------------------------------

    def bound(self, node: Node) -> float:
        """The error of the value as a float32, in 2^-24 of it; infinite where it cannot be had."""
        if node not in self._bounds:
            self._bounds[node] = self._bound(node)
        return self._bounds[node]

    def _bound(self, node: Node) -> float:
        if isinstance(node, Constant):
            return rounding_of(node.value)
        if self._is_no_float(node):
            return math.inf
        if not self._is_inside(node):
            return 0.0 if self._is_exact(node) else 1.0
        match node:
            case Element():
                return 0.0 if self._is_exact(node) else math.inf
            case Select(then=then, otherwise=otherwise):
                return max(self.bound(then), self.bound(otherwise))
            case Apply():
                return self._application(node)
        return math.inf

    def _is_exact(self, node: Node) -> bool:
        """Whether the value is a float32 already."""
        match node:
            case Constant(value=value):
                return rounding_of(value) == 0.0
            case Element(argument=argument):
                parameter = self._arguments[argument]
                return parameter.kind == "input" and parameter.dtype == "float32"
            case Reduce(kind="max", body=body):
                return self._is_exact(body)
            case Select(then=then, otherwise=otherwise):
                return self._is_exact(then) and self._is_exact(otherwise)
            case Apply(head=head, arguments=operands) if head in EXTREMES | {"neg", "abs"}:
                return all(map(self._is_exact, operands))
        return False

    def _application(self, node: Apply) -> float:
        head, errors = node.head, [self.bound(operand) for operand in node.arguments]
        if head in {"neg", "abs"}:
            return errors[0]
        if head in {"add", "sub"}:
            rounded = sum(map(self._is_rounded, node.arguments))  # made up for
            return sum(errors) + 1.0 - (rounded == 1) + (rounded > 0)
        if head in CORRECTED:
            return errors[0]
        if head == "div" and self._is_sum(node.arguments[1]):
            return math.inf  # a quotient by what overflows would be 0
        if head in PRODUCTS:
            return self._product(node, errors)
        if head in EXTREMES:
            return max(errors)
        if head in SIGNS:
            return 0.0 if errors[0] <= SURE else math.inf
        if self._loop == ROW:
            return math.inf
        if head == "times_parts":
            return errors[0] + 1.0
        return EXPONENTIALS.get(head, math.inf) if max(errors) == 0.0 else math.inf

    def _product(self, node: Apply, errors: list[float]) -> float:
        """Products of products may overflow or underflow on their way; not those with powers of two and of one square,
        which begins with its factor (`scaled_square`)."""
        if self._loop == ROW and scaled_square(node) is None and any(map(self._has_product, node.arguments)):
            return math.inf
        made_up_for = self._loop != ROW and any(map(self._is_rounded, node.arguments))
        return sum(errors) - made_up_for + (0.0 if any(map(is_power_of_two, node.arguments)) else 1.0)

    def _has_product(self, factor: Node) -> bool:
        """Whether a factor that is computed here is a product, or made of one."""
        return self._is_inside(factor) and any(
            isinstance(n, Apply) and n.head in PRODUCTS for n in self._inside(factor)
        )


def _is_steady(root: Node) -> bool:
    """Whether nothing multiplies the error of a float32 sum; what corrects float64 sums is dropped."""
    seen, stack = {root}, [root]
    while stack:
        node = stack.pop()
        if isinstance(node, Apply) and node.head not in STEADY:
            return False
        operands = node.operands[:1] if isinstance(node, Apply) and node.head in CORRECTED else node.operands
        new = [o for o in operands if o not in seen]
        seen.update(new)
        stack += new
    return True


def rounding_of(value: float) -> float:
    """What a number loses as a float32: nothing, a rounding, or too much."""
    limits = np.finfo(np.float32)
    if not math.isfinite(value):
        return 0.0
    if not float(limits.tiny) <= abs(value) <= float(limits.max):
        return 0.0 if value == 0.0 else math.inf
    return 0.0 if float(np.float32(value)) == value else 1.0


def scaled_square(node: Node) -> tuple[Node, Node] | None:
    """Factor and root of c * (a * a) for a power of two c up to 1: (c * a) * a overflows no sooner than the result."""
    match node:
        case Apply(head="mul", arguments=(Constant(value=value) as factor, Apply(head="mul", arguments=(root, again)))):
            if root is again and is_power_of_two(factor) and abs(value) <= 1.0:
                return factor, root
    return None
