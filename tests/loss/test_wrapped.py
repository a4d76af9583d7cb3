"""Wrapped losses are losses: everything that works for others works for them, and what two of them share is equal."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import special

import symloss as sl

bce, focal, hinge, poisson = map(sl.get, ("binary_cross_entropy_with_logits", "focal", "hinge", "poisson"))
sparse, dense = map(sl.get, ("sparse_softmax_cross_entropy", "softmax_cross_entropy"))
f, K = sl.prediction("f"), sl.axis("K")
gamma = sl.parameter("power", default=2.0, domain=sl.NonNegative)
temperature = sl.parameter("T", default=2.0, domain=sl.Positive)

random = np.random.default_rng(0)
Z, F = random.normal(size=(5, 3)) * 3, random.normal(size=5) * 3
C, T, Y = random.integers(0, 3, 5), random.dirichlet(np.ones(3), 5), random.random(5)
S = random.choice([-1.0, 1.0], 5)
W = np.array([1.0, 3.0, 0.5])

# the loss, its arguments, its parameters
WRAPPED: dict[str, tuple[sl.Loss, tuple[Any, ...], dict[str, Any]]] = {
    "weighted by a vector": (sl.class_weighted(sparse), (C, Z), {"class_weight": W}),
    "weighted by numbers": (sl.class_weighted(dense, (1.0, 3.0, 0.3)), (T, Z), {}),
    "weighted pair": (sl.class_weighted(bce), (Y, F), {"w_pos": 3.0}),
    "smoothed class": (sl.label_smoothed(sparse, 0.1), (C, Z), {}),
    "smoothed row": (sl.label_smoothed(dense, sl.parameter("share", default=0.2, domain=sl.Unit)), (T, Z), {}),
    "modulated class": (sl.focal_modulated(sparse, gamma), (C, Z), {"power": 1.5}),
    "modulated share": (sl.focal_modulated(bce, gamma), (Y, F), {}),
    "signs": (sl.as_margin(bce), (S, F), {}),
    "bits": (sl.as_binary(hinge), ((S + 1) / 2, F), {}),
    "cooled": (sl.with_temperature(sparse, temperature), (C, Z), {"T": 3.0}),
    "cooled likelihood": (sl.with_temperature(poisson, temperature), (Y, F), {}),
    "relinked": (bce.with_link("cloglog"), (Y, F), {}),
    "relinked likelihood": (poisson.with_link(sl.softplus(f)), (Y, F), {}),
    "several at once": (
        sl.label_smoothed(sl.class_weighted(sl.focal_modulated(sl.with_temperature(sparse, 2.0), 2.0))), (C, Z),
        {"class_weight": W},
    ),
}  # fmt: skip
wrapped = pytest.mark.parametrize("name", WRAPPED)


def same(a: Any, b: Any) -> bool:
    return bool(np.array_equal(np.asarray(a), np.asarray(b)))


@wrapped
def test_it_is_saved_pickled_and_derived_like_any_other(name: str, tmp_path: Path) -> None:
    loss, arguments, parameters = WRAPPED[name]
    loss.save(tmp_path / "saved.py")
    (read,) = sl.load(tmp_path / "saved.py")
    assert read == loss == pickle.loads(pickle.dumps(loss))
    assert same(read.gradient(*arguments, **parameters), loss.gradient(*arguments, **parameters))
    raw = arguments[-1]
    assert same(read.predict(raw, **parameters), loss.predict(raw, **parameters))
    assert "by the user" in str(loss.derivation())


@wrapped
def test_it_adds_multiplies_and_binds(name: str) -> None:
    loss, arguments, parameters = WRAPPED[name]
    value = loss.value(*arguments, **parameters)
    assert np.allclose((2 * loss + loss).value(*arguments, **parameters), 3 * value, rtol=1e-14, atol=0.0)
    scalars = {k: v for k, v in parameters.items() if not np.ndim(v)}
    vectors = {k: v for k, v in parameters.items() if np.ndim(v)}
    bound = loss.bind(**scalars)
    assert np.allclose(bound.value(*arguments, **vectors), value, rtol=1e-14, atol=0.0)
    assert np.allclose(
        bound.predict(arguments[-1], **vectors), loss.predict(arguments[-1], **parameters), rtol=1e-15, atol=0.0
    )


@wrapped
def test_its_products_are_those_of_its_matrix(name: str) -> None:
    loss, arguments, parameters = WRAPPED[name]
    vector = np.ones_like(arguments[-1])
    product = loss.hvp(*arguments, vector, **parameters)
    if vector.ndim == 1:
        assert np.allclose(product, loss.hessian(*arguments, **parameters), rtol=1e-13, atol=0.0)
        return
    vector[:, 0] = 2.0
    matrix = loss.hessian_matrix(*arguments, **parameters)
    expected = np.einsum("nij,nj->ni", matrix, vector)
    assert np.allclose(loss.hvp(*arguments, vector, **parameters), expected, rtol=1e-12, atol=1e-15 * abs(matrix).max())


def test_what_the_prediction_is_stays_said() -> None:
    assert sl.class_weighted(sparse).link == sl.label_smoothed(sparse).link == "softmax"
    assert sl.as_margin(bce).link == "logit"
    assert np.allclose(sl.with_temperature(bce, 2.0).predict(F), special.expit(F / 2), rtol=1e-15, atol=0.0)
    assert np.allclose(sl.with_temperature(dense, 2.0).predict(Z), special.softmax(Z / 2, axis=1), rtol=1e-15, atol=0.0)
    assert np.allclose(sl.with_temperature(poisson, 2.0).fisher(F), np.exp(F / 2) / 4, rtol=1e-14, atol=0.0), (
        "a likelihood stays one"
    )


def test_a_wrapped_metric_is_a_metric() -> None:
    weighted = sl.class_weighted(sl.get("accuracy"), (1.0, 3.0))
    assert weighted.value([0, 1], [[1.0, 0.0], [0.0, 1.0]]).tolist() == [1.0, 3.0]
    with pytest.raises(sl.DerivationError, match="has no gradient"):
        weighted.gradient([0], [[1.0, 0.0]])


# --- identities ---------------------------------------------------------------------------------


def test_nothing_done_is_nothing_changed() -> None:
    assert sl.with_temperature(bce, 1).expression == bce.expression
    assert sl.with_temperature(poisson, 1.0).link == "log"
    assert sl.class_weighted(bce, (1, 1)).expression == bce.expression
    assert same(sl.label_smoothed(dense, 0.0).value(T, Z), dense.value(T, Z))
    assert np.allclose(sl.focal_modulated(sparse, 0).value(C, Z), sparse.value(C, Z), rtol=1e-15, atol=0.0)


@pytest.mark.parametrize(
    "loss", [bce, focal, sl.focal_modulated(bce, 2), bce.with_link("cloglog")], ids=lambda x: x.name
)
def test_bits_to_signs_and_back(loss: sl.Loss) -> None:
    y, bit = loss.inputs[0], sl.target("y", domain=sl.Binary)
    assert sl.as_binary(sl.as_margin(loss)).expression == loss.expression.xreplace({y: bit})


@pytest.mark.parametrize("loss", [hinge, sl.get("squared_hinge"), sl.as_margin(bce)], ids=lambda x: x.name)
def test_signs_to_bits_and_back(loss: sl.Loss) -> None:
    assert sl.as_margin(sl.as_binary(loss)).expression == loss.expression


def test_modulated_cross_entropy_is_twice_the_focal_loss_of_equal_classes() -> None:
    bits = (Y > 0.5).astype(float)
    half = focal.value(bits, F, gamma=1.5, alpha=0.5)
    assert np.allclose(sl.focal_modulated(bce, 1.5).value(bits, F), 2 * half, rtol=1e-14, atol=0.0)


def test_a_label_and_its_one_hot_row_are_smoothed_and_weighted_alike() -> None:
    onehot = np.eye(3)[C]
    for wrap in (lambda x: sl.label_smoothed(x, 0.3), lambda x: sl.class_weighted(x, list(W))):
        assert np.allclose(wrap(sparse).value(C, Z), wrap(dense).value(onehot, Z), rtol=1e-14, atol=0.0)
        assert np.allclose(wrap(sparse).gradient(C, Z), wrap(dense).gradient(onehot, Z), rtol=1e-13, atol=1e-16)


# --- peers --------------------------------------------------------------------------------------


def both(torch: Any, loss: sl.Loss, arguments: tuple[Any, Any], peer: Any, **parameters: Any) -> None:
    """Value and gradient, per sample."""
    raw = torch.tensor(arguments[1], requires_grad=True)
    value = peer(raw)
    (gradient,) = torch.autograd.grad(value.sum(), raw)
    assert np.allclose(loss.value(*arguments, **parameters), value.detach().numpy(), rtol=1e-12, atol=0.0)
    assert np.allclose(loss.gradient(*arguments, **parameters), gradient.numpy(), rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_pytorchs_weights_and_smoothing(smoothing: float) -> None:
    torch = pytest.importorskip("torch")
    entropy, weight = torch.nn.functional.cross_entropy, torch.tensor(W)
    given = {"weight": weight, "reduction": "none", "label_smoothing": smoothing}
    for target, loss, own in ((torch.tensor(C), sparse, C), (torch.tensor(T), dense, T)):
        # The weights after the smoothing for a label, before it for a row: both weight the terms of the sum.
        made = sl.label_smoothed(sl.class_weighted(loss), smoothing) if loss is sparse else None
        made = made or sl.class_weighted(sl.label_smoothed(loss, smoothing))
        both(torch, made, (own, Z), lambda raw, t=target: entropy(raw, t, **given), class_weight=W)


def test_pytorchs_positive_weight_and_mean() -> None:
    torch = pytest.importorskip("torch")
    entropy = torch.nn.functional.binary_cross_entropy_with_logits
    given = {"pos_weight": torch.tensor(3.0, dtype=torch.float64), "reduction": "none"}
    both(torch, sl.class_weighted(bce, (1.0, 3.0)), (Y, F), lambda raw: entropy(raw, torch.tensor(Y), **given))
    mean = torch.nn.functional.cross_entropy(torch.tensor(Z), torch.tensor(C), weight=torch.tensor(W))
    assert sparse(C, Z, sample_weight=W[C]) == pytest.approx(float(mean), rel=1e-14)
