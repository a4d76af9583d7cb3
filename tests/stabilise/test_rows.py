"""Rows: what a confident row, a mask or a silent weight must not cost."""

from __future__ import annotations

import math
from functools import partial

import mpmath
import numpy as np
import pytest
import sympy as sp

import symloss as sl
from symloss.audit.ulp import ulp_error
from symloss.heads.evaluate import agreed, evaluate
from symloss.stabilise.graph import Apply, Builder, Element, Loop, Position, Reduce, Select
from symloss.stabilise.nan import Propagation

K = sl.axis("K")
k = K.indices("k")
z = sl.prediction("z", K)
c = sl.label("c", K)


def test_nan_is_seen_where_every_weight_is_zero() -> None:
    """0*NaN is silenced by the weight, as 0*inf is; the sample is NaN all the same."""
    f = sl.prediction("f")
    builder = Builder()
    weight, entry = (builder.make(Element, name, ()) for name in ("d", "f"))
    propagation = Propagation(builder, (f,))
    weighted = builder.make(Apply, "product_or_zero", (weight, entry))
    assert propagation.carries(weighted) == {("d", ())}
    assert propagation.carries(builder.make(Apply, "mul", (weight, entry))) == {("d", ()), ("f", ())}
    assert isinstance(propagation.into(weighted), Select)


def test_nan_is_seen_in_a_row_of_zero_weights() -> None:
    d = sl.data("d", K, domain=sl.NonNegative)
    loss = sl.Loss("weighted_ce", -sp.Sum(d[k] * sl.log_softmax(z)[k], k), inputs=(d, z))
    value, gradient = loss.value_and_gradient([[0.0, 0.0], [0.0, 0.0]], [[1.0, math.nan], [1.0, 2.0]])
    assert np.isnan(value).tolist() == [True, False]
    assert np.isnan(gradient).any(axis=1).tolist() == [True, False]


@pytest.mark.parametrize("kind", ["value", "gradient"])
def test_a_temperature_costs_no_digits(kind: str) -> None:
    """z/T is rounded; (z - max z)/T with the error of the product made good is not: 0.1 * 700 is 70 ulp of exp."""
    temperature = sl.parameter("temperature", default=0.1, domain=sl.Positive)
    loss = sl.Loss("tempered", sl.logsumexp(z[k] / temperature, k) - z[c] / temperature)
    expression, indices = loss.pipeline.expression(kind, *(() if kind == "value" else ("z",)))
    row = [0.3, 61.7, -4.1]
    for t in (0.1, 0.7):
        got = np.ravel(getattr(loss, kind)(1, row, temperature=t))
        for place, number in enumerate(got):
            numbers = {"K": 3, "z": row, "c": 1, "temperature": t, **{index.name: place for index in indices}}
            exact = agreed(partial(evaluate, expression, numbers), start=2700)
            assert ulp_error(float(number), exact) <= 4


def test_a_masked_class_under_a_temperature() -> None:
    temperature = sl.parameter("temperature", default=0.3, domain=sl.Positive)
    loss = sl.Loss("tempered", sl.logsumexp(z[k] / temperature, k) - z[c] / temperature)
    value, gradient = loss.value_and_gradient(0, [1.0, -math.inf, 1.0])
    assert value == pytest.approx(math.log(2), rel=1e-15)
    assert gradient.tolist()[1] == 0.0


def test_a_square_below_a_line_that_underflows() -> None:
    """y/p**2 as y/p/p: p**2 is below the normal numbers, or 0, where the quotient is neither infinite nor NaN."""
    poisson = sl.get("poisson").with_link("identity")
    assert poisson.hessian(0.0, 1e-300) == 0.0
    of_probability = sl.get("binary_cross_entropy_probability")
    got, y, p = of_probability.hessian(2.0**-20, 8.982021642799015e-158), mpmath.mpf(2) ** -20, 8.982021642799015e-158
    assert ulp_error(float(got), y / mpmath.mpf(p) ** 2 + (1 - y) / (1 - mpmath.mpf(p)) ** 2) <= 2


@pytest.mark.parametrize("size", [1.0, 1e200, 1e-200, 0.0])
def test_a_norm_keeps_its_digits_at_any_size(size: float) -> None:
    """Squares overflow from 1e154 on and underflow below 1e-162; at 0 the gradient is 0."""
    loss = sl.Loss("length", sp.sqrt(sp.Sum(z[k] ** 2, k)))
    value, gradient = loss.value_and_gradient([3.0 * size, -4.0 * size])
    assert value == pytest.approx(5.0 * size, rel=4 * 2.0**-52, abs=0.0)
    assert gradient.tolist() == pytest.approx([0.6 * (size > 0), -0.8 * (size > 0)], rel=4 * 2.0**-52, abs=0.0)


def test_nan_in_a_matrix_is_seen_by_the_sums_over_its_rows() -> None:
    """A sum over both axes carries every entry, over one those of its row; the place of a maximum carries none."""
    builder = Builder()
    m, n = Loop("N", 0), Loop("N", 1)
    entry = builder.make(Element, "s", (builder.make(Position, m), builder.make(Position, n)))
    row = builder.make(Reduce, "sum", n, entry)
    axis = sl.axis("N")
    matrix = sl.prediction("s", axis, axis)
    propagation = Propagation(builder, [matrix])
    assert propagation.carries(row) == {("s", (m, None))}
    assert propagation.carries(builder.make(Reduce, "max", m, row)) == {("s", (None, None))}
    assert not propagation.carries(builder.make(Reduce, "argmax", m, row))
    whole = builder.make(Reduce, "rest", m, row)
    assert propagation.into(whole) is whole
    assert isinstance(propagation.into(row), Select)


ROWS = np.random.default_rng(7).normal(size=(60, 5)) * np.geomspace(0.01, 30.0, 60)[:, None]


@pytest.mark.parametrize(("kind", "bound"), [("gradient", 1.5), ("hessian", 2.5)])
def test_the_parts_of_a_row_are_rounded_once(kind: str, bound: float) -> None:
    """p and p (1 - p); with the rounded quotient 1/(1 + others) as a factor 1.87 and 3.48 ulp on these rows."""
    loss = sl.get("sparse_softmax_cross_entropy")
    expression, (index,) = loss.pipeline.expression(kind, "z")
    for row, line in zip(ROWS.tolist(), getattr(loss, kind)([1] * len(ROWS), ROWS), strict=True):
        for place, got in enumerate(line):
            exact = agreed(partial(evaluate, expression, {"K": 5, "z": row, "c": 1, index.name: place}), start=400)
            with mpmath.workprec(200):
                assert ulp_error(float(got), exact) <= bound, (row, place)


def test_a_probability_next_to_its_target_is_wrong_by_its_own_rounding() -> None:
    """p - t where p is near t: an ulp and a half of the smaller of p and 1 - p, where (1 - t) p - t (1 - p) has 3."""
    t = sl.target("t", K, domain=sl.Simplex(K))
    loss = sl.Loss("soft", -sp.Sum(t[k] * sl.log_softmax(z)[k], k), inputs=(t, z))
    expression, (index,) = loss.pipeline.expression("gradient", "z")
    weights = np.exp(ROWS - ROWS.max(axis=1, keepdims=True))
    near = weights / weights.sum(axis=1, keepdims=True)
    targets = np.round(near * 2**20) / 2**20
    targets[:, 0] += 1.0 - targets.sum(axis=1)
    for row, target, line in zip(ROWS.tolist(), targets.tolist(), loss.gradient(targets, ROWS), strict=True):
        for place, got in enumerate(line):
            exact = agreed(partial(evaluate, expression, {"K": 5, "z": row, "t": target, index.name: place}), start=400)
            nearest = min(abs(target[place]), abs(1.0 - target[place]))
            with mpmath.workprec(200):
                assert abs(got - exact) <= 1.5 * max(math.ulp(nearest), math.ulp(float(exact))), (row, target, place)


@pytest.mark.parametrize("exponent", [0.0, 0.3, 1.5])
def test_a_power_of_a_softmax_does_not_underflow_with_it(exponent: float) -> None:
    """p = exp(-800) is 0 and p**0.3 is not; p**0 is 1 for a masked class too."""
    a = sl.parameter("a", domain=sl.NonNegative)
    loss = sl.Loss("power", sl.softmax(z)[c] ** a)
    with mpmath.workprec(200):  # 800 * 0.3 is no float
        expected = float(mpmath.exp(-800 * mpmath.mpf(exponent)))
    assert loss.value(1, [800.0, 0.0], a=exponent) == pytest.approx(expected, rel=1e-15, abs=0.0)
    assert loss.value(1, [0.0, -math.inf], a=exponent) == (exponent == 0.0)


def test_the_sparsemax_loss_of_a_class_that_leads_is_zero() -> None:
    loss = sl.Loss("sparse", sl.sparse_max_over(z[k], k) - z[c] + sp.Rational(1, 2))
    value, gradient = loss.value_and_gradient([0, 0, 1], [[1.3, 0.1, 0.2], [0.1, 0.1, -math.inf], [0.0, 0.0, 3.0]])
    assert value.tolist() == [0.0, 0.25, 3.0]
    assert gradient.tolist() == [[0.0, 0.0, 0.0], [-0.5, 0.5, 0.0], [0.0, -1.0, 1.0]]
    near = 1 - 2.0**-30  # two classes, the other one has half of what is missing: the loss is its square
    assert loss.value(0, [near, 0.0, -9.0]) == pytest.approx(2.0**-62, rel=1e-14, abs=0.0)


def test_sparsemax_is_the_projection() -> None:
    i = K.indices("i")
    loss = sl.Loss("projected", sp.Sum(sl.sparsemax(z)[i] ** 2, i) / 2)
    row = np.array([0.3, 0.1, -2.0, 0.2])
    p = np.array([13.0, 7.0, 0.0, 10.0]) / 30
    assert loss.value(row) == pytest.approx(p @ p / 2, rel=1e-15)
    # p' is the identity less the mean, over the entries that are not 0.
    assert np.allclose(loss.gradient(row), (p > 0) * (p - p.sum() / 3), rtol=1e-14, atol=1e-16)
    assert np.isnan(loss.value([math.nan, 0.0, 1.0]))


def test_a_row_with_a_condition_of_its_own_along_a_vector_with_another() -> None:
    """The product with a vector has a Piecewise at the largest place, which depends on the row's own Piecewise."""
    d = sl.data("d", K, domain=sl.Binary)
    loss = sl.Loss("some", sl.logsumexp(sp.Piecewise((z[k], sp.Eq(d[k], 1)), (-sp.oo, True)), k), inputs=(d, z))
    kept, row, vector = np.array([1.0, 0.0, 1.0]), np.array([0.5, 9.0, -1.0]), np.array([1.0, 2.0, -3.0])
    product = loss.hvp(kept, row, vector)
    assert np.allclose(product, loss.hessian_matrix(kept, row) @ vector, rtol=1e-14, atol=0.0)
    assert product[1] == 0.0
    assert product[0] != 0.0


@pytest.mark.parametrize("parameter", [False, True], ids=["number", "parameter"])
def test_the_slope_of_a_power_of_a_complement_that_underflows(parameter: bool) -> None:
    """-log(p) (1 - p)^(gamma - 1) is 0*inf as it stands where 1 - p is 0, and close to (1 - p)^gamma in truth."""
    gamma = sl.parameter("gamma", default=0.5, domain=sl.NonNegative) if parameter else 0.5
    soft = sl.focal_modulated(sl.get("softmax_cross_entropy"), gamma)
    hard = sl.focal_modulated(sl.get("sparse_softmax_cross_entropy"), gamma)
    assert soft.gradient([[0.5, 0.25, 0.25]], [[900.0, 0.0, 0.0]])[0] == pytest.approx([0.5, -0.25, -0.25], rel=1e-15)
    assert hard.gradient([0], [[900.0, 0.0, 0.0]])[0].tolist() == [0.0, 0.0, 0.0]
    row = [120.0, 0.0, -1.0]
    with mpmath.workdps(200):
        total = mpmath.fsum(map(mpmath.exp, row))
        p = [mpmath.exp(x) / total for x in row]
        q = 1 - p[0]
        factor = mpmath.sqrt(q) - p[0] * mpmath.log(p[0]) / mpmath.sqrt(q) / 2
        wanted = [float(-q * factor), float(p[1] * factor), float(p[2] * factor)]
    assert hard.gradient([0], [row])[0] == pytest.approx(wanted, rel=1e-14, abs=0.0)


def test_a_row_of_computed_exponents_keeps_what_rounding_took_from_them() -> None:
    """Exponents of -3000 and of the same size one ulp of a scale apart: uncompensated 2e3 ulp."""
    loss = sl.get("gaussian_mixture")
    y, a, mu, s = 80.0, [0.1, 0.3], [0.25, 0.5], [0.02, 0.0265]
    with mpmath.workprec(300):
        exact = [
            mpmath.mpf(x) - mpmath.mpf(v) - (y - mpmath.mpf(m)) ** 2 * mpmath.exp(-2 * mpmath.mpf(v)) / 2
            for x, m, v in zip(a, mu, s, strict=True)
        ]
        weights = [mpmath.exp(u - max(exact)) for u in exact]
        slope = [(m - y) * mpmath.exp(-2 * mpmath.mpf(v)) for m, v in zip(mu, s, strict=True)]
        want = [float(d * w / sum(weights)) for d, w in zip(slope, weights, strict=True)]
    got = loss.gradient([y], [a], [mu], [s], wrt="mu")[0]
    assert got.tolist() == pytest.approx(want, rel=2e-15, abs=0)


def test_components_that_are_huge_together_do_not_hide_the_others() -> None:
    loss = sl.get("gaussian_mixture")
    row = [[1e300, 0.0, 0.0]]
    assert np.isfinite(loss.gradient([0.5], row, row, row, wrt="a")).all()
    assert loss.gradient([0.5], [[1e30, 1.0, 0.0]], [[1e30, 0.0, 0.0]], [[1e30, 0.0, 0.0]], wrt="mu")[0][2] != 0.0


@pytest.mark.parametrize(("far", "want"), [(-40.0, 1.4161180850971963e-18), (-700.0, 3.2865588479199236e-305)])
def test_a_mean_close_to_one_keeps_its_logarithm(far: float, want: float) -> None:
    row = [[0.0, 0.0, far, 0.0]]
    assert sl.get("gaussian_mixture").value([0.0], row, row, row)[0] == pytest.approx(want, rel=1e-15, abs=0)
