"""Cases that are not one formula at one input: reductions, policies, fits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import sympy as sp

import symloss as sl
from tests.numerics.running import Case

K = sl.axis("K")
j = K.indices("j")
z, c = sl.prediction("z", K), sl.label("t", K)
x, y = sl.prediction("x"), sl.target("y")
rate = sl.prediction("r", domain=sl.Positive)
count = sl.target("y", domain=sl.NonNegative)

cross_entropy = sl.Loss("cross_entropy_as_typed", sp.log(sp.Sum(sp.exp(z[j]), j)) - z[c])
squared = sl.Loss("squared_as_typed", (x - y) ** 2)


def empty_mean(case: Case) -> None:
    """No rows: the mean is 0, with a warning, and the gradient is empty."""
    with pytest.warns(sl.WeightlessWarning):
        assert squared([], []) == 0.0
    with pytest.warns(sl.WeightlessWarning):
        assert squared.gradient([], [], reduction="mean").shape == (0,)


def all_ignored(case: Case) -> None:
    """No row has weight: mean 0 and gradient 0, with a warning; labels of such rows are not looked at."""
    rows, labels, weights = np.array([[0.5, -1.0, 2.0, 0.0, 1.0]]), np.array([-100]), np.array([0.0])
    with pytest.warns(sl.WeightlessWarning):
        assert cross_entropy(labels, rows, sample_weight=weights) == float(case["want"]["value"])
    with pytest.warns(sl.WeightlessWarning):
        gradient = cross_entropy.gradient(labels, rows, sample_weight=weights, reduction="mean")
    assert gradient.ravel().tolist() == [float(g) for g in case["want"]["grad"]]


def ignored_row(case: Case) -> None:
    """A weightless row of -inf with the label -100 touches nothing."""
    rows = np.array(case["inputs"]["z"], dtype=float)
    labels = np.array(case["inputs"]["t"], dtype=float)
    value, gradient = cross_entropy.value_and_gradient(labels, rows, sample_weight=[0.0, 1.0], reduction="mean")
    np.testing.assert_array_almost_equal_nulp(value, float(case["want"]["value"]), 1)
    np.testing.assert_array_almost_equal_nulp(gradient.ravel(), np.array(case["want"]["grad"], dtype=float), 4)


def zero_weight(case: Case) -> None:
    """Zero weight times an infinite loss."""
    rows, labels = np.array([case["inputs"]["z"]], dtype=float), [int(float(case["inputs"]["t"]))]
    assert cross_entropy.value(labels, rows).tolist() == [np.inf]
    assert cross_entropy.value(labels, rows, sample_weight=[0.0]).tolist() == [0.0]
    assert cross_entropy.value(labels, rows, sample_weight=[0.0], reduction="sum") == 0.0
    with pytest.warns(sl.WeightlessWarning):
        assert cross_entropy(labels, rows, sample_weight=[0.0]) == 0.0


def negative_rate(case: Case) -> None:
    """A rate outside its declared domain is an error, not a NaN."""
    loss = sl.Loss("poisson_as_typed", rate - count * sp.log(rate))
    with pytest.raises(sl.DomainError, match=r"r\[0\] is -0.5; expected a number > 0"):
        loss.value([1.0], [-0.5])


def boosted(case: Case) -> None:
    """Newton's method for a log rate, from the best constant: 10000, not an overflow."""
    loss = sl.Loss("poisson_log_link", sp.exp(x) - count * x, link="log")
    want = float(case["want"]["value"])
    start = loss.fit_intercept_only(np.full(7, want))
    assert loss.predict(start) == pytest.approx(want, rel=1e-12)
    score = np.array([start - 3.0])
    for _ in range(60):
        gradient, curvature = loss.gradient_and_hessian([want], score)
        score = score - np.clip(gradient / curvature, -1.0, 1.0)
    assert loss.predict(score)[0] == pytest.approx(want, rel=1e-12)


def hinge_tie(case: Case) -> None:
    """step(0) = 1/2, and the side that is asked for."""
    expected = {"mean": -0.5, "left": -1.0, "right": 0.0}
    for kinks, slope in expected.items():
        assert sl.Loss("hinge_as_typed", sp.Max(0, 1 - x), kinks=kinks).gradient(1.0) == slope


def mean_of_half(case: Case) -> None:
    """100000 losses of 1 in float16: sums are float64, results per sample float32."""
    ones = np.ones(100_000, np.float16)
    assert squared.value(np.zeros_like(ones), ones).dtype == np.float32
    assert squared(np.zeros_like(ones), ones) == float(case["want"]["value"])
    assert squared.value(np.zeros_like(ones), ones, reduction="sum") == 100_000.0


def likelihood_of_half(case: Case) -> None:
    """The mean in float16 is the mean in float64 of the same numbers, to the last bit of a double."""
    n = int(float(case["inputs"]["n"]))
    rows = np.random.default_rng(0).normal(size=(n, 3)).astype(np.float16)
    labels = np.random.default_rng(1).integers(0, 3, n)
    likelihood = sl.Loss("negative_log_likelihood", -z[c])
    exact = -rows[np.arange(n), labels].astype(np.float64).sum() / n
    assert likelihood(labels, rows) == pytest.approx(exact, rel=1e-15, abs=0)


def square_of_half(case: Case) -> None:
    """300**2 is beyond float16; the result is float32."""
    value = squared.value(np.zeros(1, np.float16), np.array([case["inputs"]["x"]], np.float16))
    assert value.dtype == np.float32
    assert value[0] == float(case["want"]["value"])


def label_out_of_range(case: Case) -> None:
    """A label that is no class is an error that names it."""
    for label in (-4, 5):
        with pytest.raises(sl.DomainError, match=rf"t\[0\] is {label}"):
            cross_entropy.gradient([label], np.zeros((1, 5)))


def negative_label(case: Case) -> None:
    """-1 is not the last class."""
    with pytest.raises(sl.DomainError, match=r"t\[0\] is -1"):
        cross_entropy.value([-1], np.array([case["inputs"]["z"]], dtype=float))


BY_HAND: dict[str, Callable[[Case], None]] = {
    "bce-empty-mean": empty_mean,
    "ce-all-ignored": all_ignored,
    "ce-ignored-ninf": ignored_row,
    "ce-zero-weight-inf": zero_weight,
    "poisson-neg": negative_rate,
    "catboost-poisson": boosted,
    "hinge-tie-torch": hinge_tie,
    "mean-half": mean_of_half,
    "nll-half": likelihood_of_half,
    "mse-half": square_of_half,
    "out-of-range-label": label_out_of_range,
    "negative-label-wrap": negative_label,
}
