"""Random graphs: any nest of reductions lowers to a legal nest that computes what recursion computes, to the bit."""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import numpy as np
import pytest

from symloss.lower.ir import Variant
from symloss.stabilise.graph import Argument, Loop, Node, Output, Stable
from tests.lower.direct import Direct
from tests.lower.examples import apply, at, constant, element, position, reduce, select
from tests.lower.running import interpreted, same_bits

SIZES = {"K": 3, "J": 2}
ROWS = 2
LOOPS = [Loop(axis, number) for axis in SIZES for number in range(7)]
ARGUMENTS = (
    Argument("y", "target"),
    Argument("c", "target", label=True),
    Argument("z", "prediction", ("K",)),
    Argument("s", "prediction", ("J", "K")),
    Argument("b", "parameter", ("K",), per_sample=False),
)


class Grower:
    """Grows random nodes, some of which it uses again."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._grown: dict[frozenset[Loop], list[Node]] = {}

    def node(self, free: frozenset[Loop], depth: int) -> Node:
        """A node whose free loops are among these."""
        known = [n for loops, nodes in self._grown.items() if loops <= free for n in nodes]
        if known and self._random.random() < 0.3:
            return self._random.choice(known)
        made = self.leaf(free) if depth == 0 else self.inner(free, depth - 1)
        self._grown.setdefault(made.free, []).append(made)
        return made

    def leaf(self, free: frozenset[Loop]) -> Node:
        in_k = [loop for loop in sorted(free) if loop.axis == "K"]
        in_j = [loop for loop in sorted(free) if loop.axis == "J"]
        choices = [partial(element, "y"), partial(constant, self._random.choice([0.5, -2.0]))]
        choices.append(partial(element, "z", element("c")))
        if in_k:
            k = self._random.choice(in_k)
            following = apply("add", position(k), constant(1.0))
            choices += [partial(at, "z", k), partial(at, "b", k), partial(element, "z", following)]
            if in_j:
                choices.append(partial(at, "s", self._random.choice(in_j), k))
        return self._random.choice(choices)()

    def inner(self, free: frozenset[Loop], depth: int) -> Node:
        grow = partial(self.node, free, depth)
        kind = self._random.choice(["arithmetic", "exp", "reduce", "reduce", "reduce", "select", "pick"])
        if kind == "reduce":
            bound = self._random.choice([loop for loop in LOOPS if loop not in free])
            body = self.node(free | {bound}, depth)
            return reduce(self._random.choice(["sum", "sum", "max"]), bound, body)
        if kind == "pick":
            bound = self._random.choice([loop for loop in LOOPS if loop not in free and loop.axis == "K"])
            return element("z", reduce("argmax", bound, self.node(free | {bound}, depth)))
        if kind == "exp":
            return apply("exp", apply("neg", apply("abs", grow())))
        if kind == "select":
            return select(apply("lt", grow(), grow()), grow(), grow())
        return apply(self._random.choice(["add", "sub", "mul"]), grow(), grow())


def grown(seed: int) -> Stable:
    grower = Grower(seed)
    loops: list[tuple[Loop, ...]] = [(), (Loop("K", 1),), (Loop("K", 0), Loop("J", 2)), (Loop("K", 2), Loop("K", 0))]
    outputs = [Output(f"o{i}", over, grower.node(frozenset(over), 4)) for i, over in enumerate(loops)]
    return Stable("grown", ("K", "J"), ARGUMENTS, tuple(outputs))


@pytest.mark.parametrize("start", range(0, 60, 20))
def test_random_graphs(start: int) -> None:
    for seed in range(start, start + 20):
        stable, generator = grown(seed), np.random.default_rng(seed)
        shapes = {a.name: tuple(SIZES[axis] for axis in a.axes) for a in ARGUMENTS}
        data: dict[str, Any] = {
            n: generator.normal(size=shape if n == "b" else (ROWS, *shape)) for n, shape in shapes.items()
        }
        data["c"] = generator.integers(0, 3, ROWS)
        written = interpreted(stable, Variant(), rows=ROWS, sizes=SIZES, data=data)
        for output in stable.outputs:
            with np.errstate(all="ignore"):
                rows = [Direct(stable, SIZES, data, r).output(output.node, output.loops) for r in range(ROWS)]
            assert same_bits(written[output.name], np.array(rows, dtype=np.float64).ravel()), (seed, output.name)
