"""Declarations that cannot work are refused at once, and the message says what to write instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp
from sympy.stats import Normal

import symloss as sl

y, f = sl.target("y"), sl.prediction("f")
w = sl.data("w")
K = sl.axis("K")
i, k = K.indices("i k")
z = sl.prediction("z", K)
g = sl.prediction("g")

# what is refused: (how to write it, words that the message must contain)
REFUSED: dict[str, tuple[Callable[[], Any], tuple[str, ...]]] = {
    "a symbol without a role": (
        lambda: sl.Loss("l", (f - y) ** 2 * sp.Symbol("scale")),
        ("scale", "no role", "sl.parameter('scale')"),
    ),
    "an array without a role": (
        lambda: sl.Loss("l", sp.Sum(z[k] * sp.IndexedBase("v")[k], k)),
        ("v", "no role", "sl.parameter"),
    ),
    "a sum over an index of no axis": (
        lambda: sl.Loss("l", sp.Sum(z[sp.Idx("m", 3)], (sp.Idx("m", 3), 0, 2))),
        ("no axis", "sl.axis"),
    ),
    "a reduction over a symbol": (lambda: sl.logsumexp(z[k], sp.Symbol("k")), ("no axis", "sl.axis")),
    "a random variable": (lambda: sl.Loss("l", Normal("Y", f, 1)), ("sympy.stats", "sl.Loss.from_likelihood('l'")),
    "an ambiguous order": (lambda: sl.Loss("l", w * (f - y) ** 2), ("order", "inputs=(y, w, f)")),
    "two predictions without an order": (lambda: sl.Loss("l", (f - g) ** 2), ("order", "inputs=")),
    "an input left out": (lambda: sl.Loss("l", w * (f - y) ** 2, inputs=(y, f)), ("leaves out w", "inputs=(y, w, f)")),
    "inputs in another order": (
        lambda: sl.Loss("l", w * (f - y) ** 2, inputs=(f, w, y)),
        ("targets, then data, then predictions",),
    ),
    "an input twice": (lambda: sl.Loss("l", (f - y) ** 2, inputs=(y, y, f)), ("twice",)),
    "a parameter among the inputs": (
        lambda: sl.Loss("l", f * sl.parameter("q"), inputs=(f, sl.parameter("q"))),
        ("parameter", "keyword"),
    ),
    "no prediction": (lambda: sl.Loss("l", y**2), ("no prediction", "sl.prediction")),
    "a free index": (lambda: sl.Loss("l", z[k] ** 2), ("free", "sp.Sum(..., k)")),
    "two roles of one name": (lambda: sl.Loss("l", (sl.prediction("y") - y) ** 2), ("declared twice",)),
    "two domains of one name": (
        lambda: sl.Loss("l", (f - y) ** 2 + sl.target("y", domain=sl.Positive)),
        ("declared twice",),
    ),
    "a truth value": (lambda: sl.Loss("l", f > y), ("truth value", "sp.Piecewise")),
    "== where Eq was meant": (lambda: sl.Loss("l", y == 0), ("truth value", "sp.Eq(y, 0)")),
    "something undefined": (lambda: sl.Loss("l", f * sp.zoo), ("undefined",)),
    "not an expression": (lambda: sl.Loss("l", [f]), ("expected one SymPy expression",)),
    "a name that is none": (lambda: sl.Loss("my loss", f - y), ("identifier",)),
    "an unknown convention": (lambda: sl.Loss("l", sp.Abs(f - y), kinks="middle"), ("kinks='middle'", "'mean'")),
    "an unknown link": (lambda: sl.Loss("l", sp.exp(f) - y, link="square"), ("link='square'", "'log'")),
    "an order of predictions": (
        lambda: sl.Loss("l", sp.Sum(sl.sort(z[k], k)[i] * i, i)),
        ("sl.sort and sl.rank", "targets and data only"),
    ),
    "a simplex without its axis": (lambda: sl.target("t", domain=sl.Simplex(K)), ("simplex needs its axis",)),
    "a domain that is none": (lambda: sl.target("y", domain="positive"), ("expected a domain", "sl.Positive")),
    "softmax of no array": (lambda: sl.softmax(f)[k], ("expected an array", "sl.prediction('z', K)")),
    "an integral": (lambda: sl.Loss("l", sp.Integral(f, (f, 0, 1))), ("Integral",)),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what: str) -> None:
    declare, words = REFUSED[what]
    with pytest.raises(sl.DeclarationError) as error:
        declare()
    for word in words:
        assert word in str(error.value), str(error.value)


def test_a_target_is_not_differentiated() -> None:
    loss = sl.Loss("l", (f - y) ** 2)
    with pytest.raises(sl.SymlossError, match="observed, not predicted"):
        loss.gradient([1.0], [2.0], wrt="y")


def test_conflicting_domains_do_not_combine() -> None:
    a = sl.Loss("a", (f - y) ** 2)
    b = sl.Loss("b", sl.softplus(f) - sl.target("y", domain=sl.Binary) * f)
    with pytest.raises(sl.DeclarationError, match="y"):
        _ = a + b


def test_the_raw_and_the_named_form_are_the_same_loss() -> None:
    raw = sl.Loss("l", sp.log(1 + sp.exp(f)) - y * f)
    named = sl.Loss("l", sl.softplus(f) - y * f)
    assert raw == named
    assert hash(raw) == hash(named)


def test_axes_of_one_name_and_two_lengths_are_two() -> None:
    three = sl.axis("K", 3)
    assert sl.label("c", three) != sl.label("c", K)
    assert sl.prediction("z", three) != z
    assert sl.label("c", three) == sl.label("c", sl.axis("K", 3))


def test_a_row_that_sums_to_one_has_no_constant_to_fit() -> None:
    with pytest.raises(sl.DerivationError, match="fit a loss of logits"):
        sl.get("cross_entropy_probability").fit_intercept_only([[0.25, 0.75]])
