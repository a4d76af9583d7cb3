"""Hand-built graphs, one for each thing that lowering must get right, with data for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from symloss.stabilise.graph import (
    Apply,
    Argument,
    Builder,
    Constant,
    Element,
    Extent,
    Guard,
    Loop,
    Node,
    Output,
    Position,
    Reduce,
    Select,
    Stable,
)

BUILDER = Builder()
K0, K1, J0 = Loop("K", 0), Loop("K", 1), Loop("J", 0)


def apply(head: str, *arguments: Node) -> Node:
    return BUILDER.make(Apply, head, arguments)


def constant(value: float) -> Node:
    return BUILDER.make(Constant, value)


def element(name: str, *indices: Node) -> Node:
    return BUILDER.make(Element, name, indices)


def position(loop: Loop) -> Node:
    return BUILDER.make(Position, loop)


def reduce(kind: str, loop: Loop, body: Node) -> Node:
    return BUILDER.make(Reduce, kind, loop, body)


def select(condition: Node, then: Node, otherwise: Node) -> Node:
    return BUILDER.make(Select, condition, then, otherwise)


def at(name: str, *loops: Loop) -> Node:
    return element(name, *map(position, loops))


Make = Callable[[np.random.Generator, tuple[int, ...]], Any]


def wide(random: np.random.Generator, shape: tuple[int, ...]) -> Any:
    return random.normal(size=shape) * 3


@dataclass(frozen=True)
class Example:
    """A graph and the shapes of its data: rows come first where ``per_sample``."""

    stable: Stable
    sizes: Mapping[str, int] = field(default_factory=dict)
    make: Mapping[str, Make] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.stable.name

    def data(self, rows: int, seed: int = 0) -> dict[str, Any]:
        """An array for every argument."""
        random = np.random.default_rng(seed)
        return {a.name: self._array(a, rows, random) for a in self.stable.arguments}

    def _array(self, argument: Argument, rows: int, random: np.random.Generator) -> Any:
        shape = tuple(self.sizes[axis] for axis in argument.axes)
        make = self.make.get(argument.name, wide)
        return make(random, (rows, *shape) if argument.per_sample else shape)


def unit(random: np.random.Generator, shape: tuple[int, ...]) -> Any:
    return random.random(shape)


def below(bound: int) -> Make:
    return lambda random, shape: random.integers(0, bound, shape)


Y, F = element("y"), element("f")
SCALAR_ARGUMENTS = (Argument("y", "target"), Argument("f", "prediction"))
VALUE = apply("sub", apply("softplus", F), apply("mul", Y, F))
GRADIENT = apply("sub", apply("sigmoid", F), Y)
IN_UNIT = apply("and", apply("ge", Y, constant(0.0)), apply("le", Y, constant(1.0)))
FINITE = apply("lt", apply("abs", F), constant(1000.0))


def scalar(*, reduced: bool = False, guarded: bool = True) -> Example:
    """softplus(f) - y*f and its gradient."""
    guards = (Guard("y", (), IN_UNIT, "a number in [0, 1]"), Guard("f", (), FINITE, "a number below 1000"))
    outputs = (Output("value", (), VALUE, reduced=reduced), Output("gradient", (), GRADIENT))
    name = f"scalar{'_total' if reduced else ''}{'_guarded' if guarded else ''}"
    stable = Stable(name, (), SCALAR_ARGUMENTS, outputs, guards if guarded else ())
    return Example(stable, make={"y": unit})


M = reduce("max", K0, at("z", K0))
S = reduce("sum", K1, apply("exp", apply("sub", at("z", K1), M)))
LSE = apply("add", M, apply("log", S))


def softmax(loop: Loop) -> Node:
    return apply("div", apply("exp", apply("sub", at("z", loop), M)), S)


ROW_ARGUMENTS = (Argument("t", "target", ("K",)), Argument("z", "prediction", ("K",)))
ROW_VALUE = reduce("sum", K0, apply("mul", at("t", K0), apply("sub", LSE, at("z", K0))))
ROW_GRADIENT = Output("gradient", (K0,), apply("sub", softmax(K0), at("t", K0)))


def row(size: int) -> Example:
    """Softmax cross-entropy: three loops, of which two want the exponentials."""
    nonnegative = Guard("t", (K0,), apply("ge", at("t", K0), constant(0.0)), "a number >= 0")
    stable = Stable("row", ("K",), ROW_ARGUMENTS, (Output("value", (), ROW_VALUE), ROW_GRADIENT), (nonnegative,))
    return Example(stable, {"K": size}, {"t": unit})


def matrix(size: int) -> Example:
    """Softmax's Hessian: probabilities at two positions."""
    diagonal = apply("mul", softmax(K0), apply("sub", constant(1.0), softmax(K0)))
    beside = apply("neg", apply("mul", softmax(K0), softmax(K1)))
    node = select(apply("eq", position(K0), position(K1)), diagonal, beside)
    stable = Stable("matrix", ("K",), ROW_ARGUMENTS[1:], (Output("hessian", (K0, K1), node), ROW_LSE))
    return Example(stable, {"K": size})


ROW_LSE = Output("lse", (), LSE, weighted=False)


def prefix(size: int) -> Example:
    """Sums up to a position: sum_k log sum_{j <= k} exp(z_j), with its first largest entry left out."""
    largest = reduce("argmax", K0, at("z", K0))
    mask = apply("and", apply("le", position(K1), position(K0)), apply("ne", position(K1), largest))
    inner = reduce("sum", K1, select(mask, apply("exp", at("z", K1)), constant(0.0)))
    total = reduce("sum", K0, apply("log1p", inner))
    scaled = apply("div", total, BUILDER.make(Extent, "K"))
    per_entry = apply("mul", apply("log1p", inner), apply("add", position(K0), constant(1.0)))
    outputs = (Output("value", (), scaled), Output("gradient", (K0,), per_entry))
    return Example(Stable("prefix", ("K",), ROW_ARGUMENTS[1:], outputs), {"K": size})


def nested(size: int) -> Example:
    """sum_i f(z_i, sum_j g(z_i, z_j)), and the same per entry."""
    inner = reduce("sum", K1, apply("softplus", apply("sub", at("z", K1), at("z", K0))))
    outer = reduce("sum", K0, apply("mul", at("z", K0), apply("tanh", inner)))
    outputs = (Output("value", (), outer), Output("gradient", (K0,), apply("mul", inner, at("z", K0))))
    return Example(Stable("nested", ("K",), ROW_ARGUMENTS[1:], outputs), {"K": size})


def two_axes(first: int, second: int) -> Example:
    """log sum_k exp over the rows of a matrix, each added to a column's sum."""
    arguments = (Argument("s", "prediction", ("J", "K")), Argument("b", "parameter", ("K",), per_sample=False))
    largest = reduce("max", K0, at("s", J0, K0))
    exponential = apply("exp", apply("sub", at("s", J0, K0), largest))
    lse = apply("add", largest, apply("log", reduce("sum", K0, exponential)))
    shared = reduce("sum", K0, apply("exp", at("b", K0)))
    column = reduce("sum", J0, apply("mul", lse, at("s", J0, K0)))
    entry = apply("div", apply("mul", exponential, column), shared)
    outputs = (
        Output("value", (), reduce("sum", J0, lse)),
        Output("gradient", (J0, K0), entry),
        Output("by_b", (K0,), apply("mul", column, at("b", K0)), reduced=True),
    )
    return Example(Stable("two_axes", ("J", "K"), arguments, outputs), {"J": first, "K": second})


def spoiled(first: int, second: int) -> Example:
    """Softmax of the rows of a matrix times their largest entry, and NaN everywhere if anything is NaN."""
    largest = reduce("max", K0, at("s", J0, K0))
    exponential = apply("exp", apply("sub", at("s", J0, K0), largest))
    share = apply("div", exponential, reduce("sum", K0, exponential))
    most = reduce("max", J0, largest)
    entry = select(apply("ne", most, most), constant(float("nan")), apply("mul", share, largest))
    outputs = (Output("value", (), reduce("sum", J0, largest)), Output("gradient", (J0, K0), entry))
    stable = Stable("spoiled", ("J", "K"), (Argument("s", "prediction", ("J", "K")),), outputs)
    return Example(stable, {"J": first, "K": second})


def labels(size: int) -> Example:
    """Class ids as indices, neighbours of them too, and a float that holds an index; a scalar parameter."""
    arguments = (
        Argument("c", "target", (), label=True),
        Argument("z", "prediction", ("K",)),
        Argument("gamma", "parameter", (), per_sample=False),
    )
    label = element("c")
    following = select(
        apply("lt", apply("add", label, constant(1.0)), BUILDER.make(Extent, "K")),
        element("z", apply("add", label, constant(1.0))),
        constant(0.0),
    )
    ahead = reduce("sum", K1, select(apply("gt", at("z", K1), at("z", K0)), constant(1.0), constant(0.0)))
    chosen = select(apply("eq", position(K0), label), element("gamma"), constant(0.0))
    outputs = (
        Output("value", (), apply("add", apply("sub", LSE, element("z", label)), following)),
        Output("gradient", (K0,), apply("sub", element("z", ahead), chosen)),
    )
    inside = apply("and", apply("ge", label, constant(0.0)), apply("lt", label, BUILDER.make(Extent, "K")))
    guard = Guard("c", (), inside, "a class id")
    return Example(Stable("labels", ("K",), arguments, outputs, (guard,)), {"K": size}, {
        "c": below(size),
        "gamma": lambda random, shape: 0.75,
    })  # fmt: skip


def compared(head: str) -> Node:
    """Whether an entry stands so to another one: z at K1 to z at K0."""
    return apply(head, at("z", K1), at("z", K0))


def weighed(condition: Node, otherwise: Node | None = None) -> Node:
    """The sum of w at K1 where the condition holds."""
    return reduce("sum", K1, select(condition, at("w", K1), otherwise or constant(0.0)))


EARLIER = apply("and", compared("eq"), apply("lt", position(K1), position(K0)))
BY_SORTING: dict[str, Node] = {
    "larger": weighed(compared("gt")),
    "at_least": weighed(compared("ge")),
    "smaller": weighed(apply("gt", at("z", K0), at("z", K1))),
    "at_most": weighed(apply("not", compared("gt"))),
    "level": weighed(compared("eq")),
    "others": weighed(compared("ne")),
    "rank": reduce("sum", K1, select(apply("or", compared("gt"), EARLIER), constant(1.0), constant(0.0))),
    "midrank": weighed(compared("gt"), select(compared("eq"), apply("mul", constant(0.5), at("w", K1)), constant(0.0))),
}
"""Sums over the entries of a row that compare each with another one."""


def ranked(size: int) -> Example:
    """All of them for every entry, and one inside another sum; entries are often level."""
    arguments = (Argument("w", "target", ("K",)), Argument("z", "prediction", ("K",)))
    outputs = [Output(name, (K0,), node) for name, node in BY_SORTING.items()]
    total = reduce("sum", K0, apply("mul", at("w", K0), BY_SORTING["midrank"]))
    stable = Stable("ranked", ("K",), arguments, (Output("value", (), total), *outputs))
    return Example(stable, {"K": size}, {"z": lambda random, shape: random.integers(-3, 4, shape) / 2.0})


EXAMPLES = (
    scalar(), scalar(reduced=True), scalar(guarded=False),
    row(1), row(3), row(50), matrix(7), prefix(6), nested(9), two_axes(3, 10), spoiled(3, 9), labels(5),
    ranked(1), ranked(9),
)  # fmt: skip
