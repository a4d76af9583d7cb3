"""Log-sum-exp, softmax and what is left of it in a confident row, from three statistics of the row.

With m the largest entry, a its place, and S the sum of exp(u - m) over all entries but the
a-th, every function below is a sum of terms of one sign: the 1 that the largest entry adds
is never added to S and taken away again. ``u - m`` is taken with its rounding error, so that
the exponential of a huge difference keeps its digits (uncompensated: 17 to 19 ulp).
"""

from __future__ import annotations

from dataclasses import dataclass

from .graph import Apply, Builder, Constant, Loop, Node, Position, Reduce, Select


@dataclass(frozen=True)
class RowStatistics:
    """The largest entry, its place, and the sum of the other exponentials."""

    largest: Node
    """The maximum, or 0 where every entry is -inf (so that differences stay -inf, not NaN)."""
    raw_largest: Node
    place: Node
    others: Node


class RowFunctions:
    """Stable row functions as graph nodes."""

    def __init__(self, builder: Builder) -> None:
        self.make = builder.make

    def call(self, head: str, *arguments: Node) -> Node:
        return self.make(Apply, head, arguments)

    def number(self, value: float) -> Node:
        return self.make(Constant, value)

    def statistics(self, entry: Node, loop: Loop) -> RowStatistics:
        raw = self.make(Reduce, "max", loop, entry)
        place = self.make(Reduce, "argmax", loop, entry)
        masked = self.call("eq", raw, self.number(-float("inf")))
        largest = self.make(Select, masked, self.number(0.0), raw)
        own = self.call("eq", self.make(Position, loop), place)
        body = self.make(Select, own, self.number(0.0), self.scaled(entry, largest))
        return RowStatistics(largest, raw, place, self.make(Reduce, "sum", loop, body))

    def scaled(self, entry: Node, largest: Node) -> Node:
        """exp(entry - largest), with the rounding error of the difference; 1 for the largest itself, also at +inf."""
        same = self.call("eq", entry, largest)
        difference = self.make(Select, same, self.number(0.0), self.call("sub", entry, largest))
        power = self.call("exp", difference)
        error = self.call("difference_error", entry, largest)
        return self.call("add", power, self.call("mul", power, error))

    def log_sum_exp(self, row: RowStatistics) -> Node:
        return self.call("add", row.raw_largest, self.call("log1p", row.others))

    def softmax(self, row: RowStatistics, entry: Node, place: Node) -> Node:
        return self.call("div", self._weight(row, entry, place), self._whole(row))

    def _weight(self, row: RowStatistics, entry: Node, place: Node) -> Node:
        return self.number(1.0) if place is row.place else self.scaled(entry, row.largest)

    def complement(self, row: RowStatistics, entry: Node, place: Node) -> Node:
        """1 - softmax: others/(1 + others) at the largest, (1 + (others - own))/(1 + others) elsewhere."""
        rest = self.call("sub", row.others, self.scaled(entry, row.largest))
        elsewhere = self.call("add", self.number(1.0), rest)
        return self.call("div", self.at_largest(row, place, row.others, elsewhere), self._whole(row))

    def gap(self, row: RowStatistics, entry: Node, place: Node) -> Node:
        """logsumexp - entry: log1p(others) at the largest, (largest - entry) + log1p(others) elsewhere."""
        log = self.call("log1p", row.others)
        behind = self.call("sub", row.largest, entry)
        return self.at_largest(row, place, log, self.call("add", behind, log))

    def others(self, row: RowStatistics, entry: Node, loop: Loop, value: Node, silent: bool) -> Node:
        """The sum of softmax times value over all entries but the largest; ``silent``: 0 where the softmax is 0."""
        weight = self.scaled(entry, row.largest)
        product = self.call("mul", weight, value)
        if silent:
            zero = self.number(0.0)
            product = self.make(Select, self.call("eq", weight, zero), zero, product)
        own = self.call("eq", self.make(Position, loop), row.place)
        total = self.make(Reduce, "sum", loop, self.make(Select, own, self.number(0.0), product))
        return self.call("div", total, self._whole(row))

    def _whole(self, row: RowStatistics) -> Node:
        return self.call("add", self.number(1.0), row.others)

    def at_largest(self, row: RowStatistics, place: Node, then: Node, otherwise: Node) -> Node:
        if place is row.place:
            return then
        return self.make(Select, self.call("eq", place, row.place), then, otherwise)
