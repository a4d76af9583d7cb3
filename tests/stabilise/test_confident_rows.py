"""Derivatives of rows in which one class has all the weight but 1e-18, or 1e-304: all digits, whatever the loss."""

from __future__ import annotations

from functools import partial
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp

import symloss as sl
from symloss.audit.ulp import ulp_error
from symloss.declare.lift import lift
from symloss.heads.evaluate import agreed, evaluate
from symloss.heads.row_binders import SoftmaxContrast, SoftmaxCovariance
from symloss.stabilise.bernstein import bernstein
from symloss.stabilise.rules import WHOLE
from symloss.stabilise.stabilise import stable_form

K = sl.axis("K")
i, j, k = K.indices("i j k")
z, t = sl.prediction("z", K), sl.target("t", K, domain=sl.Simplex(K))
c = sl.label("c", K)
p = sl.softmax(z)
typed = sp.exp(z[k]) / sp.Sum(sp.exp(z[j]), j)

LOSSES = {
    "focal": -((1 - p[c]) ** 2) * sp.log(p[c]),
    "generalised_cross_entropy": (1 - p[c] ** sp.Rational(3, 4)) * 4 / 3,
    "entropy": -sp.Sum(typed * sp.log(typed), k),
    "brier": sp.Sum((typed - t[k]) ** 2, k),
    "mean_of_squared_places": sp.Sum(p[k] * k**2, k),
    "focal_of_soft_rows": -sp.Sum(t[k] * (1 - typed) ** 2 * sp.log(typed), k),
}
"""What a user types."""

ROWS = ([0.25, 40.25, 1.0], [700.0, 0.5, -200.0])
VECTOR = [0.5, -1.25, 2.0]
MOST = 16  # ulps; a form that cancels has not one correct bit here


@pytest.mark.parametrize("kind", ["gradient", "hessian_matrix", "hvp"])
@pytest.mark.parametrize("name", LOSSES)
def test_every_digit_of_a_confident_row(name: str, kind: str) -> None:
    loss = sl.Loss(name, LOSSES[name])
    by = ("z", "z") if kind == "hessian_matrix" else ("z",)
    expression, indices = loss.pipeline.expression(kind, *by)
    for place, row in enumerate(ROWS):
        targets = {"c": 1 - place, "t": [float(n == 1 - place) for n in range(3)]}
        inputs = [[targets[s.name if isinstance(s, sp.Symbol) else str(s.label)]] for s in loss.inputs[:-1]]
        options = {"vector": [VECTOR]} if kind == "hvp" else {}
        got = np.asarray(getattr(loss, kind)(*inputs, [row], **options))[0]
        check(got, expression, indices, {"K": 3, "z": row, "vector_z": VECTOR, **targets})


def check(got: Any, expression: sp.Expr, indices: Any, numbers: dict[str, Any]) -> None:
    for place in np.ndindex(got.shape):
        here = {**numbers, **{index.name: n for index, n in zip(indices, place, strict=True)}}
        exact = agreed(partial(evaluate, expression, here), start=2700, floor=2.0**-1074)
        if abs(exact) > 2.0**-1000:
            assert ulp_error(float(got[place]), exact) <= MOST, (place, float(got[place]), float(exact), numbers)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (p[i] - p[i] ** 2, None),
        (p[i] * (k - sp.Sum(p[j] * j, j)).xreplace({k: i}), SoftmaxContrast),
        (sp.Sum(p[j] * j**2, j) - sp.Sum(p[j] * j, j) ** 2, SoftmaxCovariance),
    ],
    ids=str,
)
def test_the_rule_is_an_identity(before: sp.Expr, after: type | None) -> None:
    expression = lift(before)
    stable = stable_form(expression)
    assert stable != expression
    assert after is None or stable.has(after)
    for row in ([0.5, -1.0, 2.0], [40.0, -3.0, 1.0]):
        numbers = {"K": 3, "z": row, "i": 1}
        left, right = (agreed(partial(evaluate, e, numbers), start=400) for e in (expression, stable))
        assert abs(left - right) <= abs(left) * 2.0**-60


@pytest.mark.parametrize("gamma", [2.0, 0.5, 1.0])
@pytest.mark.parametrize("kind", ["gradient", "hessian", "hessian_matrix", "hvp"])
def test_a_modulated_row_that_is_sure_keeps_its_digits(kind: str, gamma: float) -> None:
    """b[i] - p[i] sum b of the own entry, where b[i] is all of the sum: there was no digit, and NaN at a gap of 800."""
    loss = sl.focal_modulated(sl.get("softmax_cross_entropy"), gamma)
    expression, indices = loss.pipeline.expression(kind, *(("z", "z") if kind == "hessian_matrix" else ("z",)))
    options = {"vector": [VECTOR]} if kind == "hvp" else {}
    for row in ([40.0, 0.0, -1.0], [17.0, 0.0, 3.0], [800.0, 0.0, -1.0]):
        for target in ([1.0, 0.0, 0.0], [0.25, 0.25, 0.5]):
            got = np.asarray(getattr(loss, kind)([target], [row], **options))[0]
            assert np.isfinite(got).all()
            check(got, expression, indices, {"K": 3, "z": row, "t": target, "vector_z": VECTOR})


def test_what_does_not_cancel_stays() -> None:
    assert all(rule(sl.softmax(z)[i] - t[i]) is None for rule in WHOLE)


def test_bernstein_form() -> None:
    """1 - 3p + 2p**2 = q (q - p), and a polynomial that does not vanish at p = 1 is left alone."""
    assert bernstein({(0, 0): sp.Integer(1), (1, 0): sp.Integer(-3), (2, 0): sp.Integer(2)}) == {(0, 2): 1, (1, 1): -1}
    assert bernstein({(0, 1): sp.Integer(1), (1, 1): sp.Integer(1)}) == {(0, 1): 1, (1, 1): 1}
    assert bernstein({(1, 1): sp.Integer(1), (0, 2): sp.Integer(1)}) == {(0, 1): 1}


def test_an_unsure_row_is_compared_with_its_mean() -> None:
    """p - t less its mean where p is near 1/4: from the largest entry, at a distance of 1, it had 6 ulp."""
    loss = sl.get("softmax_squared_error")
    expression, (index,) = loss.pipeline.expression("gradient", "z")
    row = [0.01898135157524217, 0.01336574736108159, 0.0021620190658430665, -0.026114589117501634]
    got = loss.gradient([[1.0, 0.0, 0.0, 0.0]], [row])[0]
    for place, number in enumerate(got):
        numbers = {"K": 4, "z": row, "t": [1.0, 0.0, 0.0, 0.0], index.name: place}
        exact = agreed(partial(evaluate, expression, numbers), start=400)
        with mpmath.workprec(200):
            assert ulp_error(float(number), exact) <= 4.0, (place, number, exact)


@pytest.mark.parametrize(
    ("name", "kind", "most", "target", "row"),
    [
        (
            "softmax_squared_error",
            "hessian",
            400.0,  # 1.5 ulp of the largest term
            [0.0625, 0.125, 0.1875, 0.625],
            [-0.0005706797873238493, 0.005516878721177263, -0.00017221830132805693, -0.0012459561026368854],
        ),
        (
            "reverse_kl",
            "gradient",
            4.0,
            [1.0513610195411935, 0.6127075249832896, 2.221928261950992, 1.0],
            [-0.0010331838622889141, 0.0014460142645376555, 0.0050865690847903796, 1.2386662966026555e-05],
        ),
    ],
)
def test_a_contrast_has_what_rounding_took_from_its_values(
    name: str, kind: str, most: float, target: list[float], row: list[float]
) -> None:
    """Terms of 1/20 leave 2e-4, and 5e-2 leaves 9e-3: without the values' own errors 1e3 and 19 ulp."""
    loss = sl.get(name)
    expression, (index,) = loss.pipeline.expression(kind, "z")
    for place, number in enumerate(getattr(loss, kind)([target], [row])[0]):
        numbers = {"K": 4, "z": row, "t": target, index.name: place}
        assert ulp_error(float(number), agreed(partial(evaluate, expression, numbers), start=400)) <= most


@pytest.mark.parametrize(
    ("gamma", "row", "label"),
    [(2.0, [-0.5, -1.0, 0.0, 0.0], 2), (2.0, [-82.14071379741156, -np.inf, -67.75799959977942, -np.inf], 2)],
)
def test_powers_and_gaps_of_a_row_are_rounded_once(gamma: float, row: list[float], label: int) -> None:
    """(1 - p)**(g + n) as (1 - p)**g times a sum without g, whose terms have what rounding took: 4.4 and 4.8 ulp."""
    loss = sl.get("softmax_focal")
    expression, (index,) = loss.pipeline.expression("hessian", "z")
    finite = [n for n, x in enumerate(row) if x > -np.inf]  # a masked class leaves the others as they are
    for place in finite:
        numbers = {"K": len(finite), "z": [row[n] for n in finite], "c": finite.index(label), "gamma": gamma}
        exact = agreed(partial(evaluate, expression, numbers | {index.name: finite.index(place)}), start=400)
        assert ulp_error(float(loss.hessian(label, row, gamma=gamma)[place]), exact) <= 3.5


def test_common_offsets_are_taken_from_the_largest_entry() -> None:
    """sum p cost: 1e9 + g has the differences of g, in an unsure row as well."""
    cost = sl.data("cost", K)
    loss = sl.Loss("expected_cost", sp.Sum(p[k] * cost[k], k), inputs=(cost, z))
    near = loss.gradient([[0.5, -0.25, 1.0]], [[0.1, 0.0, -0.1]])
    far = loss.gradient([[2.0**40 + 0.5, 2.0**40 - 0.25, 2.0**40 + 1.0]], [[0.1, 0.0, -0.1]])
    np.testing.assert_array_equal(far, near)
