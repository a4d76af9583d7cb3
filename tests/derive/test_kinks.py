"""What holds at a kink, for each convention and each way to type it."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import symloss as sl

y, f = sl.target("y"), sl.prediction("f")
s = sl.target("y", domain=sl.Signs)
r = f - y
delta = sl.parameter("delta", default=1.0, domain=sl.Positive)
margin = 1 - s * f

# name: (expression, y, f, slopes just left of, at, and just right of the kink)
KINKS = {
    "absolute": (sp.Abs(r), 0.0, 0.0, (-1.0, 0.0, 1.0)),
    "absolute as Piecewise": (sp.Piecewise((r, r > 0), (-r, True)), 0.0, 0.0, (-1.0, 0.0, 1.0)),
    "absolute as Piecewise, closed": (sp.Piecewise((r, r >= 0), (-r, True)), 0.0, 0.0, (-1.0, 0.0, 1.0)),
    "absolute as Max": (sp.Max(r, -r), 0.0, 0.0, (-1.0, 0.0, 1.0)),
    "hinge": (sp.Max(0, margin), 1.0, 1.0, (-1.0, -0.5, 0.0)),
    "hinge of -1": (sp.Max(0, margin), -1.0, -1.0, (0.0, 0.5, 1.0)),
    "hinge as Piecewise": (sp.Piecewise((margin, margin > 0), (0, True)), 1.0, 1.0, (-1.0, -0.5, 0.0)),
    "hinge as Piecewise, closed": (sp.Piecewise((0, margin <= 0), (margin, True)), -1.0, -1.0, (0.0, 0.5, 1.0)),
    "minimum": (sp.Min(r, 2 * r), 0.0, 0.0, (2.0, 1.5, 1.0)),
    "pinball": (sp.Max(r / 4, -3 * r / 4), 0.0, 0.0, (-0.75, -0.25, 0.25)),
    "Huber": (sp.Piecewise((r**2 / 2, sp.Abs(r) <= 1), (sp.Abs(r) - sp.S.Half, True)), 0.0, 1.0, (1.0, 1.0, 1.0)),
}


@pytest.mark.parametrize("name", KINKS)
@pytest.mark.parametrize(("kinks", "which"), [("left", 0), ("mean", 1), ("right", 2)])
def test_gradient_at_a_kink(name: str, kinks: str, which: int) -> None:
    expression, at_y, at_f, slopes = KINKS[name]
    loss = sl.Loss("kinked", expression, kinks=kinks)
    assert loss.gradient(at_y, at_f) == slopes[which]
    for side, slope in ((-1, slopes[0]), (1, slopes[2])):
        assert loss.gradient(at_y, at_f + side * 1e-9) == pytest.approx(slope, rel=1e-8)


def test_second_derivative_on_a_boundary_is_that_of_the_branch_typed_for_it() -> None:
    closed = sl.Loss("closed", sp.Piecewise((r**2 / 2, sp.Abs(r) <= 1), (sp.Abs(r) - sp.S.Half, True)))
    opened = sl.Loss("opened", sp.Piecewise((r**2 / 2, sp.Abs(r) < 1), (sp.Abs(r) - sp.S.Half, True)))
    assert (closed.hessian(0.0, 1.0), opened.hessian(0.0, 1.0)) == (1.0, 0.0)
    assert (closed.hessian(0.0, -1.0), opened.hessian(0.0, -1.0)) == (1.0, 0.0)


def test_ties_of_a_maximum_share() -> None:
    K = sl.axis("K")
    k = K.indices("k")
    z = sl.prediction("z", K)
    loss = sl.Loss("largest", sl.max_over(z[k], k))
    rows = np.array([[1.0, 3.0, 3.0, 3.0], [2.0, 0.0, 0.0, 2.0], [5.0, 1.0, 2.0, 3.0]])
    value, gradient = loss.value_and_gradient(rows)
    assert value.tolist() == [3.0, 2.0, 5.0]
    assert gradient.tolist() == [[0.0, 1 / 3, 1 / 3, 1 / 3], [0.5, 0.0, 0.0, 0.5], [1.0, 0.0, 0.0, 0.0]]


def test_max_of_three_predictions_shares() -> None:
    a, b = sl.prediction("a"), sl.prediction("b")
    loss = sl.Loss("largest", sp.Max(a, b, 0) - y, inputs=(y, a, b))
    assert [g.tolist() for g in loss.gradient([0.0, 0.0, 0.0], [0.0, 1.0, 2.0], [0.0, 1.0, 1.0])] == [
        [1 / 3, 0.5, 1.0],
        [1 / 3, 0.5, 0.0],
    ]


def test_the_norm_has_gradient_zero_at_zero() -> None:
    K = sl.axis("K")
    k = K.indices("k")
    z = sl.prediction("z", K)
    loss = sl.Loss("length", sl.norm(z, k))
    assert loss.gradient(np.array([[0.0, 0.0], [3.0, 4.0]])).tolist() == [[0.0, 0.0], [0.6, 0.8]]
