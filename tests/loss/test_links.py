"""Change of link: the same loss of the same prediction; by hand in mpmath, and back again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp
from mpmath import erfc, exp, fsum, log, mpf, sqrt
from sympy.stats import Bernoulli, Gamma, Poisson

import symloss as sl
from tests.loss.by_hand import ByHand
from tests.loss.test_wrappers import LOGITS, SHARES, SOFT, blend, softplus

f, bit = sl.prediction("f"), sl.target("y", domain=sl.Binary)
size = sl.target("y", domain=sl.Positive)
bce, poisson, squared = map(sl.get, ("binary_cross_entropy_with_logits", "poisson", "squared_error"))
dense, sparse, kl, dice = map(
    sl.get, ("softmax_cross_entropy", "sparse_softmax_cross_entropy", "kl_divergence", "dice")
)
coin = sl.Loss.from_likelihood("coin", Bernoulli("Y", sl.sigmoid(f)), target=bit)
gamma = sl.Loss.from_likelihood("gamma_of_shape_2", Gamma("Y", 2, sp.exp(f) / 2), target=size)

MILD = tuple(s for s in SHARES if s["f"] < 700)  # exp(800) is beyond a double
COUNTS = tuple({"y": y, "f": f} for y in (0.0, 1.0, 3.25) for f in LOGITS)
RATES = tuple({"y": y, "f": f} for y in (0.0, 1.0, 3.25) for f in (1e-20, 0.3, 3.25, 1e20))
SIZES = tuple({"y": y, "f": f} for y in (0.5, 3.0) for f in (-40.0, -2.5, 0.3, 40.0, 800.0))
BELOW = tuple({"y": y, "f": f} for y in (0.0, 1.0, 0.25) for f in (-1e-20, -1e-8, -0.5, -40.0, -800.0))
INSIDE = tuple({"y": y, "f": f} for y in (0.0, 1.0, 0.25) for f in (1e-20, 0.3, 0.75))


def normal(x: Any) -> Any:
    return erfc(-x / sqrt(mpf(2))) / 2


def entropy_of(p: Any, q: Any) -> Callable[[Any], Any]:
    """Binary cross-entropy of a probability p(f) and its complement q(f)."""
    return lambda n: blend(n.y, -log(p(n.f)) if n.y else 0, -log(q(n.f)) if n.y != 1 else 0)


CASES = {
    "cloglog": ByHand(bce.with_link("cloglog"), entropy_of(lambda f: 1 - exp(-exp(f)), lambda f: exp(-exp(f))), MILD),
    "cloglog of a likelihood": ByHand(
        coin.with_link("cloglog"), entropy_of(lambda f: 1 - exp(-exp(f)), lambda f: exp(-exp(f))),
        tuple(s for s in MILD if s["y"] != 0.25),
    ),
    "probit": ByHand(
        bce.with_link("probit"), entropy_of(normal, lambda f: normal(-f)), tuple(s for s in SHARES if abs(s["f"]) < 50)
    ),
    "log": ByHand(bce.with_link("log"), entropy_of(exp, lambda f: 1 - exp(f)), BELOW),
    "identity": ByHand(bce.with_link("identity"), entropy_of(lambda f: f, lambda f: 1 - f), INSIDE),
    "a rate": ByHand(poisson.with_link("identity"), lambda n: n.f - (n.y * log(n.f) if n.y else 0), RATES),
    "a softplus rate": ByHand(
        poisson.with_link(sl.softplus(f)), lambda n: softplus(n.f) - (n.y * log(softplus(n.f)) if n.y else 0), COUNTS
    ),
    "a softplus size": ByHand(
        gamma.with_link(sl.softplus(f)), lambda n: 2 * (n.y / softplus(n.f) + log(softplus(n.f))), SIZES
    ),
    "a softplus mean": ByHand(squared.with_link(sl.softplus(f)), lambda n: (softplus(n.f) - n.y) ** 2 / 2, COUNTS),
    "probabilities of classes": ByHand(
        kl.with_link("identity"), lambda n: fsum(t * log(t / z) for t, z in zip(n.t, n.z, strict=True) if t),
        ({"t": [0.25, 0.25, 0.5], "z": [0.5, 0.25, 0.25]}, {"t": [1.0, 0.0, 0.0], "z": [1e-20, 0.25, 0.75]}),
    ),
    "and back": ByHand(
        dense.with_link("identity").with_link("softmax"),
        lambda n: fsum(
            t * log(fsum(exp(a - b) for a in n.z)) for t, b in zip(n.t, n.z, strict=True)
        ), SOFT,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_another_link_is_what_it_is_by_hand(name: str) -> None:
    assert not CASES[name].faults()


ROUND_TRIPS = [
    (bce, "logit", ("cloglog", "probit", "log", "identity")),
    (sl.get("focal"), "logit", ("cloglog", "probit", "log", "identity")),
    (dice, "logit", ("cloglog", "probit", "identity")),
    (coin, "logit", ("cloglog", "probit", "identity")),
    (poisson, "log", ("identity", sl.softplus(f))),
    (gamma, "log", ("identity",)),
    (dense, "softmax", ("identity",)),
    (sparse, "softmax", ("identity",)),
    (kl, "softmax", ("identity",)),
]


@pytest.mark.parametrize(
    ("loss", "own", "other"), [(a, own, b) for a, own, others in ROUND_TRIPS for b in others],
    ids=lambda x: x.name if isinstance(x, sl.Loss) else str(x),
)  # fmt: skip
def test_there_and_back_is_the_same_expression(loss: sl.Loss, own: str, other: Any) -> None:
    there = loss.with_link(other)
    back = there.with_link(own)
    assert back.expression == loss.expression
    assert back.link == loss.link == own
    assert there.link == other
    assert back.prediction_domain == loss.prediction_domain


def test_its_own_link_is_no_change() -> None:
    assert bce.with_link("logit") is bce
    assert poisson.with_link("log") is poisson


def test_the_prediction_is_what_it_was() -> None:
    """predict, and the Fisher information of a likelihood, which stays one: at the same mean, by the new slope."""
    for loss in (bce, coin):
        assert loss.with_link("cloglog").predict(0.0) == pytest.approx(1 - np.exp(-1), rel=1e-15)
    at = np.array([0.3, 0.8])
    assert np.allclose(coin.with_link("identity").fisher(at), 1 / (at * (1 - at)), rtol=1e-14, atol=0.0)
    assert np.allclose(poisson.with_link("identity").fisher(at), 1 / at, rtol=1e-14, atol=0.0)
    rate = poisson.with_link(sl.softplus(f))
    assert rate.predict(0.0) == pytest.approx(np.log(2), rel=1e-15)
    assert sparse.with_link("identity").predict([0.25, 0.75]).tolist() == [0.25, 0.75]


def test_the_domain_is_where_the_new_link_leads_inside() -> None:
    assert bce.with_link("log").prediction_domain.high == 0.0
    assert bce.with_link("identity").prediction_domain == sl.Unit
    assert poisson.with_link("identity").prediction_domain == sl.Positive
    assert dense.with_link("identity").prediction_domain.name == "Simplex(K)"
    with pytest.raises(sl.DomainError, match=r"f\[0\] is -0.5; expected a number > 0"):
        poisson.with_link("identity").value([1.0], [-0.5])


def test_a_loss_typed_with_its_raw_prediction_keeps_its_digits() -> None:
    """log(1 + exp(f)) - y f has a bare f, which is log(p) - log(1 - p): what cancels is collected."""
    typed = sl.Loss("typed", sp.log(1 + sp.exp(f)) - bit * f, link="logit").with_link("cloglog")
    assert typed.expression == bce.with_link("cloglog").expression.xreplace({bce.inputs[0]: bit})
    assert typed.value(1.0, 5.0) == pytest.approx(float(-mpmath.log(1 - mpmath.exp(-mpmath.exp(5)))), rel=1e-12)


def test_several_predictions_change_the_first() -> None:
    mean = sl.get("normal").with_link("log")
    assert mean.value(3.0, np.log(2.0), 0.0) == pytest.approx(0.5, rel=1e-15)
    assert mean.predict(np.log(2.0), 0.0) == pytest.approx(2.0, rel=1e-15)


K = sl.axis("K")
z = sl.prediction("z", K)
between = sl.Loss("l", (sl.prediction("f", domain=sl.Interval(2, 5)) - bit) ** 2, link="identity")
REFUSED: dict[str, tuple[Callable[[], Any], tuple[str, ...]]] = {
    "a link without a name": (lambda: bce.with_link("square"), ("'square'", "'cloglog'", "sl.softplus(f)")),
    "no link to change": (lambda: sl.Loss("l", (f - bit) ** 2).with_link("log"), ("its own link is not said", "link=")),
    "a mean beyond its range": (lambda: poisson.with_link(f), ("-30.0 at f = -30", "between 0.0 and inf")),
    "a probability beyond 1": (lambda: bce.with_link(sp.exp(f)), ("f = 0.5", "between 0.0 and 1.0")),
    "another prediction": (lambda: bce.with_link(sl.softplus(sl.prediction("g"))), ("an expression in f",)),
    "the target": (lambda: bce.with_link(sl.sigmoid(f) * bit), ("an expression in f",)),
    "a row as a number": (lambda: dense.with_link("logit"), ("'softmax'", "'identity'")),
    "a number as a row": (lambda: bce.with_link("softmax"), ("'softmax'", "other losses do not take")),
    "an interval": (lambda: between.with_link("log"), ("between 2.0 and 5.0", "'log'")),
    "a prediction outside of its link": (
        lambda: sl.Loss("l", sl.norm_cdf(f) * f, link="probit").with_link("logit"),
        ("f occurs", "outside of its inverse link", "sl.Loss"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what: str) -> None:
    relink, words = REFUSED[what]
    with pytest.raises(sl.DeclarationError) as error:
        relink()
    for word in words:
        assert word in str(error.value), str(error.value)


def test_a_row_of_links() -> None:
    """Element by element, in sums and outside of them."""
    t = np.array([[1.0, 0.0, 1.0]])
    p = np.array([[0.5, 0.25, 0.75]])
    of_probabilities = dice.with_link("identity").value(t, p)
    assert of_probabilities[0] == pytest.approx(1 - (2 * 1.25 + 1) / (1.5 + 2 + 1), rel=1e-15)
    assert np.allclose(dice.value(t, np.log(p / (1 - p))), of_probabilities, rtol=1e-14, atol=0.0)


def test_poisson_of_a_variable_and_of_its_density_are_one() -> None:
    count = sl.target("y", domain=sl.NonNegative)
    variable = sl.Loss.from_likelihood("p", Poisson("Y", sp.exp(f)), target=count)
    assert variable.with_link("identity").expression == poisson.with_link("identity").expression
