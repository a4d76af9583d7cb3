"""Priors on the weights of a model: objectives and optima of scikit-learn's penalised models, at both scales."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
import sympy as sp

import symloss as sl

squared, bce, huber = map(sl.get, ("squared_error", "binary_cross_entropy_with_logits", "huber"))
normal, laplace, student = map(sl.get, ("normal_prior", "laplace_prior", "student_t_prior"))

random = np.random.default_rng(1)
N, D = 40, 3
X = random.normal(size=(N, D))
W = np.array([1.5, -0.5, 0.0])
Y = X @ np.array([1.0, -2.0, 0.1]) + random.normal(size=N)
B = (random.random(N) < 1 / (1 + np.exp(-Y))).astype(float)


def objective(loss: sl.Loss, target: Any, w: Any, **parameters: Any) -> tuple[float, Any]:
    """The mean loss of a linear model and its gradient by the weights: the chain rule and the prior's part."""
    value, (by_f, by_w) = loss.value_and_gradient(target, X @ w, w=w, wrt=("f", "w"), reduction="mean", **parameters)
    return value, X.T @ by_f + by_w


def test_weight_decay_and_l1_at_their_scales() -> None:
    """lambda = 1/(n scale**2) and lambda = 1/(n scale)."""
    ridge, lasso = sl.penalised(squared, normal), sl.penalised(squared, laplace)
    mean = ((X @ W - Y) ** 2).mean() / 2
    slope = X.T @ (X @ W - Y) / N
    for scale in (0.5, 2.0):
        value, gradient = objective(ridge, Y, W, n_samples=N, scale=scale)
        decay = 1 / (N * scale**2)
        assert value == pytest.approx(mean + decay / 2 * (W**2).sum(), rel=1e-14)
        assert np.allclose(gradient, slope + decay * W, rtol=1e-13, atol=1e-16)
        value, gradient = objective(lasso, Y, W, n_samples=N, scale=scale)
        assert value == pytest.approx(mean + np.abs(W).sum() / (N * scale), rel=1e-14)
        assert np.allclose(gradient, slope + np.sign(W) / (N * scale), rtol=1e-13, atol=1e-16)


def test_the_sum_is_the_negative_log_posterior() -> None:
    """Up to a constant: differences of it, by the densities of SciPy."""
    stats = pytest.importorskip("scipy.stats")
    map_ = sl.penalised(bce, student, n_samples=N, df=3.0, scale=0.5)

    def posterior(w: Any) -> float:
        likelihood = stats.bernoulli.logpmf(B.astype(int), 1 / (1 + np.exp(-X @ w))).sum()
        return float(likelihood + stats.t.logpdf(w, 3, 0, 0.5).sum())

    totals = [map_.value(B, X @ w, w=w, reduction="sum") for w in (W, 2 * W)]
    assert totals[0] - totals[1] == pytest.approx(posterior(2 * W) - posterior(W), rel=1e-12)


def test_ridge_lasso_and_logistic_regression_stop_where_the_gradient_is_zero() -> None:
    linear = pytest.importorskip("sklearn.linear_model")
    model = linear.Ridge(alpha=4.0, fit_intercept=False, solver="cholesky").fit(X, Y)
    _, gradient = objective(sl.penalised(squared, normal, n_samples=N, scale=0.5), Y, model.coef_)
    assert abs(gradient).max() < 1e-14
    model = linear.LogisticRegression(C=0.25, fit_intercept=False, tol=1e-12, max_iter=10_000).fit(X, B)
    _, gradient = objective(sl.penalised(bce, normal, n_samples=N, scale=0.5), B, model.coef_[0])
    assert abs(gradient).max() < 1e-8
    model = linear.Lasso(alpha=0.5, fit_intercept=False, tol=1e-14).fit(X, Y)
    _, gradient = objective(sl.penalised(squared, laplace, n_samples=N, scale=1 / (0.5 * N)), Y, model.coef_)
    zero = model.coef_ == 0
    assert zero.any()
    assert abs(gradient[~zero]).max() < 1e-12
    assert (abs(gradient[zero]) <= 0.5).all(), "inside the subgradient's interval"


def test_a_table_of_weights_and_a_prior_of_one_weight() -> None:
    rows, classes = sl.axis("D"), sl.axis("M")
    table = sl.parameter("W", rows, classes)
    entries = np.array([[1.0, 2.0], [3.0, 0.0], [0.0, -1.0]])
    one = sl.Loss("square", sl.prediction("v") ** 2 / 2)
    for prior in (normal, one):
        loss = sl.penalised(sl.get("sparse_softmax_cross_entropy"), prior, table, n_samples=2)
        plain = sl.get("sparse_softmax_cross_entropy").value([1], [[0.0, 1.0]])
        assert loss.value([1], [[0.0, 1.0]], W=entries) - plain == pytest.approx(15 / 4, rel=1e-14)
        assert np.allclose(loss.gradient([1], [[0.0, 1.0]], W=entries, wrt="W")[0], entries / 2, rtol=1e-15, atol=0.0)


def test_an_axis_of_the_loss_and_one_of_the_weights_are_two() -> None:
    D = sl.axis("D")
    d = D.indices("d")
    z, t = sl.prediction("z", D), sl.target("t", D)
    loss = sl.penalised(sl.Loss("rows", sp.Sum((z[d] - t[d]) ** 2, d)), normal, n_samples=1)
    assert loss.value([[1.0, 2.0]], [[0.0, 0.0]], w=[1.0, 1.0, 2.0])[0] == 5.0 + 3.0


def test_it_is_a_loss_like_any_other(tmp_path: Any) -> None:
    loss = sl.penalised(bce, normal, scale=0.5)
    loss.save(tmp_path / "saved.py")
    assert sl.load(tmp_path / "saved.py") == (loss,)
    assert pickle.loads(pickle.dumps(loss)) == loss
    assert loss.link == "logit"
    assert loss.predict(0.0, w=W, n_samples=N) == 0.5
    bound = loss.bind(n_samples=N)
    assert bound(B, X @ W, w=W) == pytest.approx(loss(B, X @ W, w=W, n_samples=N), rel=1e-15)
    assert loss.hessian(B, X @ W, w=W, n_samples=2, wrt="w", reduction="mean").tolist() == [2.0, 2.0, 2.0]


REFUSED = {
    "a prior with a target": (lambda: sl.penalised(bce, squared), ("the target y", "one prediction", "normal_prior")),
    "a name that is taken": (lambda: sl.penalised(huber, normal, "delta"), ("delta is a name in both", "weights=")),
    "a parameter of both": (
        lambda: sl.penalised(sl.with_temperature(bce, sl.parameter("scale", domain=sl.Positive)), normal),
        ("scale is a name in both", "scale=1.0"),
    ),
    "no samples": (lambda: sl.penalised(bce, normal, n_samples=0), ("n_samples=0", "a number > 0")),
    "weights that are data": (
        lambda: sl.penalised(bce, normal, sl.data("w", sl.axis("D"))), ("sl.parameter('w', sl.axis('D'))",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what: str) -> None:
    wrap, words = REFUSED[what]
    with pytest.raises(sl.DeclarationError) as error:
        wrap()
    for word in words:
        assert word in str(error.value), str(error.value)


def test_an_unknown_scale_is_named() -> None:
    with pytest.raises(sl.ParameterError, match="sigma"):
        sl.penalised(bce, normal, sigma=1.0)
