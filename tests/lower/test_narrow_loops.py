"""What a float32 kernel computes in float32, and what it does not."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import symloss as sl

K = sl.axis("K")
k = K.indices("k")
f, y = sl.prediction("f"), sl.target("y")
z, t = sl.prediction("z", K), sl.target("t", K)


def text(loss: sl.Loss, kind: str) -> str:
    """The kernel itself, without the functions that it calls."""
    source = loss.source(kind, dtype="float32")
    return source[source.index("for row in") : source.find("@later")]


@pytest.mark.parametrize("name", ["squared_error", "huber", "quantile", "absolute_error"])
def test_arithmetic_alone_is_in_float32(name: str) -> None:
    kernel = text(sl.get(name), "value_and_gradient")
    # The check that a target is a number is no arithmetic.
    assert kernel.count("float64(") == kernel.count("y_row = float64(")


@pytest.mark.parametrize("name", ["poisson", "gamma", "binary_cross_entropy_with_logits", "normal", "tweedie"])
def test_an_elementary_function_of_a_sample_is_in_float64(name: str) -> None:
    kernel = text(sl.get(name), "value_and_gradient")
    assert "_narrow" not in kernel
    assert "float64(f" in kernel.replace("mu[", "f[")


def test_exponentials_of_rows_are_in_float32() -> None:
    assert "exp_difference_narrow" in text(sl.get("softmax_cross_entropy"), "value_and_gradient")
    assert "sigmoid_slope_narrow" in text(sl.get("dice"), "gradient")


def test_a_sum_of_products_is_in_float64() -> None:
    """It may cancel, and what it is made of has no rounded exponential."""
    loss = sl.Loss("overlap", sp.Sum(z[k] * t[k], k) ** 2)
    assert text(loss, "value").count("float32(") == 1  # where the result is stored


def test_what_is_asked_besides_changes_no_bit() -> None:
    random = np.random.default_rng(0)
    for name in ("huber", "dice", "label_smoothing", "binary_cross_entropy_probability"):
        loss = sl.get(name)
        shape = (40, 50) if name in ("dice", "label_smoothing") else (40,)
        scores = random.random(shape).astype(np.float32)
        targets = scores[::-1] if name != "label_smoothing" else random.integers(0, 50, 40)
        value, gradient = loss.value_and_gradient(targets, scores)
        again, _ = loss.gradient_and_hessian(targets, scores)
        assert np.array_equal(value, loss.value(targets, scores))
        assert np.array_equal(gradient, again)
        assert np.array_equal(gradient, loss.gradient(targets, scores))


def test_half_a_square_overflows_no_sooner_than_it_must() -> None:
    loss, far = sl.get("squared_error"), np.float32(2.5e19)
    assert loss.value(np.float32(0.0), far) == np.float32(0.5 * float(far) ** 2)


def test_a_choice_of_a_number_is_made_in_float64() -> None:
    """The Hessian of Huber's loss jumps where |f - y| is delta: no rounding of delta may choose the side."""
    assert "_narrow" not in text(sl.get("huber"), "hessian")


@pytest.mark.parametrize("name", ["huber", "dice", "softmax_cross_entropy"])
def test_float32_is_within_four_ulps_of_float64(name: str) -> None:
    random, loss = np.random.default_rng(1), sl.get(name)
    shape = (200,) if name == "huber" else (20, 70)
    targets = random.random(shape)
    targets = {"dice": targets < 0.3, "huber": targets}.get(name, targets / targets.sum(-1, keepdims=True))
    targets, scores = targets.astype(np.float32), (4 * random.normal(size=shape)).astype(np.float32)
    exact = loss.gradient(targets.astype(np.float64), scores.astype(np.float64))
    got = loss.gradient(targets, scores)
    # Where a share meets a target they cancel: ulps of the larger.
    largest = np.maximum(np.abs(exact), targets if name == "softmax_cross_entropy" else 0.0)
    assert np.all(np.abs(got - exact) <= 4 * np.spacing(largest.astype(np.float32)))


@pytest.mark.parametrize(("name", "parameters"), [("huber", {"delta": 0.1}), ("quantile", {"q": 0.1})])
def test_residuals_beyond_the_largest_float32_may_have_small_losses(name: str, parameters: dict[str, float]) -> None:
    y, f = np.array([3e38], np.float32), np.array([-3e38], np.float32)
    (value,) = sl.get(name).value(y, f, **parameters)
    (want,) = sl.get(name).value(y.astype(float), f.astype(float), **parameters)
    assert value == pytest.approx(want, rel=1e-6, abs=0.0)
