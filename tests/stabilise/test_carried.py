"""What rounding takes along an expression is added at its end, where an estimate says that it is much."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy as sp

import symloss as sl
from symloss.audit.ulp import ulp_error
from symloss.lower.ir import Variant
from symloss.lower.show import show
from symloss.pipeline import Request
from symloss.stabilise.carried import Carried
from symloss.stabilise.graph import Apply, Builder, Constant, Element, Node


def heads(node: Node) -> set[str]:
    below = set().union(*map(heads, node.operands)) if node.operands else set()
    return below | ({node.head} if isinstance(node, Apply) else set())


def chain(builder: Builder, head: str, length: int) -> Node:
    """An argument taken together with others, again and again."""
    node: Node = builder.make(Element, "x0", ())
    for i in range(1, length + 1):
        node = builder.make(Apply, head, (node, builder.make(Element, f"x{i}", ())))
    return node


@pytest.mark.parametrize("head", ["mul", "div"])
def test_a_long_chain_is_corrected_and_a_short_one_is_not(head: str) -> None:
    builder = Builder()
    short, long = chain(builder, head, 5), chain(builder, head, 12)
    assert Carried(builder).into(short) is short
    assert Carried(builder).into(long).head == "with_lost"


def test_powers_of_two_are_exact() -> None:
    builder = Builder()
    node: Node = builder.make(Element, "x", ())
    for _ in range(20):
        node = builder.make(Apply, "mul", (builder.make(Constant, 0.5), node))
    assert Carried(builder).variance(node, False) == 0.0


def test_what_is_mostly_unknown_is_left_alone() -> None:
    builder = Builder()
    node = chain(builder, "mul", 12)
    for _ in range(20):
        node = builder.make(Apply, "digamma", (node,))
    assert Carried(builder).into(node) is node


def test_a_product_of_sums_is_rounded_once() -> None:
    """At random numbers, against fractions; without the correction the largest error is 3 ulp."""
    y, f = sl.target("y"), sl.prediction("f")
    loss = sl.Loss("carried_squares", (f + y) ** 2 * (3 * f - y) ** 2 * (f - 5 * y) ** 2)
    random = np.random.default_rng(0)
    a, b = random.normal(size=200), random.normal(size=200)
    for got, p, q in zip(loss.value(a, b, reduction="none"), map(Fraction, a), map(Fraction, b), strict=True):
        want = (p + q) ** 2 * (3 * q - p) ** 2 * (q - 5 * p) ** 2
        assert abs(Fraction(float(got)) - want) <= Fraction(0.51) * Fraction(math.ulp(float(want)))


def test_a_sum_of_two_exponentials_is_rounded_once() -> None:
    """Without what rounding takes from them the largest error is 1.1 ulp."""
    y, f = sl.target("y", domain=sl.Positive), sl.prediction("f")
    loss = sl.Loss("carried_exponentials", 2 * y * sp.exp(-f / 2) + 2 * sp.exp(f / 2))
    random = np.random.default_rng(0)
    a, b = random.gamma(1.0, size=500), 3 * random.normal(size=500)
    with mpmath.workprec(120):
        for got, p, q in zip(loss.value(a, b, reduction="none").tolist(), a.tolist(), b.tolist(), strict=True):
            half = mpmath.exp(mpmath.mpf(q) / 2)
            assert ulp_error(got, 2 * p / half + 2 * half) <= 0.6


def test_float32_kernels_leave_it_out() -> None:
    """They call the form that drops it, so that the rest is dead."""
    nest = sl.get("pseudo_huber").pipeline.nest((Request("hessian", ("f",)),), Variant("float32"))
    assert "with_lost_single" in show(nest)
