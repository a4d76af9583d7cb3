"""The specification rejects nests that break a rule, one test per rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from symloss.lower.ir import (
    Accumulate,
    Call,
    Expression,
    For,
    Length,
    Let,
    Load,
    Name,
    Nest,
    Number,
    Parameter,
    Reduction,
    Sort,
    Statement,
    Store,
    Total,
    Variant,
)
from symloss.lower.nest import lower
from symloss.lower.spec import NestError, check
from tests.lower.examples import EXAMPLES, Example

ROW, K = Name("row", "int"), Name("k", "int")
Z_K = Load("z", (ROW, K))
PARAMETERS = (
    Parameter("rows", "rows", dtype="int64"),
    Parameter("size_K", "extent", "K", dtype="int64"),
    Parameter("z", "input", "z", ("K",)),
    Parameter("c", "label", "c", (), "int64"),
    Parameter("gradient", "output", "gradient", ("K",)),
    Parameter("room", "scratch", axes=("K",)),
    Parameter("order", "scratch", axes=("K",), lanes=4),
    Parameter("other", "scratch", axes=("J",)),
    Parameter("status", "status", dtype="int64"),
)


def nest(*in_row: Statement, before: tuple[Statement, ...] = (), after: tuple[Statement, ...] = ()) -> Nest:
    return Nest("broken", Variant(), PARAMETERS, (*before, For("row", "", in_row), *after))


def over_k(*body: Statement) -> For:
    return For("k", "K", body)


def gradient(value: Expression = Z_K, index: Expression = K) -> Store:
    return Store("gradient", (ROW, index), value)


FINE = over_k(gradient())
CLAMPED = Call("clamp", (Load("c", (ROW,), "int"), Length("K")), "int")
FILL = over_k(Store("room", (K,), Z_K))
SUM = Reduction("sum_1", "sum", "room")
SORT = Sort("order", "room")
LARGER = Accumulate("room", "larger", "order", "room")


def of_three(*places: int) -> Nest:
    """A nest over an axis of three, which writes at these places."""
    return replace(nest(*(gradient(Number(1.0), Number(place)) for place in places)), lengths=(("K", 3),))


BROKEN: dict[str, Nest] = {
    "number as an index of an axis of any length": replace(of_three(0, 1, 2), lengths=()),
    "number that is no place": of_three(0, 1, 3),
    "place never written": of_three(0, 2),
    "place written twice": of_three(0, 1, 2, 2),
    "used before it is bound": nest(over_k(gradient(Name("x")))),
    "used outside its block": nest(over_k(Let("x", Z_K)), over_k(gradient(Name("x")))),
    "bound twice": nest(Let("x", Number(1.0)), Let("x", Number(2.0)), FINE),
    "shadowed by a loop": nest(over_k(For("k", "K", (gradient(),)))),
    "named like a parameter": nest(Let("z", Number(1.0)), FINE),
    "never written": nest(),
    "written twice": nest(FINE, FINE),
    "written again and again": nest(For("j", "K", (FINE,))),
    "written at one place only": nest(over_k(gradient(index=CLAMPED))),
    "index out of range": nest(over_k(gradient(Load("z", (ROW, Load("c", (ROW,), "int")))))),
    "index of another axis": nest(over_k(gradient(Load("z", (K, ROW))))),
    "too few indices": nest(over_k(gradient(Load("z", (ROW,))))),
    "float and integer added": nest(over_k(gradient(Call("add", (Z_K, K))))),
    "truth value stored": nest(over_k(gradient(Call("lt", (Z_K, Z_K), "bool")))),
    "label read as a float": nest(over_k(gradient(Load("c", (ROW,))))),
    "output read": nest(over_k(gradient(Load("gradient", (ROW, K))))),
    "input written": nest(FINE, over_k(Store("z", (ROW, K), Number(0.0)))),
    "scratch read before it is written": nest(SUM, FILL, FINE),
    "rows inside rows": nest(For("row_2", "", (FINE,))),
    "total inside the rows": nest(FINE, Total("gradient", "room")),
    "keys sorted before they are written": nest(SORT, FILL, FINE),
    "summed in an order that nobody found": nest(FILL, LARGER, FINE),
    "an argument sorted": nest(FILL, Sort("order", "z"), FINE),
    "sorted into another axis": nest(FILL, Sort("other", "room"), FINE),
    "sorted again for every entry": nest(FILL, over_k(SORT, gradient())),
    "sorted outside the rows": nest(FILL, FINE, after=(SORT,)),
    "two parameters of one name": replace(nest(FINE), parameters=(*PARAMETERS, PARAMETERS[0])),
}


def test_the_plain_nest_is_legal() -> None:
    check(nest(FILL, SUM, SORT, LARGER, over_k(gradient(Call("add", (Name("sum_1"), Load("z", (ROW, CLAMPED))))))))


def test_every_place_of_an_axis_whose_length_is_a_number() -> None:
    check(of_three(0, 1, 2))


@pytest.mark.parametrize("rule", BROKEN)
def test_rejects(rule: str) -> None:
    with pytest.raises(NestError):
        check(BROKEN[rule])


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.name)
@pytest.mark.parametrize("weighted", [False, True])
def test_lowering_gives_legal_nests(example: Example, weighted: bool) -> None:
    check(lower(example.stable, Variant(weighted=weighted)))
