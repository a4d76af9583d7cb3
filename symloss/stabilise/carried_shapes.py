"""What `symloss.stabilise.carried` asks of nodes: factors, usual branches, and what other rules have added already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from .graph import Apply, Node, Reduce, Select, is_power_of_two

ERRORS = {"sum_error", "difference_error", "product_error", "exp_error", "exp_rest", "log_error", "share_error"}
"""What other rules of stabilising add to a result; all would be 0 if nothing were rounded."""

TOLD = {"log_sum", "sigmoid_times", "sigmoid_slope_times"}


def factors(node: Node) -> Counter[Node]:
    """The factors of a product of products, each with how often it stands there."""
    if isinstance(node, Apply) and node.head == "mul":
        return factors(node.arguments[0]) + factors(node.arguments[1])
    if isinstance(node, Apply) and node.head == "neg":
        return factors(node.arguments[0])
    return Counter([node])


def usual(node: Select) -> tuple[Node, ...]:
    """The branches that more than a single number chooses."""
    at_a_number = isinstance(node.condition, Apply) and node.condition.head == "eq"
    return (node.otherwise,) if at_a_number else (node.then, node.otherwise)


def is_with_error(node: Select) -> bool:
    """Whether it is a number and what rounding took from it, where that is finite."""
    return isinstance(node.then, Apply) and node.then.head == "add" and node.then.arguments[0] is node.otherwise


def is_upper_part(node: Node) -> bool:
    """Whether it is (x + far) - far, of which sums are exact (see `RowFunctions`)."""
    if not isinstance(node, Apply) or node.head != "sub":
        return False
    total, far = node.arguments
    return isinstance(total, Apply) and total.head == "add" and total.arguments[1] is far


def is_told(node: Node) -> bool:
    """Whether it is a function whose second argument is what rounding took from the first."""
    return isinstance(node, Apply) and (node.head.endswith("_corrected") or node.head in TOLD)


def reached(root: Node) -> Iterator[Node]:
    """The value and what it is computed from, each once, without conditions and what functions are told of errors."""
    seen, stack = {root}, [root]
    while stack:
        node = stack.pop()
        yield node
        operands = list(node.operands)
        if isinstance(node, Select) or is_told(node):
            del operands[0 if isinstance(node, Select) else 1]
        new = [o for o in dict.fromkeys(operands) if o not in seen]
        seen.update(new)
        stack += new


def is_error(node: Node) -> bool:
    """Whether the node is what rounding took from something, which another rule of stabilising carried."""
    if isinstance(node, Reduce):
        return is_error(node.body)
    if isinstance(node, Select):
        return is_error(node.then) or is_error(node.otherwise)
    if not isinstance(node, Apply):
        return False
    if node.head in ("mul", "product_or_zero"):
        return any(map(is_error, node.arguments))
    if node.head in ("add", "sub", "neg"):
        return all(map(is_error, node.arguments))
    return node.head in ERRORS


def is_of_exponentials(node: Node) -> bool:
    """Whether it is a sum or difference of two exponentials: all that it takes is known, and at hand with them."""
    return isinstance(node, Apply) and node.head in ("add", "sub") and all(map(_is_exponential, node.arguments))


def _is_exponential(node: Node) -> bool:
    """Whether it is an exponential times 1 or another power of two."""
    if not isinstance(node, Apply):
        return False
    if node.head == "mul":
        first, second = node.arguments
        return (_is_scale(first) and _is_exponential(second)) or (_is_scale(second) and _is_exponential(first))
    return node.head in ("exp", "exp_product")


def _is_scale(node: Node) -> bool:
    return is_power_of_two(node) or (
        isinstance(node, Select) and is_power_of_two(node.then) and is_power_of_two(node.otherwise)
    )
