"""Sums of losses, bound parameters, several predictions, several axes, tied axes, sums inside sums."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
import sympy as sp
from scipy import special

import symloss as sl
from symloss.audit.oracle import Oracle
from tests.laws.bounds import within

y, f = sl.target("y"), sl.prediction("f")
delta = sl.parameter("delta", default=1.0, domain=sl.Positive)
K = sl.axis("K")
i, j, k = K.indices("i j k")
z = sl.prediction("z", K)

Y, F = np.array([0.0, 1.0, -2.0]), np.array([0.5, 3.0, -2.25])


def assert_exact(loss: sl.Loss, by: str, arrays: dict[str, np.ndarray], **parameters: float) -> None:
    """Value, gradient and Hessian against the oracle."""
    oracle = Oracle(loss)
    gradient, hessian = loss.gradient_and_hessian(**arrays, **parameters, wrt=by)
    value = loss.value(**arrays, **parameters)
    for n in range(len(value)):
        sample = {**{name: a[n].tolist() for name, a in arrays.items()}, **parameters}
        results = [(value[n], lambda s: oracle.value(s))]
        for place, a, b in zip(oracle.places(sample, by), np.ravel(gradient[n]), np.ravel(hessian[n]), strict=True):
            results.append((a, lambda s, place=place: oracle.slope(s, by, place)))
            results.append((b, lambda s, place=place: oracle.curvature(s, (by, place), (by, place))))
        for got, exact in results:
            condition = partial(oracle.condition, exact, sample)
            assert within(got, exact(sample), "float64", condition), (got, exact(sample))


def test_a_blend_is_the_blend_of_the_values() -> None:
    a, b = sl.Loss("a", (f - y) ** 2), sl.Loss("b", sp.Abs(f - y))
    blend = 0.7 * a + 0.3 * b
    assert isinstance(blend, sl.Loss)
    expected = 0.7 * (F - Y) ** 2 + 0.3 * np.abs(F - Y)
    assert np.allclose(blend.value(Y, F), expected, rtol=1e-15, atol=0.0)
    assert np.allclose(blend.gradient(Y, F), 1.4 * (F - Y) + 0.3 * np.sign(F - Y), rtol=1e-15, atol=0.0)


def test_losses_subtract_divide_and_negate() -> None:
    a, b = sl.Loss("a", (f - y) ** 2), sl.Loss("b", f - y)
    assert (a - b).value(1.0, 4.0) == 6.0
    assert (a / 2).value(1.0, 4.0) == 4.5
    assert (-a).value(1.0, 4.0) == -9.0


def test_bind() -> None:
    huber = sl.get("huber")
    bound = huber.bind(delta=2.0)
    assert not bound.parameters
    assert np.array_equal(bound.value(Y, F), huber.value(Y, F, delta=2.0))
    with pytest.raises(sl.SymlossError, match="epsilon"):
        huber.bind(epsilon=1.0)


def test_a_parameter_is_not_compiled_in() -> None:
    loss = sl.Loss("l", delta * (f - y) ** 2)
    assert [loss.value(0.0, 2.0, delta=d) for d in (1.0, 0.5, 3.0)] == [4.0, 2.0, 12.0]
    assert loss.value([0.0, 0.0], [2.0, 2.0], delta=[1.0, 2.0]).tolist() == [4.0, 8.0]
    assert loss.gradient([0.0, 0.0], [2.0, 3.0], delta=[1.0, 2.0], wrt="delta").tolist() == [4.0, 9.0]


def test_two_predictions_of_which_one_is_a_row() -> None:
    s = sl.prediction("s")
    loss = sl.Loss("scaled", sp.exp(s) * sl.logsumexp(z[k], k) - s, inputs=(s, z))
    rows, scales = np.array([[1.0, 2.0, 3.0], [0.0, 0.0, -1.0]]), np.array([0.5, -0.25])
    by_s, by_z = loss.gradient(scales, rows)
    assert np.allclose(by_s, np.exp(scales) * special.logsumexp(rows, axis=1) - 1, rtol=1e-14, atol=0.0)
    assert np.allclose(by_z, np.exp(scales)[:, None] * special.softmax(rows, axis=1), rtol=1e-14, atol=0.0)


def test_two_axes() -> None:
    M = sl.axis("M")
    m = M.indices("m")
    s = sl.prediction("s", K, M)
    loss = sl.Loss("table", sp.Sum(sl.logsumexp(s[k, m], m) ** 2, k))
    assert_exact(loss, "s", {"s": np.array([[[1.0, -2.0], [0.5, 0.25], [0.0, 3.0]]])})


def test_sums_inside_sums_with_a_condition_on_both_indices() -> None:
    """SymPy folds the Piecewise out of the inner sum, out of the scope of its index; it must be put back."""
    inner = sp.Sum(sp.Piecewise((sl.sigmoid(z[j] - z[i]), sp.Ne(i, j)), (0, True)), j)
    loss = sl.Loss("folded", sp.Sum(sp.log(1 + inner), i))
    rows = np.array([[0.5, -1.0, 2.0], [1.0, 1.5, -0.5]])
    others = [[sum(special.expit(r[b] - r[a]) for b in range(3) if a != b) for a in range(3)] for r in rows]
    assert np.allclose(loss.value(rows), np.log1p(others).sum(axis=1), rtol=1e-14, atol=0.0)
    assert_exact(loss, "z", {"z": rows})
    # Here SymPy has made exp(0) = 1 of the branch without a sum: refused, with the line to write, or put together.
    try:
        value = sl.Loss("exponential", sp.Sum(sp.exp(inner), i)).value(rows)
    except sl.DeclarationError as error:
        assert "KroneckerDelta" in str(error)  # noqa: PT017
    else:
        assert np.allclose(value, np.exp(others).sum(axis=1), rtol=1e-14, atol=0.0)


def test_a_condition_that_sympy_pulls_out_of_a_reduction_of_ours() -> None:
    """With a rank in the condition the reduction has another height without it, and its index another name."""
    d = sl.data("d", K)
    left = sl.rank(d[j], j) >= sl.rank(d[i], i)
    typed = sp.Sum(sl.logsumexp(sp.Piecewise((z[j], left), (-sp.oo, True)), j) - z[i], i)
    loss = sl.Loss("drawn", typed, inputs=(d, z))
    row, order = np.array([0.5, -1.0, 2.0]), [2, 0, 1]
    expected = sum(special.logsumexp(row[order[n:]]) - row[order[n]] for n in range(3))
    assert loss.value([2.0, 1.0, 3.0], row) == pytest.approx(expected, rel=1e-14)


def test_pairs_in_order() -> None:
    typed = sp.Sum(sp.Sum(sp.Piecewise((sl.softplus(z[j] - z[i]), i < j), (0, True)), j), i)
    rows = np.array([[0.5, -1.0, 2.0]])
    expected = sum(np.logaddexp(0, rows[0, b] - rows[0, a]) for a in range(3) for b in range(a + 1, 3))
    loss = sl.Loss("pairs", typed)
    assert loss.value(rows)[0] == pytest.approx(expected, rel=1e-14)
    assert_exact(loss, "z", {"z": rows})


def test_prefix_sums() -> None:
    loss = sl.Loss("prefix", sp.Sum(sp.Sum(z[j], (j, 0, k)) ** 2, k))
    rows = np.array([[1.0, 2.0, -4.0], [0.5, 0.0, 0.25]])
    prefix = np.cumsum(rows, axis=1)
    value, gradient = loss.value_and_gradient(rows)
    assert value.tolist() == (prefix**2).sum(axis=1).tolist()
    assert gradient.tolist() == (2 * np.cumsum(prefix[:, ::-1], axis=1)[:, ::-1]).tolist()
    assert_exact(loss, "z", {"z": rows})


def test_the_maximum_of_a_row() -> None:
    loss = sl.Loss("worst", sl.max_over(z[k] ** 2, k))
    assert_exact(loss, "z", {"z": np.array([[1.0, -3.0, 2.0], [0.5, 0.25, 0.75]])})


def test_tied_axes() -> None:
    """Thresholds of an ordinal model: one fewer than classes."""
    cuts = sl.axis("cuts", size=K.size - 1)
    theta = sl.parameter("theta", cuts)
    c = sl.label("c", K)
    upper = sp.Piecewise((1, sp.Eq(c, K.size - 1)), (sl.sigmoid(theta[c] - f), True))
    lower = sp.Piecewise((0, sp.Eq(c, 0)), (sl.sigmoid(theta[c - 1] - f), True))
    loss = sl.Loss("ordinal", -sp.log(upper - lower), inputs=(c, f))
    cut, at = np.array([-1.0, 0.5, 2.0]), np.array([0.25, 0.25, -0.5, 1.0])
    edges = np.concatenate([[-np.inf], cut, [np.inf]])
    classes = np.array([0, 1, 2, 3])
    expected = -np.log(special.expit(edges[classes + 1] - at) - special.expit(edges[classes] - at))
    assert np.allclose(loss.value(classes, at, theta=cut), expected, rtol=1e-13, atol=0.0)
    slope = lambda x: special.expit(x) * special.expit(-x)  # noqa: E731
    steps = (slope(edges[classes + 1] - at) - slope(edges[classes] - at)) / np.exp(-expected)
    assert np.allclose(loss.gradient(classes, at, theta=cut), steps, rtol=1e-12, atol=0.0)


def test_numbers_as_typed() -> None:
    """0.1 is the double 0.1, not a tenth; 0.5 is a half."""
    assert sl.Loss("l", 0.1 * f).gradient([3.0])[0] == 0.1
    assert sl.Loss("l", 0.5 * (f - y) ** 2).gradient_expression == f - y


def test_a_ratio_of_large_sums_does_not_overflow_in_the_value() -> None:
    value = sl.Loss("lse", sp.log(sp.Sum(sp.exp(z[k]), k))).value([[800.0, 799.0], [-800.0, -800.0]])
    assert value[0] == pytest.approx(800 + math.log1p(math.exp(-1)), rel=1e-15)
    assert value[1] == pytest.approx(-800 + math.log(2), rel=1e-15)


def test_a_bound_or_scaled_likelihood_predicts_what_it_predicted() -> None:
    raw = [0.0, 1.5]
    poisson = sl.get("poisson")
    assert (2 * poisson).predict(raw).tolist() == poisson.predict(raw).tolist() == np.exp(raw).tolist()
    cooled = sl.Loss("cooled", sp.exp(f / delta) - y * f / delta, link=sp.exp(f / delta))
    assert cooled.bind(delta=2.0).predict(raw).tolist() == cooled.predict(raw, delta=2.0).tolist()
