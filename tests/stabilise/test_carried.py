"""What rounding takes along an expression is added at its end, where an estimate says that it is much."""

from __future__ import annotations

import math
import operator
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy as sp

import symloss as sl
from symloss.audit.ulp import ulp_error
from symloss.elementary.table import callables
from symloss.heads.numbers import exact
from symloss.lower.ir import Variant
from symloss.lower.show import show
from symloss.pipeline import Request
from symloss.stabilise.carried import Carried
from symloss.stabilise.graph import Apply, Builder, Constant, Element, Loop, Node, Position, Reduce, Select
from symloss.stabilise.translate import Translation


def heads(node: Node) -> set[str]:
    below = set().union(*map(heads, node.operands)) if node.operands else set()
    return below | ({node.head} if isinstance(node, Apply) else set())


def value(node: Node, at: dict[str, float]) -> float:
    """Of a graph without rows."""
    if isinstance(node, Constant):
        return node.value
    if isinstance(node, Element):
        return at[node.argument]
    assert isinstance(node, Apply)
    arguments = [value(a, at) for a in node.arguments]
    plain = {"add": operator.add, "sub": operator.sub, "mul": operator.mul, "neg": operator.neg}
    return float((plain.get(node.head) or callables()[node.head])(*arguments))


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


def test_what_another_rule_has_added_is_not_added_again() -> None:
    """What is missing from the product and its error together is what their sum leaves."""
    builder = Builder()
    x, y = builder.make(Element, "x", ()), builder.make(Element, "y", ())
    product = builder.make(Apply, "mul", (x, y))
    for head in ("add", "plus_error"):
        whole = builder.make(Apply, head, (product, builder.make(Apply, "product_error", (x, y))))
        carried = Carried(builder)
        assert carried.variance(whole, False) == pytest.approx(1 / 12)
        error = carried.error(whole)
        assert error is not None
        for a, b in np.random.default_rng(0).normal(size=(50, 2)).tolist():
            missing = Fraction(a) * Fraction(b) - Fraction(value(whole, {"x": a, "y": b}))
            assert abs(missing - Fraction(value(error, {"x": a, "y": b}))) <= Fraction(2.0**-100) * abs(missing)


def test_a_sum_along_a_row_brings_its_own_rounding() -> None:
    """By the sum in twice the digits; sums of upper parts are exact, and what a maximum lacks is not known."""
    builder = Builder()
    loop = Loop("K", 0)
    entry = builder.make(Element, "x", (builder.make(Position, loop),))
    product, far = builder.make(Apply, "mul", (entry, entry)), builder.make(Element, "far", ())
    carried = Carried(builder)
    error = carried.error(builder.make(Reduce, "sum", loop, product))
    assert error is not None
    assert heads(error) >= {"product_lost", "sum_error"}
    upper = builder.make(Apply, "sub", (builder.make(Apply, "add", (product, far)), far))
    of_upper = carried.error(builder.make(Reduce, "sum", loop, upper))
    assert isinstance(of_upper, Reduce)
    assert of_upper.body is carried.error(upper)
    assert carried.error(builder.make(Reduce, "max", loop, product)) is None


@pytest.mark.parametrize(
    ("name", "kind", "by", "corrected"),
    [
        ("tversky", "gradient", "z", True),
        ("tversky", "hessian", "z", True),
        ("dice", "gradient", "z", False),
        ("approx_ndcg", "gradient", "z", False),
        ("smooth_average_precision", "gradient", "z", False),
        ("smooth_average_precision", "hessian", "z", True),
        ("focal", "hessian", "f", False),
        ("student_t_3", "hessian", "q", False),
        ("normal", "hessian", "s", False),
    ],
)
def test_which_results_pay_for_it(name: str, kind: str, by: str, corrected: bool) -> None:
    """Rows from 0.54 ulp on, gradients of pairs and results of one prediction, whose functions are not known, later;
    not where a rule makes good the argument of a function without a known error (Student's t by q would be 280 ulp)."""
    text = show(sl.get(name).pipeline.nest((Request(kind, (by,)),), Variant("float64")))
    assert ("with_lost" in text) is corrected


def test_a_branch_of_parameters_alone_is_corrected() -> None:
    """Once a call, so that it costs nothing; one rounding is as good as none."""
    builder = Builder()
    c, f = builder.make(Element, "c", ()), builder.make(Element, "f", ())
    once = builder.make(Apply, "mul", (c, c))
    twice = builder.make(Apply, "div", (once, builder.make(Constant, 6.0)))
    small = builder.make(Apply, "lt", (f, c))

    def then(branch: Node, *parameters: str) -> Node:
        return Carried(builder, parameters).into(builder.make(Select, small, branch, f)).operands[1]

    assert heads(then(twice, "c")) >= {"with_lost", "quotient_lost"}
    assert then(once, "c") is once
    assert then(twice) is twice


def test_what_a_constant_lacks_is_known() -> None:
    """Without what is missing from sqrt(2) it is wrong by several ulp."""
    y, f = sl.target("y"), sl.prediction("f")
    loss = sl.Loss("carried_constant", y * (sp.sqrt(2) + f) ** 4 * (sp.sqrt(2) - f) ** 4)
    b = np.ldexp(np.random.default_rng(0).integers(1, 1 << 20, size=200).astype(float), -21)
    for got, q in zip(loss.value(np.ones(200), b, reduction="none"), b, strict=True):
        want = (2 - Fraction(q) ** 2) ** 4
        assert abs(Fraction(float(got)) - want) <= Fraction(0.51) * Fraction(math.ulp(float(want)))


def test_what_two_numbers_round_to_has_no_rest() -> None:
    translation = Translation(Builder(), {})
    node = translation.number(translation.rounded(sp.sqrt(2)))
    assert translation.builder.missing[node] == pytest.approx(-9.667293313452913e-17, rel=1e-15)
    assert translation.rounded(exact(math.sqrt(2.0))) == math.sqrt(2.0)
    assert translation.builder.missing[node] == 0.0


@pytest.mark.parametrize("head", ["exp_corrected", "exp_product_corrected"])
def test_what_rounding_took_from_an_exponent_counts_once(head: str) -> None:
    """It is in the function already; what stands below it is not added."""
    builder = Builder()
    x, error, c = chain(builder, "mul", 12), builder.make(Element, "e", ()), chain(builder, "mul", 2)
    node = builder.make(Apply, head, (x, error, c)[: 3 if "product" in head else 2])
    carried = Carried(builder)
    assert carried.variance(node, False) <= 3 / 12
    lost = carried.error(node)
    assert isinstance(lost, Apply)
    assert (lost.head, lost.arguments[2]) == ("exp_product_lost", error)


def test_float32_kernels_leave_it_out() -> None:
    """Also where it stands in a branch or is summed along a row."""
    for name, prediction in (("pseudo_huber", "f"), ("tukey_biweight", "f"), ("tversky", "z")):
        pipeline = sl.get(name).pipeline
        assert "_lost" in show(pipeline.nest((Request("hessian", (prediction,)),), Variant("float64")))
        assert "_lost" not in show(pipeline.nest((Request("hessian", (prediction,)),), Variant("float32")))
