"""Lengths and angles: rows of any size, and rows in which one entry outweighs the others."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import sympy as sp

import symloss as sl
from symloss.audit.ulp import ulp_error
from symloss.heads.evaluate import agreed, evaluate
from symloss.heads.row_binders import Direction
from symloss.stabilise.stabilise import stable_form

K = sl.axis("K")
k, m = K.indices("k m")
a, b = sl.prediction("a", K), sl.prediction("b", K)
w = sl.parameter("w", K, domain=sl.NonNegative)
margin = sl.parameter("margin", default=1.0)
cosine = sl.dot(a, b, k) / (sl.norm(a, k) * sl.norm(b, k))
squared_distance = sp.Sum(w[k] * (a[k] / sl.norm(a, m) - b[k] / sl.norm(b, m)) ** 2, k)

LOSSES = {
    "cosine": sl.Loss("cosine", cosine, inputs=(a, b)),
    "distance": sl.Loss("distance", squared_distance, inputs=(a, b)),
}
BOUNDS = {"value": 5, "gradient": 6, "hessian": 8}

SIZES = [(1.0, 1.0), (1e200, 1e200), (1e-200, 3e-220), (1e-300, 1e270)]
ROWS = {
    "plain": ([0.3, -1.2, 2.5], [1.1, 0.4, -0.7]),
    "one entry outweighs the others": ([1e9, 1.0, -2.0], [0.5, 1.5, 2.0]),
    "far more so, in both": ([-3.0, 1e30, 1.0], [2.0, 1e28, 5.0]),
}


def _exact(loss: sl.Loss, kind: str, numbers: dict[str, object], place: int) -> object:
    expression, indices = loss.pipeline.expression(kind, *(() if kind == "value" else ("a",)))
    numbers |= {"K": 3, **{index.name: place for index in indices}}
    return agreed(partial(evaluate, expression, numbers), start=1200)


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("kind", BOUNDS)
@pytest.mark.parametrize("name", LOSSES)
def test_every_size_and_every_direction(name: str, kind: str, sizes: tuple[float, float], rows: str) -> None:
    loss = LOSSES[name]
    u, v = ((np.array(row) * size).tolist() for row, size in zip(ROWS[rows], sizes, strict=True))
    options = {} if kind == "value" else {"wrt": "a"}
    weights = {"w": [0.5, 1.0, 3.0]} if name == "distance" else {}
    got = np.ravel(getattr(loss, kind)(u, v, **weights, **options))
    for place, number in enumerate(got):
        exact = _exact(loss, kind, {"a": u, "b": v, **weights}, place)
        if 1e-300 < abs(exact) < 1e300:  # type: ignore[operator, arg-type]
            assert ulp_error(float(number), exact) <= BOUNDS[kind]
        else:
            assert not np.isnan(number)


@pytest.mark.parametrize(("sign", "limit"), [(1, 1.0), (-1, -1.0)])
def test_a_cosine_that_rounds_to_its_margin(sign: int, limit: float) -> None:
    """cos - 1 is -2e-60 and cos + 1 is 2e-60: below and above the kink, where the cosine rounds to it."""
    loss = sl.Loss("hinge_of_cosine", sp.Max(0, cosine - margin), inputs=(a, b))
    u, v = [1e30, 1.0, 0.0], [sign * 1e30, -1.0, 0.0]
    gradient = loss.gradient(u, v, margin=limit, wrt="a")
    numbers = {"a": u, "b": v, "margin": limit}
    exact = [_exact(loss, "gradient", dict(numbers), place) for place in range(3)]
    assert [float(e) for e in exact] == pytest.approx(gradient.tolist(), rel=1e-14, abs=0.0)  # type: ignore[arg-type]
    value = loss.value(u, v, margin=limit)
    assert value == pytest.approx(float(_exact(loss, "value", dict(numbers), 0)), rel=1e-14, abs=0.0)  # type: ignore[arg-type]


def test_squares_of_differences_are_not_multiplied_out() -> None:
    """(d - e)**2 keeps the digits of d - e where the directions are close."""
    stable = stable_form(LOSSES["distance"].pipeline.expression("value")[0])
    assert stable.has(Direction)
    assert all(not isinstance(t, sp.Add) or len(t.args) == 2 for t in stable.atoms(sp.Add))


def test_a_row_of_length_0_in_lpips() -> None:
    """The distance of 0 and a unit vector, with no slope: a place where a network has no feature at all."""
    lpips = sl.get("lpips")
    y, z = [[3.0, 0.0], [4.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]
    value, gradient = lpips.value_and_gradient(y, z, weights=[1.0, 2.0])
    assert value == pytest.approx((0.36 + 2 * 0.64) / 2, rel=1e-15)
    assert gradient.tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_sums_of_unit_vectors_are_rounded_once() -> None:
    """Entries of a unit vector are rounded, and so is its length; 10 ulp of this entry were."""
    loss = sl.get("cosine_embedding")
    p = [0.0047665503625565105, 0.0011140470071631533, 0.01602266872351153, -0.006663445340328133]
    q = [0.4793083381818279, 1.924157749961549, -0.3286127101191403, -0.12163337086814957]
    expression, (index,) = loss.pipeline.expression("hessian", "b")
    for place, got in enumerate(loss.hessian(1.0, p, q, wrt="b")):
        numbers = {"D": 4, "a": p, "b": q, "y": 1.0, "margin": 0.5, index.name: place}
        assert ulp_error(float(got), agreed(partial(evaluate, expression, numbers), start=400)) <= 4.0
