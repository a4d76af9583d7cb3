"""Every wrapper against the same loss by hand: value, gradient and Hessian, at ordinary and at extreme points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import pytest
import sympy as sp
from mpmath import exp, fsum, log, mpf

import symloss as sl
from tests.loss.by_hand import ByHand

LOGITS = (0.0, 0.3, -2.5, 5.0, 40.0, -40.0, 800.0, -800.0)
ROWS = (
    [0.3, -1.2, 2.5], [40.0, 0.0, 0.0], [0.0, 40.0, 1.0], [800.0, 0.0, 1.0], [-800.0, 0.0, 799.0],
    [1000.0, 1000.25, 999.0],
)  # fmt: skip
TARGETS = ([1.0, 0.0, 0.0], [0.25, 0.25, 0.5])

BITS = tuple({"y": y, "f": f} for y in (0.0, 1.0) for f in LOGITS)
SHARES = (*BITS, *({"y": 0.25, "f": f} for f in LOGITS))
SIGNS = tuple({"y": y, "f": f} for y in (-1.0, 1.0) for f in LOGITS)
CLASSES = tuple({"c": c, "z": z} for c in (0, 1) for z in ROWS)
SOFT = tuple({"t": t, "z": z} for t in TARGETS for z in ROWS)

bce, hinge, focal = map(sl.get, ("binary_cross_entropy_with_logits", "hinge", "focal"))
sparse, dense, kl = map(sl.get, ("sparse_softmax_cross_entropy", "softmax_cross_entropy", "kl_divergence"))
logistic = sl.as_margin(bce)
share = sl.parameter("epsilon", domain=sl.Unit)
gamma = sl.parameter("gamma", default=2.0, domain=sl.NonNegative)
WEIGHTS = [1.0, 3.0, 0.75]


def sigmoid(x: Any) -> Any:
    return 1 / (1 + exp(-x))


def softplus(x: Any) -> Any:
    return log(1 + exp(x))


def surprise(z: list[Any], k: int) -> Any:
    """-log softmax(z)[k]."""
    return log(fsum(exp(x - z[k]) for x in z))


def probability(z: list[Any], k: int) -> Any:
    return 1 / fsum(exp(x - z[k]) for x in z)


def rest(z: list[Any], k: int) -> Any:
    """1 - softmax(z)[k]."""
    others = fsum(exp(x) for n, x in enumerate(z) if n != k)
    return others / (others + exp(z[k]))


def of_class(n: Any) -> int:
    return int(n.c)


def smoothed(t: list[Any], epsilon: Any) -> list[Any]:
    return [(1 - epsilon) * x + epsilon / len(t) for x in t]


def onehot(n: Any) -> list[Any]:
    return [mpf(k == n.c) for k in range(len(n.z))]


def cross_entropy(t: list[Any], z: list[Any], weights: Any = None) -> Any:
    return fsum((weights[k] if weights else 1) * x * surprise(z, k) for k, x in enumerate(t))


def divergence(t: list[Any], z: list[Any], weights: Any = None) -> Any:
    own = [x * log(x) if x else mpf(0) for x in t]
    return fsum((weights[k] if weights else 1) * (own[k] + x * surprise(z, k)) for k, x in enumerate(t))


def blend(y: Any, one: Any, zero: Any) -> Any:
    """What the classes cost, each by its share; a class of no share costs nothing."""
    return (y * one if y else mpf(0)) + ((1 - y) * zero if y != 1 else mpf(0))


CASES = {
    "weighted bits": ByHand(
        sl.class_weighted(bce), lambda n: blend(n.y, 3 * softplus(-n.f), softplus(n.f) / 2), SHARES,
        {"w_neg": 0.5, "w_pos": 3.0},
    ),
    "weighted signs": ByHand(
        sl.class_weighted(logistic, (0.5, 3.0)), lambda n: (3 if n.y > 0 else mpf(0.5)) * softplus(-n.y * n.f), SIGNS
    ),
    "weighted classes": ByHand(
        sl.class_weighted(sparse), lambda n: n.class_weight[of_class(n)] * surprise(n.z, of_class(n)), CLASSES,
        {"class_weight": WEIGHTS},
    ),
    "classes weighted by numbers": ByHand(
        sl.class_weighted(sparse, WEIGHTS), lambda n: WEIGHTS[of_class(n)] * surprise(n.z, of_class(n)), CLASSES[::3]
    ),
    "weighted rows": ByHand(
        sl.class_weighted(dense), lambda n: cross_entropy(n.t, n.z, n.class_weight), SOFT, {"class_weight": WEIGHTS}
    ),
    "rows weighted by numbers": ByHand(
        sl.class_weighted(kl, WEIGHTS), lambda n: divergence(n.t, n.z, WEIGHTS), SOFT[::3]
    ),
    "smoothed shares": ByHand(
        sl.label_smoothed(bce, share),
        lambda n: blend((1 - n.epsilon) * n.y + n.epsilon / 2, softplus(-n.f), softplus(n.f)), SHARES,
        {"epsilon": 0.1},
    ),
    "smoothed bits": ByHand(
        sl.label_smoothed(sl.focal_modulated(bce, 2)),
        lambda n: blend(
            (1 - mpf(0.1)) * n.y + mpf(0.1) / 2, sigmoid(-n.f) ** 2 * softplus(-n.f), sigmoid(n.f) ** 2 * softplus(n.f)
        ),
        BITS,
    ),
    "smoothed signs": ByHand(
        sl.label_smoothed(logistic, 0.25),
        lambda n: mpf(0.875) * softplus(-n.y * n.f) + mpf(0.125) * softplus(n.y * n.f), SIGNS,
    ),
    "smoothed classes": ByHand(
        sl.label_smoothed(sparse, share), lambda n: cross_entropy(smoothed(onehot(n), n.epsilon), n.z), CLASSES,
        {"epsilon": 0.1},
    ),
    "barely smoothed classes": ByHand(
        sl.label_smoothed(sparse, share), lambda n: cross_entropy(smoothed(onehot(n), n.epsilon), n.z), CLASSES,
        {"epsilon": 1e-10},
    ),
    "smoothed rows": ByHand(
        sl.label_smoothed(dense, 0.125), lambda n: cross_entropy(smoothed(n.t, mpf(0.125)), n.z), SOFT
    ),
    "smoothed divergence": ByHand(
        sl.label_smoothed(kl, share), lambda n: divergence(smoothed(n.t, n.epsilon), n.z), SOFT, {"epsilon": 0.1}
    ),
    "smoothed divergence, no share": ByHand(
        sl.label_smoothed(kl, share), lambda n: divergence(n.t, n.z), SOFT, {"epsilon": 0.0}
    ),
    "modulated bits": ByHand(
        sl.focal_modulated(bce, gamma),
        lambda n: blend(n.y, sigmoid(-n.f) ** n.gamma * softplus(-n.f), sigmoid(n.f) ** n.gamma * softplus(n.f)),
        SHARES, {"gamma": 1.5},
    ),
    "modulated classes": ByHand(
        sl.focal_modulated(sparse), lambda n: rest(n.z, of_class(n)) ** 2 * surprise(n.z, of_class(n)), CLASSES
    ),
    "signs": ByHand(logistic, lambda n: softplus(-n.y * n.f), SIGNS),
    "signs of unequal classes": ByHand(
        sl.as_margin(sl.class_weighted(bce, (1.0, 3.0))),
        lambda n: 3 * softplus(-n.f) if n.y > 0 else softplus(n.f), SIGNS,
    ),
    "cooled bits": ByHand(
        sl.with_temperature(bce), lambda n: blend(n.y, softplus(-n.f / n.temperature), softplus(n.f / n.temperature)),
        SHARES, {"temperature": 2.5},
    ),
    "cooled classes": ByHand(
        sl.with_temperature(sparse, 2.5), lambda n: surprise([x / mpf(2.5) for x in n.z], of_class(n)), CLASSES
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_wrapper_is_what_it_is_by_hand(name: str) -> None:
    assert not CASES[name].faults()


def test_a_hinge_of_bits_and_of_signs_with_weights_and_shares() -> None:
    """Plain arithmetic: max(0, 1 - s f)."""
    f = [0.25, -3.0]
    assert sl.as_binary(hinge).value([1.0, 0.0], f).tolist() == [0.75, 0.0]
    assert sl.as_binary(hinge).gradient([1.0, 0.0], f).tolist() == [-1.0, 0.0]
    assert sl.class_weighted(hinge, (2.0, 3.0)).value([1.0, -1.0], f).tolist() == [2.25, 0.0]
    assert sl.label_smoothed(hinge, 0.5).value([1.0, -1.0], f).tolist() == [0.75 * 0.75 + 0.25 * 1.25, 0.25 * 4.0]


def test_the_derivatives_by_hand() -> None:
    """The forms that a paper would print, at a confident row and at an ordinary one."""
    w = sl.class_weighted(bce, (0.5, 3.0))
    for y, f in ((1.0, 0.5), (0.25, -40.0)):
        p, q = float(sigmoid(mpf(f))), float(sigmoid(-mpf(f)))
        assert w.gradient(y, f) == pytest.approx(0.5 * (1 - y) * p - 3 * y * q, rel=1e-15)
        assert w.hessian(y, f) == pytest.approx((0.5 * (1 - y) + 3 * y) * p * q, rel=1e-15)
    assert str(sl.label_smoothed(dense, share).gradient_expression) == "-epsilon/K - (1 - epsilon)*t[i] + softmax(z)[i]"
    modulated = sl.focal_modulated(bce, 2)
    p, q = float(sigmoid(mpf(0.5))), float(sigmoid(-mpf(0.5)))
    # Lin et al. (2017), appendix B: y (1 - p_t)**gamma (gamma p_t log(p_t) + p_t - 1)
    assert modulated.gradient(1.0, 0.5) == pytest.approx(q**2 * (2 * p * float(log(p)) + p - 1), rel=1e-14)


# --- what they refuse ---------------------------------------------------------------------------

y, f = sl.target("y"), sl.prediction("f")
unit, bit, sign = (sl.target("y", domain=d) for d in (sl.Unit, sl.Binary, sl.Signs))
K = sl.axis("K")
k = K.indices("k")
t, z = sl.target("t", K, domain=sl.Simplex(K)), sl.prediction("z", K)
brier = sl.Loss("brier", (sl.sigmoid(f) - unit) ** 2, link="logit")
regression = sl.get("squared_error")

REFUSED: dict[str, tuple[Callable[[], Any], tuple[str, ...]]] = {
    "weights of a regression": (
        lambda: sl.class_weighted(regression, (1, 2)), ("y in Reals", "sl.label('c', K)", "domain=sl.Binary"),
    ),
    "weights where classes have no terms": (
        lambda: sl.class_weighted(brier, (1, 2)), ("brier", "not linear in y", "sl.target('y', domain=sl.Binary)"),
    ),
    "three weights for two classes": (lambda: sl.class_weighted(bce, (1, 2, 3)), ("(w_neg, w_pos)",)),
    "one weight for two classes": (lambda: sl.class_weighted(bce, 2.0), ("(w_neg, w_pos)", "2.0")),
    "a negative weight": (lambda: sl.class_weighted(sparse, [1.0, -2.0]), ("weights[1]", "-2.0", "a number >= 0")),
    "weights of a ratio": (lambda: sl.class_weighted(sl.get("dice"), (1, 2)), ("sum over P", "sp.Sum(..., k)")),
    "weights over another axis": (
        lambda: sl.class_weighted(sparse, sl.parameter("w", sl.axis("M"), domain=sl.NonNegative)),
        ("sl.parameter('class_weight', K, domain=sl.NonNegative)",),
    ),
    "weights that may be negative": (
        lambda: sl.class_weighted(sparse, sl.parameter("w", K)), ("domain=sl.NonNegative",),
    ),
    "weights beside the sum": (
        lambda: sl.class_weighted(sl.Loss("l", sl.logsumexp(z[k], k) - sp.Sum(t[k] * z[k], k))),
        ("not a sum over K of terms in t",),
    ),
    "smoothing a regression": (lambda: sl.label_smoothed(regression), ("y in Reals",)),
    "too large a share": (lambda: sl.label_smoothed(bce, 1.5), ("epsilon=1.5", "a number in [0, 1]")),
    "a share of any size": (
        lambda: sl.label_smoothed(bce, sl.parameter("s")), ("sl.Reals", "sl.parameter('s', domain=sl.Unit)"),
    ),
    "a share that is text": (lambda: sl.label_smoothed(bce, "much"), ("'much'", "sl.parameter")),
    "modulation without a probability": (
        lambda: sl.focal_modulated(hinge), ("link is 'identity'", "'logit'", "'softmax'"),
    ),
    "modulation by a negative power": (lambda: sl.focal_modulated(bce, -1.0), ("gamma=-1.0", "a number >= 0")),
    "signs of signs": (lambda: sl.as_margin(hinge), ("y in Signs", "domain=sl.Binary")),
    "bits of bits": (lambda: sl.as_binary(bce), ("y in Unit", "domain=sl.Signs")),
    "no target at all": (lambda: sl.label_smoothed(sl.get("info_nce")), ("no target",)),
    "a cooled probability": (
        lambda: sl.with_temperature(bce.with_link("identity")), ("f is in sl.Unit", "sl.Reals"),
    ),
    "no temperature": (lambda: sl.with_temperature(bce, 0.0), ("temperature=0.0", "a number > 0")),
    "a temperature of any size": (
        lambda: sl.with_temperature(bce, sl.parameter("T")), ("sl.parameter('T', domain=sl.Positive)",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what: str) -> None:
    wrap, words = REFUSED[what]
    with pytest.raises(sl.DeclarationError) as error:
        wrap()
    for word in words:
        assert word in str(error.value), str(error.value)


def test_weights_by_number_fix_the_number_of_classes() -> None:
    with pytest.raises(sl.ShapeError, match="K = 3"):
        sl.class_weighted(sparse, WEIGHTS).value([0], [[0.0, 1.0]])


def test_a_fault_is_seen() -> None:
    """The comparison bites: the wrong weight, and a form that loses a confident row."""
    assert ByHand(sl.class_weighted(bce, (0.5, 3.0)), lambda n: softplus(-n.f), BITS[8:10]).faults()
    naive = sl.Loss("naive", sl.as_margin(bce).expression + 1)
    assert ByHand(naive, lambda n: softplus(-n.y * n.f), SIGNS[:1]).faults()
    assert mpmath.isfinite(CASES["signs"].formula(type("n", (), SIGNS[0])))
