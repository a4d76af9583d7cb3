"""Rows whose entries are written out one by one: no loop is left in them, and the bits are those of the loops."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symloss as sl
from symloss.compile.emit import emit
from symloss.lower.ir import Call, For, Load, Nest, Statement, Store, Variant
from symloss.lower.short_rows import FEW_LANES, WORTH_IT, length_written_out
from symloss.lower.tiles import LONGEST_CHAIN, phases, row_loop
from symloss.lower.walk import expressions, subexpressions
from symloss.stabilise.graph import Argument, Output, Stable
from tests.lower.examples import (
    K0,
    ROW_ARGUMENTS,
    SCALAR_ARGUMENTS,
    Example,
    M,
    apply,
    at,
    below,
    element,
    position,
    prefix,
    reduce,
    row,
    select,
)
from tests.lower.running import compiled, interpreted, lowered, same_bits

ROWS = 2 * FEW_LANES + 5


LABEL = element("c")


def labelled(size: int) -> Example:
    """What stands at a label, a function of it, and a result that differs there."""
    arguments = (Argument("c", "target", (), label=True), Argument("z", "prediction", ("K",)))
    entry = apply("sub", at("z", K0), M)
    there = apply("sub", element("z", LABEL), M)
    total = reduce("sum", K0, apply("exp", entry))
    outputs = (
        Output("value", (), apply("add", apply("exp", there), apply("log", total))),
        Output(
            "gradient", (K0,), select(apply("eq", position(K0), LABEL), there, apply("div", apply("exp", entry), total))
        ),
    )
    return Example(Stable("labelled", ("K",), arguments, outputs), {"K": size}, {"c": below(size)})


def shared(size: int) -> Example:
    """A parameter along the axis, and a sum over the samples for every entry of it."""
    arguments = (Argument("z", "prediction", ("K",)), Argument("b", "parameter", ("K",), per_sample=False))
    part = apply("mul", apply("exp", apply("neg", apply("abs", at("z", K0)))), at("b", K0))
    outputs = (Output("value", (), reduce("sum", K0, part), reduced=True), Output("by_b", (K0,), part, reduced=True))
    return Example(Stable("shared", ("K",), arguments, outputs), {"K": size})


def reduced(kind: str, size: int) -> Example:
    """One reduction, with its result beside every entry."""
    found = reduce(kind, K0, at("z", K0))  # of an argument; beside it, of what a loop makes
    outputs = (
        Output("value", (), apply("add", reduce(kind, K0, apply("neg", at("z", K0))), element("t"))),
        Output("by_z", (K0,), apply("sub", at("z", K0), found)),
    )
    arguments = (Argument("t", "target"), Argument("z", "prediction", ("K",)))
    return Example(Stable(kind, ("K",), arguments, outputs), {"K": size})


def written(example: Example, dtype: Any = "float64", weighted: bool = False) -> Variant:
    return Variant(dtype, weighted, tiled=True, length=example.sizes["K"])


def body(nest: Nest) -> tuple[Statement, ...]:
    rows = row_loop(nest)
    assert rows is not None
    return rows.body


def data_of(example: Example, rows: int, special: bool) -> dict[str, Any]:
    data = example.data(rows)
    if special and rows > 8:
        data["z"][1:9].flat[:8] = [np.nan, np.inf, -np.inf, -0.0, 1.0, 1.0, 0.0, -0.0]
        data["z"][9:12] = [[-np.inf], [-0.0], [1.0]]
    return data


CASES = [
    *map(row, (2, 3, 7, 8, 10)),
    labelled(3),
    labelled(9),
    shared(2),
    shared(9),
    *(reduced(k, n) for k in ("sum", "max", "rest", "argmax") for n in (2, 8, 10)),
]


@pytest.mark.parametrize("example", CASES, ids=lambda e: f"{e.name}-{e.sizes['K']}")
def test_bits_are_those_of_the_loops(example: Example) -> None:
    for weighted, rows in ((False, ROWS), (True, ROWS), (False, 3), (False, 0)):
        dtype = "float32" if weighted else "float64"
        call: dict[str, Any] = {"rows": rows, "sizes": example.sizes, "data": data_of(example, rows, special=True)}
        call["weight"] = np.random.default_rng(1).random(rows)
        # The loops over long rows may be in float32.
        expected = compiled(example.stable, Variant(dtype, weighted, tiled=dtype == "float32"), **call)
        found = compiled(example.stable, written(example, dtype, weighted), **call)
        for name, result in expected.items():
            assert same_bits(found[name], result), (name, dtype, rows)


@pytest.mark.parametrize("example", [row(3), row(10), labelled(9), reduced("rest", 10)], ids=lambda e: e.name)
def test_compiled_is_interpreted(example: Example) -> None:
    call: dict[str, Any] = {"rows": 11, "sizes": example.sizes, "data": data_of(example, 11, special=False)}
    expected = interpreted(example.stable, written(example), **call)
    found = compiled(example.stable, written(example), **call)
    assert all(same_bits(found[name], result) for name, result in expected.items())


def test_neither_a_loop_nor_scratch_over_the_classes_is_left() -> None:
    nest = lowered(row(3).stable, written(row(3)))
    assert not any(isinstance(s, For) for s in body(nest))
    assert {p.name for p in nest.parameters_of("scratch")} == {"tile t", "tile z", "tile gradient", "tile values"}
    assert sum(isinstance(s, Store) and s.array == "gradient" for s in body(nest)) == 3


def test_what_stands_at_a_label_is_chosen() -> None:
    """A scattered load keeps a loop from becoming a vector one."""
    nest = lowered(labelled(3).stable, written(labelled(3)))
    loads = [e for s in body(nest) for top in expressions(s) for e in subexpressions(top) if isinstance(e, Load)]
    assert loads
    assert "clamp" not in repr(loads)


def test_a_function_at_the_label_is_not_computed_again() -> None:
    nest = lowered(labelled(3).stable, written(labelled(3)))
    calls = [e for s in body(nest) for top in expressions(s) for e in subexpressions(top) if isinstance(e, Call)]
    assert sum(call.head == "exp" for call in calls) == 3


def test_long_chains_are_cut() -> None:
    """An exponential is one loop, with a logarithm of it there are two."""
    exponential = apply("exp", element("f"))
    for depth, node in enumerate((exponential, apply("log1p", exponential)), 1):
        value = apply("add", node, reduce("sum", K0, apply("mul", at("z", K0), at("z", K0))))
        arguments = (*SCALAR_ARGUMENTS, *ROW_ARGUMENTS[1:])
        stable = Stable(f"chain_{depth}", ("K",), arguments, (Output("value", (), value),))
        rows = row_loop(lowered(stable, Variant(tiled=True, length=2)))
        assert rows is not None
        assert len(list(phases(rows))) == depth, LONGEST_CHAIN


def test_what_is_not_worth_it_keeps_its_loops() -> None:
    """Sums up to a position: a loop in a loop is no tile at all."""
    example = prefix(6)
    general, one = (lowered(example.stable, Variant(tiled=True, length=n)) for n in (0, 6))
    assert emit(general) == emit(one)


def test_a_kernel_for_one_length_is_for_many_samples() -> None:
    assert length_written_out((3,), WORTH_IT // 3) == 0
    assert length_written_out((3,), WORTH_IT // 3 + 1) == 3
    assert length_written_out((1000,), WORTH_IT) == 0
    assert length_written_out((3, 3), WORTH_IT) == 0
    assert length_written_out((), WORTH_IT) == 0


@pytest.mark.parametrize("size", [2, 3, 9])
def test_few_and_many_samples_have_the_same_bits(size: int) -> None:
    """Of one loss, whichever is called first, and whatever the memory layout and the threads."""
    loss, random = sl.get("sparse_softmax_cross_entropy"), np.random.default_rng(5)
    rows = WORTH_IT // size + 100
    z, c = random.normal(size=(rows, size)) * 5, random.integers(0, size, rows)
    few = loss.value_and_gradient(c[:50], z[:50])
    many = loss.value_and_gradient(c, z)
    for other in (
        loss.value_and_gradient(c, z),
        loss.value_and_gradient(c, np.asfortranarray(z)),
        loss.value_and_gradient(c, z, n_threads=2),
    ):
        assert all(map(np.array_equal, many, other))
    assert all(np.array_equal(part, whole[:50]) for part, whole in zip(few, many, strict=True))
    assert loss.value(c, z, reduction="sum") == loss.value(c, np.asfortranarray(z), reduction="sum")


def test_a_label_out_of_range_is_found() -> None:
    loss, rows = sl.get("sparse_softmax_cross_entropy"), WORTH_IT
    c = np.zeros(rows, dtype=np.int64)
    c[777] = 3
    with pytest.raises(sl.errors.DomainError, match=r"c\[777\]"):
        loss.value_and_gradient(c, np.zeros((rows, 3)))
