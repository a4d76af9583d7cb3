"""Log-sum-exp, softmax and what is left of it in a confident row, from three statistics of the row.

With m the largest entry and S the sum of exp(u - m) over all entries but one of those that
are m, every function below is a sum of terms of one sign: the 1 that the largest entry adds
is never added to S and taken away again. ``u - m`` is taken with its rounding error, so that
the exponential of a huge difference keeps its digits (uncompensated: 17 to 19 ulp). A common
positive factor of the row, such as 1/temperature, is taken out: it meets the differences, not
the entries, and its own rounding error and that of the product are made good in the same way.

Exponentials that are 1 are counted, and the others summed (`symloss.lower.reductions.rest_of`). So no
place of the maximum has to be found, and an entry is the largest where it equals m.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from .graph import Apply, Builder, Constant, Extent, Loop, Node, Position, Reduce, Select

_FAR = 2.0**600  # takes what squares to infinity or to 0 to where neither it nor a sum of 2**60 such squares does
_LARGEST_SQUARES = 2.0**1000
_SMALLEST_SQUARES = 2.0**-900  # entries whose squares lose bits to underflow, below 2**-1022, do not count beside it

Parts = tuple[Node, "Node | None"]
"""A number and what rounding took from it."""


@dataclass(frozen=True)
class Scale:
    """A common factor above/below of all entries of a row; None stands for 1."""

    above: Node | None = None
    below: Node | None = None


UNSCALED = Scale()


@dataclass(frozen=True)
class RowStatistics:
    """The largest entry, its place, and the sum of the other exponentials; entries are without their scale."""

    largest: Node
    """The maximum, or 0 where every entry is -inf (so that differences stay -inf, not NaN)."""
    raw_largest: Node
    place: Node
    """The first place of the maximum; only contrasts of entries with the largest one need it."""
    others: Node
    scale: Scale = UNSCALED
    of_others: Node | None = None
    """What rounding took from ``others``, where that is known."""


class RowFunctions:
    """Stable row functions as graph nodes."""

    def __init__(self, builder: Builder) -> None:
        self.make = builder.make
        self.errors: dict[Node, Node] = {}
        """What rounding took from an entry that is computed, by its node; nothing for an entry as it is given."""

    def call(self, head: str, *arguments: Node) -> Node:
        return self.make(Apply, head, arguments)

    def number(self, value: float) -> Node:
        return self.make(Constant, value)

    def statistics(self, entry: Node, loop: Loop, scale: Scale = UNSCALED, in_parts: bool = False) -> RowStatistics:
        """Of a row; ``in_parts``: with what rounding takes from the sum of its exponentials."""
        raw, largest, place = self.largest(entry, loop)
        masked = self.call("eq", raw, self.number(-float("inf")))
        weight, lost = self._exponential(entry, largest, scale), None
        if in_parts:
            upper, lower = self._split_sums(weight, None, loop, self.number(1.0))
            upper = self.call("sub", upper, self.number(1.0))
            rest, lost = self.call("add", upper, lower), self.call("sum_error", upper, lower)
        else:
            rest = self.make(Reduce, "rest", loop, weight)
        others = self.make(Select, masked, self.number(0.0), rest)
        return RowStatistics(largest, raw, place, others, scale, lost)

    def largest(self, entry: Node, loop: Loop) -> tuple[Node, Node, Node]:
        """The largest entry, the same but 0 for -inf, and its place."""
        raw = self.make(Reduce, "max", loop, entry)
        masked = self.call("eq", raw, self.number(-float("inf")))
        return raw, self.make(Select, masked, self.number(0.0), raw), self.make(Reduce, "argmax", loop, entry)

    def _errors(self, entry: Node, largest: Node) -> Node | None:
        """What rounding took from entry - largest before it was taken."""
        if entry not in self.errors and largest not in self.errors:
            return None
        zero = self.number(0.0)
        return self.call("sub", self.errors.get(entry, zero), self.errors.get(largest, zero))

    def scaled(self, entry: Node, row: RowStatistics) -> Node:
        """exp(entry - largest); 1 for the largest itself, also at +inf."""
        return self._exponential(entry, row.largest, row.scale)

    def _exponential(self, entry: Node, largest: Node, scale: Scale) -> Node:
        """exp(entry - largest) with the rounding errors of the difference and of its product with the scale."""
        computed = self._errors(entry, largest)
        if scale == UNSCALED and computed is None:
            return self.call("exp_difference", entry, largest)
        difference, error = self.exponent(entry, largest)
        if scale != UNSCALED:
            difference, error = self.times_scale(difference, error, scale, True)
        return self.call("exp_decay_corrected", difference, error)

    def exponent(self, entry: Node, largest: Node) -> tuple[Node, Node]:
        """entry - largest of a row without a scale, and what rounding took from that and before from both."""
        same = self.call("eq", entry, largest)
        computed, error = self._errors(entry, largest), self.call("difference_error", entry, largest)
        difference = self.make(Select, same, self.number(0.0), self.call("sub", entry, largest))
        return difference, error if computed is None else self.call("add", error, computed)

    def times_scale(
        self, difference: Node, error: Node | None, scale: Scale, masked: bool = False
    ) -> tuple[Node, Node]:
        """The product and what rounding took from it, ``error`` being what rounding took from the difference.

        ``masked``: the difference may be -inf, and the error is a number then.
        """
        factor, relative = self._factor(scale)
        product = self.call("mul", difference, factor)
        error = self.number(0.0) if error is None else self.call("mul", error, factor)
        if not _is_power_of_two(factor):
            error = self.call("add", self.call("product_error", difference, factor), error)
        if relative is not None:
            missing = self.call("mul", product, relative)
            if masked:
                far = self.call("eq", product, self.number(-float("inf")))
                missing = self.make(Select, far, self.number(0.0), missing)
            error = self.call("add", error, missing)
        return product, error

    def _factor(self, scale: Scale) -> tuple[Node, Node | None]:
        """The scale as one number, and what its rounding took, relatively: the remainder of the division."""
        above = self.number(1.0) if scale.above is None else scale.above
        if scale.below is None:
            return above, None
        factor = self.call("div", above, scale.below)
        # (above - factor*below)/above: factor*below is above but for its last bits, so that the difference is exact.
        rest = self.call("sub", above, self.call("mul", factor, scale.below))
        remainder = self.call("sub", rest, self.call("product_error", factor, scale.below))
        return factor, self.call("div", remainder, above)

    def log_sum_exp(self, row: RowStatistics) -> Node:
        return self.call("add", self._with_scale(row.raw_largest, row.scale), self.call("log1p", row.others))

    def log_sum_exp_error(self, row: RowStatistics) -> Node:
        """What rounding took from the largest entry times its scale, and from its sum with the logarithm."""
        scaled, logarithm = self._with_scale(row.raw_largest, row.scale), self.call("log1p", row.others)
        error = self.call("difference_error", scaled, self.call("neg", logarithm))
        if row.scale != UNSCALED:
            error = self.call("add", self._scaling_error(row.raw_largest, row.scale), error)
        if row.largest in self.errors:
            error = self.call("add", self._with_scale(self.errors[row.largest], row.scale), error)
        infinite = self.call("eq", self.call("abs", scaled), self.number(float("inf")))
        return self.make(Select, infinite, self.number(0.0), error)

    def _scaling_error(self, x: Node, scale: Scale) -> Node:
        """above x/below less that as computed: the product's error, and the remainder of the division."""
        product = x if scale.above is None else self.call("mul", scale.above, x)
        error = None if scale.above is None else self.call("product_error", scale.above, x)
        if scale.below is None:
            assert error is not None
            return error
        quotient = self.call("div", product, scale.below)
        rest = self.call("sub", product, self.call("mul", quotient, scale.below))
        rest = self.call("sub", rest, self.call("product_error", quotient, scale.below))
        return self.call("div", rest if error is None else self.call("add", rest, error), scale.below)

    def _with_scale(self, x: Node, scale: Scale) -> Node:
        if scale.above is not None:
            x = self.call("mul", scale.above, x)
        return x if scale.below is None else self.call("div", x, scale.below)

    def softmax(self, row: RowStatistics, entry: Node, place: Node) -> Node:
        return self.part_of_whole(row, self._weight(row, entry, place))

    def softmax_power(self, row: RowStatistics, entry: Node, exponent: Node) -> Node:
        """softmax**exponent as exp(exponent (entry - largest))/whole**exponent: softmax may underflow, its root not."""
        above = exponent if row.scale.above is None else self.call("mul", exponent, row.scale.above)
        weight = self._exponential(entry, row.largest, Scale(above, row.scale.below))
        power = self.call("div", weight, self.call("power", self._whole(row), exponent))
        return self.make(Select, self.call("eq", exponent, self.number(0.0)), self.number(1.0), power)

    def _weight(self, row: RowStatistics, entry: Node, place: Node) -> Node:
        return self.number(1.0) if place is row.place else self.scaled(entry, row)

    def complement(self, row: RowStatistics, entry: Node, place: Node) -> Node:
        """1 - softmax: others/(1 + others) at the largest; elsewhere as it stands, for a softmax of at most 1/2."""
        at_largest = self.part_of_whole(row, row.others)
        if place is row.place:
            return at_largest
        elsewhere = self.call("sub", self.number(1.0), self.part_of_whole(row, self.scaled(entry, row)))
        return self.where_largest(row, entry, at_largest, elsewhere)

    def gap(self, row: RowStatistics, entry: Node, place: Node) -> Node:
        """logsumexp - entry: log1p(others) at the largest, (largest - entry) + log1p(others) elsewhere."""
        log = self.call("log1p", row.others)
        behind = self.call("sub", row.largest, entry)
        computed = self._errors(entry, row.largest)
        behind = self._with_scale(behind if computed is None else self.call("sub", behind, computed), row.scale)
        return self.where_largest(row, entry, log, self.call("add", behind, log))

    def gap_error(self, row: RowStatistics, entry: Node) -> Node:
        """What rounding took from `gap` where the row has no scale: from the logarithm, the difference and the sum."""
        log, whole = self.call("log1p", row.others), self._whole(row)
        missing = self.call("sub", self.call("log", whole), log)
        lost = self.call("sum_error", self.number(1.0), row.others)
        lost = lost if row.of_others is None else self.call("add", lost, row.of_others)
        of_log = self.call("add", self.call("log_error", whole), self.call("div", lost, whole))
        of_log = self.call("add", missing, of_log)
        behind = self.call("sub", row.largest, entry)
        elsewhere = self.call(
            "add", self.call("difference_error", row.largest, entry), self.call("sum_error", behind, log)
        )
        return self.where_largest(row, entry, of_log, self.call("add", of_log, elsewhere))

    def norm(self, value: Node, loop: Loop) -> Node:
        """The root of the sum of squares, of the values as they are or times a power of 2 that brings them near 1.

        Three sums in one pass, and none of the squares that the chosen one is about over- or underflows.
        """
        plain, shrunk, grown = (self._sum_of_squares(value, loop, s) for s in (1.0, 1.0 / _FAR, _FAR))
        huge = self.call("gt", plain, self.number(_LARGEST_SQUARES))
        tiny = self.call("lt", plain, self.number(_SMALLEST_SQUARES))
        large = self.call("mul", self.number(_FAR), self.call("sqrt", shrunk))
        small = self.call("mul", self.number(1.0 / _FAR), self.call("sqrt", grown))
        return self.make(Select, huge, large, self.make(Select, tiny, small, self.call("sqrt", plain)))

    def direction(self, entry: Node, value: Node, loop: Loop) -> Node:
        """An entry over the norm of the values, both times the power of 2 that brings the values near 1."""
        factor, squares = self._near_one(value, loop)
        return self.call("div", self.call("mul", factor, entry), self.call("sqrt", squares))

    def direction_in_parts(self, entry: Node, value: Node, loop: Loop) -> tuple[Node, Node]:
        """`direction`, and what rounding took from the sum of squares, its root and the quotient."""
        factor, _ = self._near_one(value, loop)
        above, scaled = self.call("mul", factor, entry), self.call("mul", factor, value)
        of_square = self.call("product_error", scaled, scaled)
        squares, of_squares = self.sum_in_parts(self.call("mul", scaled, scaled), of_square, loop)
        norm = self.call("sqrt", squares)
        inverse, half = self.call("div", self.number(1.0), norm), self.number(0.5)
        of_root = self.call("add", self._less_product(squares, norm, norm), of_squares)
        of_norm = self.call("mul", self.call("mul", half, of_root), inverse)
        quotient = self.call("div", above, norm)
        rest = self.call("sub", self._less_product(above, quotient, norm), self.call("mul", quotient, of_norm))
        return quotient, self.call("mul", rest, inverse)

    def _less_product(self, x: Node, a: Node, b: Node) -> Node:
        """x - a b for a b next to x."""
        return self.call("sub", self.call("sub", x, self.call("mul", a, b)), self.call("product_error", a, b))

    def _near_one(self, value: Node, loop: Loop) -> tuple[Node, Node]:
        """The power of 2 that brings the values near 1, and the sum of the squares of what it makes of them."""
        plain, shrunk, grown = (self._sum_of_squares(value, loop, s) for s in (1.0, 1.0 / _FAR, _FAR))
        huge = self.call("gt", plain, self.number(_LARGEST_SQUARES))
        tiny = self.call("lt", plain, self.number(_SMALLEST_SQUARES))
        squares = self.make(Select, huge, shrunk, self.make(Select, tiny, grown, plain))
        small, one, large = map(self.number, (1.0 / _FAR, 1.0, _FAR))
        return self.make(Select, huge, small, self.make(Select, tiny, large, one)), squares

    def _sum_of_squares(self, value: Node, loop: Loop, factor: float) -> Node:
        scaled = value if factor == 1.0 else self.call("mul", self.number(factor), value)
        return self.make(Reduce, "sum", loop, self.call("mul", scaled, scaled))

    def softmax_error(self, row: RowStatistics, entry: Node, place: Node) -> Node:
        """What rounding took from the softmax of an entry."""
        return self._error_of_part(row, self._weight(row, entry, place))

    def complement_error(self, row: RowStatistics) -> Node:
        """What rounding took from 1 less the softmax of the largest entry."""
        return self._error_of_part(row, row.others)

    def _error_of_part(self, row: RowStatistics, part: Node) -> Node:
        share, low = self._share(row)
        product = self.call("mul", part, share)
        lost = self.call("sub", product, self.part_of_whole(row, part))
        lost = self.call(
            "add", lost, self.call("add", self.call("product_error", part, share), self.call("mul", part, low))
        )
        if row.of_others is not None and part is row.others:
            lost = self.call("add", lost, self.call("mul", row.of_others, share))
        return lost

    def others(self, row: RowStatistics, entry: Node, loop: Loop, value: Node, silent: bool) -> Node:
        """The sum of softmax times value over all entries but the largest; ``silent``: 0 where the softmax is 0."""
        return self.part_of_whole(row, self.make(Reduce, "sum", loop, self._of_others(row, entry, loop, value, silent)))

    def _of_others(self, row: RowStatistics, entry: Node, loop: Loop, value: Node, silent: bool) -> Node:
        """The exponential times the value at all entries but the largest."""
        weight, zero = self.scaled(entry, row), self.number(0.0)
        product = self.call("mul", weight, value)
        if silent:
            product = self.make(Select, self.call("eq", weight, zero), zero, product)
        own = self.call("eq", self.make(Position, loop), row.place)
        return self.make(Select, own, zero, product)

    def others_in_parts(
        self, row: RowStatistics, entry: Node, loop: Loop, value: Parts, silent: bool
    ) -> tuple[Node, Node]:
        """`others` of a value and what rounding took from it, and what it took from the result."""
        product = self._of_others(row, entry, loop, value[0], silent)
        zero = self.number(0.0)
        weight = self.make(Select, self.call("eq", product, zero), zero, self.scaled(entry, row))
        lost = self.call("product_error", weight, value[0])
        if value[1] is not None:
            lost = self.call("add", lost, self.call("mul", weight, value[1]))
        return self.part_in_parts(row, self.sum_in_parts(product, lost, loop))

    def part_in_parts(self, row: RowStatistics, part: Parts) -> tuple[Node, Node]:
        """part/(1 + others), and what rounding took from it and before from the part."""
        share, low = self._share(row)
        lost = self.call("add", self.call("product_error", part[0], share), self.call("mul", part[0], low))
        if part[1] is not None:
            lost = self.call("add", lost, self.call("mul", part[1], share))
        return self.call("mul", part[0], share), lost

    def sum_in_parts(self, entry: Node, error: Node | None, loop: Loop, bounded: bool = False) -> tuple[Node, Node]:
        """A sum along an axis, and what rounding took from it and, as ``error``, from its entries.

        ``bounded``: no entry is infinite.
        """
        largest = self.make(Reduce, "max", loop, self.call("abs", entry))
        upper, lower = self._split_sums(entry, error, loop, largest)
        value = self.call("add", upper, lower)
        if bounded:
            return value, self.call("sum_error", upper, lower)
        finite = self.call("lt", self.call("abs", value), self.number(float("inf")))
        plain = self.make(Reduce, "sum", loop, entry)
        return self.make(Select, finite, value, plain), self.call("sum_error", upper, lower)

    def _split_sums(self, entry: Node, error: Node | None, loop: Loop, largest: Node) -> tuple[Node, Node]:
        """Two sums that are the sum in twice the digits.

        Entries are split at one bit for all: x + far rounds the rest away. The upper parts are multiples of one number
        and add up exactly, whatever their order.
        """
        far = self.call("mul", self.call("mul", self.number(2.0), self.make(Extent, loop.axis)), largest)
        lower = self.call("sum_error", entry, far)
        upper = self.make(Reduce, "sum", loop, self.call("sub", self.call("add", entry, far), far))
        return upper, self.make(Reduce, "sum", loop, lower if error is None else self.call("add", lower, error))

    def _whole(self, row: RowStatistics) -> Node:
        return self.call("add", self.number(1.0), row.others)

    def part_of_whole(self, row: RowStatistics, part: Node) -> Node:
        """part/(1 + others), rounded once: one division for the row instead of one for each entry, and its error."""
        return self.call("times_parts", part, *self._share(row))

    def _share(self, row: RowStatistics) -> tuple[Node, Node]:
        """1/(1 + others), and what rounding took from it."""
        share = self.call("div", self.number(1.0), self._whole(row))
        low = self.call("share_error", row.others, share)
        if row.of_others is not None:
            slope = self.call("mul", share, share)
            low = self.call("sub", low, self.call("mul", slope, row.of_others))
        return share, low

    def where_largest(self, row: RowStatistics, entry: Node, then: Node, otherwise: Node) -> Node:
        return self.make(Select, self.call("eq", entry, row.largest), then, otherwise)

    def at_largest(self, row: RowStatistics, place: Node, then: Node, otherwise: Node) -> Node:
        if place is row.place:
            return then
        return self.make(Select, self.call("eq", place, row.place), then, otherwise)


def _is_power_of_two(factor: Node) -> bool:
    """Whether multiplying by it is exact."""
    return isinstance(factor, Constant) and math.frexp(factor.value)[0] == 0.5
