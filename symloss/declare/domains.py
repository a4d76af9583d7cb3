"""Where a declared quantity may lie, and what that lets SymPy and the kernels assume."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from symloss.errors import DeclarationError

if TYPE_CHECKING:
    from .axes import Axis


@dataclass(frozen=True)
class Domain:
    """A set of numbers.

    ``assumptions`` are SymPy's; ``test`` is a literal that the call layer evaluates
    to name the first value outside; ``expected`` completes "expected ...".
    """

    name: str
    expected: str
    test: tuple[Any, ...] | None = None
    assumptions: tuple[tuple[str, bool], ...] = (("real", True),)
    axis: Axis | None = field(default=None)

    def __repr__(self) -> str:
        return f"sl.{self.name}"

    def contains(self, value: float) -> bool:
        """Whether a number lies in the set (for a simplex: may be an entry)."""
        test = self.test
        if value != value:
            return False
        if test is None or test[0] == "simplex":
            return self.low <= value <= self.high
        if test[0] == "values":
            return value in test[1]
        if test[0] == "integer":
            return value >= test[1] and float(value).is_integer()
        above = value > test[1] or (test[3] and value == test[1])
        return bool(above and (value < test[2] or (test[4] and value == test[2])))

    @property
    def low(self) -> float:
        """The infimum."""
        return _bounds(self)[0]

    @property
    def high(self) -> float:
        """The supremum."""
        return _bounds(self)[1]


def _bounds(domain: Domain) -> tuple[float, float]:
    test = domain.test
    infinity = float("inf")
    if test is None:
        return -infinity, infinity
    if test[0] == "interval":
        return float(test[1]), float(test[2])
    if test[0] == "integer":
        return float(test[1]), infinity
    if test[0] == "values":
        return float(min(test[1])), float(max(test[1]))
    return 0.0, 1.0


_INFINITY = float("inf")

Reals = Domain("Reals", "a real number")
Positive = Domain("Positive", "a number > 0", ("interval", 0.0, _INFINITY, False, False), (("positive", True),))
NonNegative = Domain(
    "NonNegative", "a number >= 0", ("interval", 0.0, _INFINITY, True, False), (("nonnegative", True),)
)
Unit = Domain("Unit", "a number in [0, 1]", ("interval", 0.0, 1.0, True, True), (("nonnegative", True),))
Binary = Domain("Binary", "0 or 1", ("values", (0.0, 1.0)), (("integer", True), ("nonnegative", True)))
Signs = Domain("Signs", "-1 or +1", ("values", (-1.0, 1.0)), (("integer", True), ("zero", False)))
Counts = Domain("Counts", "one of 0, 1, 2, ...", ("integer", 0), (("integer", True), ("nonnegative", True)))


def Simplex(axis: Axis) -> Domain:
    """Rows along ``axis`` that are nonnegative and sum to one."""
    return Domain(
        f"Simplex({axis.name})",
        "nonnegative entries that sum to 1",
        ("simplex",),
        (("nonnegative", True),),
        axis,
    )


def Interval(low: float, high: float, closed: str = "both") -> Domain:
    """The numbers between ``low`` and ``high``; ``closed`` is "both", "left", "right" or "neither"."""
    if closed not in ("both", "left", "right", "neither"):
        raise DeclarationError(f'closed={closed!r}; expected "both", "left", "right" or "neither"')
    if not low < high:
        raise DeclarationError(f"Interval({low}, {high}) is empty; expected low < high")
    left, right = closed in ("both", "left"), closed in ("both", "right")
    low, high = (float(end) if end in (_INFINITY, -_INFINITY) else end for end in (low, high))  # sp.oo is welcome
    if low == -_INFINITY and high == _INFINITY:
        return _whole_line(closed)
    text = f"a number in {'[' if left else '('}{low}, {high}{']' if right else ')'}"
    return Domain(
        f"Interval({written(low)}, {written(high)}, closed={closed!r})",
        text,
        ("interval", float(low), float(high), left, right),
        _interval_assumptions(float(low), float(high), left, right),
    )


def written(value: float) -> str:
    """A number as Python text; infinity has no literal of its own."""
    return f'float("{value!r}")' if value in (_INFINITY, -_INFINITY) else repr(value)


def _whole_line(closed: str) -> Domain:
    """The reals, and their infinities unless the interval is open: no number lies outside."""
    name = f"Interval({written(-_INFINITY)}, {written(_INFINITY)}, closed={closed!r})"
    if closed == "neither":
        return Domain(name, Reals.expected)
    return Domain(name, "a real number or infinity", None, (("extended_real", True),))


def _interval_assumptions(low: float, high: float, left: bool, right: bool) -> tuple[tuple[str, bool], ...]:
    if low > 0 or (low == 0 and not left):
        return (("positive", True),)
    if low == 0:
        return (("nonnegative", True),)
    if high < 0 or (high == 0 and not right):
        return (("negative", True),)
    return (("nonpositive", True),) if high == 0 else (("real", True),)
