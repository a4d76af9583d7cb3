"""What rounding takes along a chain of products, quotients and sums, carried beside it and added once, at the end.

Every operation is wrong by up to half an ulp, and six in a row by more than half of one in the median. The error of a
product is one fma, that of a quotient two and that of a sum a few additions (`symloss.elementary.lost`); to first order
they add up as the operations say, also along a row. It is done where an estimate of what the operations take says that
it is worth it, and where most of it is known. What other rules of stabilising have added to a result, the error of a
sum or of a product, is 0 as an expression: its own error is all of itself, so that nothing is corrected twice.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection

from .carried_shapes import (
    ERRORS,
    factors,
    is_error,
    is_of_exponentials,
    is_told,
    is_upper_part,
    is_with_error,
    reached,
    usual,
)
from .graph import Apply, Builder, Constant, Element, Node, Reduce, Select, is_power_of_two
from .rows import RowFunctions

_ROUNDING = 1 / 12  # the variance of an error that is uniform within half an ulp
_FUNCTION = 1.5 * _ROUNDING  # that of a function that is not rounded correctly
_MOST = 0.8  # of a normal distribution of this variance the median is 0.6 ulp
_MOST_OF_ROW = 0.65  # that of 0.54 ulp; sums of a row cancel more often than the estimate says
_UNKNOWN = 0.32  # the part of all errors that need not be known

_EXACT = {"neg", "abs", "sign", "step", "floor", "ceiling"}
_CHOOSING = {"maximum", "minimum"}
_NEARLY_ROUNDED = {"power"}
_WITH_LOST = {
    "sqrt", "inverse_hypot", "algebraic_sigmoid", "exp", "exp_product", "log1p", "hypot", "inverse_hypot_exp",
    "times_square", "log", "exp_times", "exp_corrected", "exp_product_corrected",
}  # fmt: skip
"""Functions of which `symloss.elementary.lost` knows what is missing from them, given what is from their arguments."""
_COSTLY = {"sigmoid", "sigmoid_slope", "tanh", "sigmoid_corrected", "sigmoid_slope_corrected", "tanh_corrected"}
"""Further ones, of which it takes about the time of the function itself: for derivatives along a row alone, whose sums
are what takes the most; those of one prediction are a few operations, and boosting asks for them at every step."""
_CORRECTED = {
    "exp_corrected", "exp_product_corrected", "sigmoid_corrected", "sigmoid_slope_corrected", "tanh_corrected",
}  # fmt: skip
"""Those of them whose second argument is what rounding took from the first."""
_ARITHMETIC = {"neg", "abs", "add", "sub", "mul", "div", "plus_error"}
_OF_DIFFERENCE = 4  # times its variance: a difference that an exponential multiplies loses a digit more in the median


class Carried:
    """Adds to a result what rounding took from it, where that counts."""

    def __init__(self, builder: Builder, parameters: Collection[str] = (), along_a_row: bool = False) -> None:
        self.builder, self.make, self.parameters, self.along_a_row = builder, builder.make, parameters, along_a_row
        self.functions = _WITH_LOST | _COSTLY if along_a_row else _WITH_LOST
        self.row_functions = RowFunctions(builder)
        self.errors: dict[Node, Node | None] = {}
        self.variances: dict[tuple[Node, bool], float] = {}
        self.pairs: dict[Node, bool] = {}

    def into(self, node: Node, second: bool = False) -> Node:
        """The node, with what rounding took from it if that is much and mostly known; ``second``: a second derivative.

        What takes sums over all pairs of a row costs as many more operations, so that a gradient has to gain more.
        """
        total = self.variance(node, False)
        most = _MOST_OF_ROW if self.along_a_row and (second or not self.has_pairs(node)) else _MOST
        least = 0.0 if is_of_exponentials(node) else most
        if total < least or self.variance(node, True) > _UNKNOWN * total or self.takes_back(node):
            return self.with_parameters(node)
        return self.corrected(node)

    def takes_back(self, node: Node) -> bool:
        """Whether it would take back what another rule has added for the argument of a function, times its slope: where
        no error of the function is known, that of its argument is in none here, and the other would be nothing."""
        products = (factors(n) for n in reached(node) if isinstance(n, Apply) and n.head == "mul")
        return any(any(map(is_error, found)) and any(map(self._is_unaware, found)) for found in products)

    def _is_unaware(self, node: Node) -> bool:
        """Whether it is a function whose argument is rounded, and which does not hand that on."""
        if not isinstance(node, Apply) or node.head in self.functions | _RULES.keys() | _EXACT | ERRORS:
            return False
        return not is_told(node) and any(self.error(a) is not None for a in node.arguments)

    def has_pairs(self, node: Node) -> bool:
        """Whether a sum in it is taken anew for every entry of a row."""
        if node not in self.pairs:
            self.pairs[node] = (isinstance(node, Reduce) and bool(node.free)) or any(map(self.has_pairs, node.operands))
        return self.pairs[node]

    def corrected(self, node: Node) -> Node:
        error = self.error(node)
        return node if error is None else self.call("with_lost", node, error)

    def with_parameters(self, node: Node) -> Node:
        """The node, with what rounding took from branches of parameters alone: they are computed once a call."""
        if isinstance(node, Select):
            return self.make(Select, node.condition, *map(self.with_parameters, (node.then, node.otherwise)))
        once = isinstance(node, Apply) and self.of_parameters(node) and self.variance(node, False) > _ROUNDING
        return self.corrected(node) if once else node

    def of_parameters(self, node: Node) -> bool:
        """Whether nothing in it differs from sample to sample."""
        if isinstance(node, Element):
            return node.argument in self.parameters and not node.indices
        return isinstance(node, (Apply, Constant, Select)) and all(map(self.of_parameters, node.operands))

    def call(self, head: str, *arguments: Node) -> Node:
        return self.make(Apply, head, arguments)

    def number(self, value: float) -> Node:
        return self.make(Constant, value)

    # --- how much ------------------------------------------------------------------------------

    def variance(self, node: Node, unknown: bool) -> float:
        """About how much the operations below take, as a variance in ulps; or how much of it is `unknown`."""
        key = (node, unknown)
        if key not in self.variances:
            self.variances[key] = self._variance(node, unknown)
        return self.variances[key]

    def _variance(self, node: Node, unknown: bool) -> float:
        if isinstance(node, Select) and is_with_error(node):
            return self._left(node.otherwise, unknown) + (0.0 if unknown else _ROUNDING)
        if isinstance(node, Select):
            return max(self.variance(branch, unknown) for branch in usual(node))
        if isinstance(node, Reduce):
            own = _ROUNDING if node.kind == "rest" or not unknown else 0.0
            return own + self.variance(node.body, unknown) / 4 if node.kind in ("sum", "rest") else 0.0
        if isinstance(node, Constant):
            return 0.0 if unknown else (self.builder.missing.get(node, 0.0) / math.ulp(node.value)) ** 2
        if not isinstance(node, Apply) or not node.arguments:
            return 0.0
        own = 0.0 if unknown else _ROUNDING
        head = node.head
        below = [self.variance(a, unknown) for a in node.arguments[2 if head in _CORRECTED else 0 :]]
        if head in _EXACT:
            return below[0]
        if head in _CHOOSING:
            return max(below)
        if head in ("add", "sub"):
            return self._of_terms(node, below, own)
        if head == "mul":
            found = factors(node)
            products = max(sum(n for f, n in found.items() if not is_power_of_two(f)) - 1, 0)
            return sum(n * n * self.variance(f, unknown) for f, n in found.items()) + products * own
        if head in ("div", "product_or_zero", "quotient_or_zero"):
            return sum(below) + own
        if head == "times_square":
            return below[0] + 4 * below[1] + 2 * own
        if head == "exp_times":
            return below[0] + _OF_DIFFERENCE * below[1] + own
        if head == "plus_error":
            return self._left(node.arguments[0], unknown) + own
        if head in ("less_share", "times_parts"):
            return self._without_divisor(node.arguments[0], unknown) + own
        if head in self.functions:
            return sum(below) + own
        if head in _NEARLY_ROUNDED:
            return sum(below) + _ROUNDING
        if head.endswith("_corrected"):
            below = []
        return sum(below) + _FUNCTION

    def _without_divisor(self, node: Node, unknown: bool) -> float:
        """That of a quotient whose divisor's operations are made good."""
        if not isinstance(node, Apply) or node.head != "div":
            return self.variance(node, unknown)
        above, below = node.arguments
        return self.variance(above, unknown) + self._left(below, unknown) + (0.0 if unknown else _ROUNDING)

    def _left(self, node: Node, unknown: bool) -> float:
        """What is left where another rule makes good what arithmetic took: that of functions and of sums of rows."""
        if isinstance(node, Select):
            return max(self._left(branch, unknown) for branch in usual(node))
        if not isinstance(node, Apply) or node.head not in _ARITHMETIC:
            return self.variance(node, unknown)
        parts = [self._left(a, unknown) for a in node.arguments if not is_error(a)]
        return sum(parts) / 2 if node.head in ("add", "sub") and len(parts) == 2 else sum(parts)

    def _of_terms(self, node: Apply, below: list[float], own: float) -> float:
        """A difference of inputs is exact where they are close; one of a function at two places is less than both."""
        if any(map(is_error, node.arguments)):
            return own
        if node.head == "sub" and all(isinstance(a, Element) for a in node.arguments):
            return 0.0
        first, second = (a.head if isinstance(a, Apply) else "" for a in node.arguments)
        known = first in self.functions or first in ("div", "quotient_or_zero")
        alike = node.head == "sub" and first == second and known
        return (sum(below) if alike else sum(below) / 2) + own

    # --- which ---------------------------------------------------------------------------------

    def error(self, node: Node) -> Node | None:
        """What to add to the node; None where nothing is known."""
        if node not in self.errors:
            self.errors[node] = self._error(node)
        return self.errors[node]

    def _error(self, node: Node) -> Node | None:
        if isinstance(node, Select):
            then, otherwise = self.error(node.then), self.error(node.otherwise)
            if then is None and otherwise is None:
                return None
            return self.make(Select, node.condition, self._or_zero(then), self._or_zero(otherwise))
        if isinstance(node, Reduce):
            return self._of_row(node)
        if isinstance(node, Constant):
            missing = self.builder.missing.get(node, 0.0)
            return self.number(missing) if missing else None
        if not isinstance(node, Apply):
            return None
        if node.head in self.functions:
            return self._of_function(node)
        if node.head in ERRORS:
            return self.call("neg", node)  # without rounding it would be nothing
        rule = _RULES.get(node.head)
        return None if rule is None else rule(self, *node.arguments)

    def _of_function(self, node: Apply) -> Node:
        """By what `symloss.elementary.lost` has; c e^(x + correction) misses from c e^x what the correction brings."""
        errors = [self._or_zero(self.error(a)) for a in node.arguments]
        if node.head in ("exp_corrected", "exp_product_corrected"):
            x, correction, c = (*node.arguments, self.number(1.0))[:3]
            of_c = errors[2] if len(errors) == 3 else self.number(0.0)
            return self.call("exp_product_lost", x, c, correction, of_c, node)
        if node.head in _CORRECTED:
            return self.call(f"{node.head.removesuffix('_corrected')}_lost", *node.arguments, node)
        head = "exp_product" if node.head == "exp_times" else node.head
        return self.call(f"{head}_lost", *node.arguments, *errors, node)

    def _of_row(self, node: Reduce) -> Node | None:
        """Of a sum along a row, what it lacks of that in twice the digits with the errors of its entries."""
        entry = self.error(node.body) if node.kind in ("sum", "rest") else None
        if node.kind == "sum" and not (is_error(node.body) or is_upper_part(node.body)):
            value, lost = self.row_functions.sum_in_parts(node.body, entry, node.loop, bounded=True)
            return self.added(self.call("sub", value, node), lost)
        return None if entry is None else self.make(Reduce, "sum", node.loop, entry)

    def _or_zero(self, error: Node | None) -> Node:
        return self.number(0.0) if error is None else error

    def added(self, *errors: Node | None) -> Node | None:
        known = [e for e in errors if e is not None]
        total = known[0] if known else None
        for e in known[1:]:
            assert total is not None
            total = self.call("add", total, e)
        return total

    def times(self, factor: Node, error: Node | None) -> Node | None:
        return None if error is None else self.call("mul", factor, error)

    def negated(self, error: Node | None) -> Node | None:
        return None if error is None else self.call("neg", error)

    def _of_negative(self, a: Node) -> Node | None:
        return self.negated(self.error(a))

    def _of_modulus(self, a: Node) -> Node | None:
        error = self.error(a)
        if error is None:
            return None
        return self.make(Select, self.call("lt", a, self.number(0.0)), self.call("neg", error), error)

    def _of_sum(self, a: Node, b: Node) -> Node | None:
        return self.added(self.call("sum_lost", a, b), self.error(a), self.error(b))

    def _of_share(self, x: Node, share: Node) -> Node | None:
        """Of x (1 - share), where the share is that of a divisor's error."""
        return self.added(self.call("sub", x, self.call("less_share", x, share)), self.error(x))

    def _of_parts(self, x: Node, high: Node, low: Node) -> Node | None:
        """Of x (high + low)."""
        product = self.call("mul", x, high)
        rounded = self.call("sub", product, self.call("times_parts", x, high, low))
        own = self.added(rounded, self.call("product_lost", x, high), self.call("mul", x, low))
        of_parts = self.added(self.error(high), self.error(low))
        return self.added(own, self.times(high, self.error(x)), self.times(x, of_parts))

    def _of_difference(self, a: Node, b: Node) -> Node | None:
        return self.added(self.call("difference_lost", a, b), self.error(a), self.negated(self.error(b)))

    def _of_product(self, a: Node, b: Node) -> Node | None:
        if is_power_of_two(a) or is_power_of_two(b):
            return self.added(self.times(a, self.error(b)), self.times(b, self.error(a)))
        lost = self.call("product_lost", a, b)
        if a is b:
            once = self.times(a, self.error(a))
            return self.added(lost, None if once is None else self.call("add", once, once))
        return self.added(lost, self.times(a, self.error(b)), self.times(b, self.error(a)))

    def _of_quotient(self, a: Node, b: Node, head: str = "div") -> Node | None:
        below = self.error(b)
        quotient = self.call(head, a, b)
        error = self.added(self.error(a), self.negated(self.times(quotient, below)))
        if is_power_of_two(b):
            return None if error is None else self.call("div", error, b)
        lost = self.call("quotient_lost", a, b, self._or_zero(error), quotient)
        return self.call("mul", lost, self.call("div", self.number(1.0), b))

    def _of_quotient_or_zero(self, a: Node, b: Node) -> Node | None:
        return self._of_quotient(a, b, "quotient_or_zero")

    def _of_larger(self, a: Node, b: Node) -> Node | None:
        return self._of_extreme("gt", a, b)

    def _of_smaller(self, a: Node, b: Node) -> Node | None:
        return self._of_extreme("lt", a, b)

    def _of_extreme(self, relation: str, a: Node, b: Node) -> Node | None:
        first, second = self.error(a), self.error(b)
        if first is None and second is None:
            return None
        return self.make(Select, self.call(relation, a, b), self._or_zero(first), self._or_zero(second))


_RULES: dict[str, Callable[..., Node | None]] = {
    "neg": Carried._of_negative,
    "abs": Carried._of_modulus,
    "add": Carried._of_sum,
    "sub": Carried._of_difference,
    "mul": Carried._of_product,
    "div": Carried._of_quotient,
    "product_or_zero": Carried._of_product,
    "quotient_or_zero": Carried._of_quotient_or_zero,
    "plus_error": Carried._of_sum,
    "less_share": Carried._of_share,
    "times_parts": Carried._of_parts,
    "maximum": Carried._of_larger,
    "minimum": Carried._of_smaller,
}
