"""Matrices over several predictions: every entry a formula of its own, one pass with the gradient."""

from __future__ import annotations

import numpy as np
import pytest

import symloss as sl
from symloss.lower.ir import For, Variant
from symloss.lower.walk import walk
from symloss.pipeline import Request
from tests.laws.catalogue import same_bits
from tests.laws.sampling import draw


@pytest.mark.parametrize("name", ["normal", "huber", "softmax_cross_entropy"])
@pytest.mark.parametrize("reduction", ["none", "mean"])
def test_gradient_and_matrix_from_one_pass_are_those_of_two(name: str, reduction: str) -> None:
    loss = sl.get(name)
    batch = draw(loss, 5)
    given = {**batch.arrays, **batch.parameters, "reduction": reduction}
    both = loss.gradient_and_hessian_matrix(**given)
    assert same_bits(both, (loss.gradient(**given), loss.hessian_matrix(**given)))


def test_a_matrix_over_predictions_has_no_loop_but_the_rows() -> None:
    nest = sl.get("normal").pipeline.nest((Request("hessian_matrix", ("mu", "s")),), Variant())
    assert [s.axis for s in walk(nest.body) if isinstance(s, For)] == [""]
    assert nest.lengths == (("Predictions", 2),)


def test_the_entries_of_a_matrix_over_three_predictions() -> None:
    y, a, b, c = sl.target("y"), sl.prediction("a"), sl.prediction("b"), sl.prediction("c")
    loss = sl.Loss("cubic", (a * b**2 * c**3 - y) ** 2 / 2, inputs=(y, a, b, c))
    u, (r, s, t) = 0.5, (1.5, -2.0, 0.25)
    e = r * s**2 * t**3 - u
    first = np.array([s**2 * t**3, 2 * r * s * t**3, 3 * r * s**2 * t**2])
    second = np.array(
        [
            [0, 2 * s * t**3, 3 * s**2 * t**2],
            [2 * s * t**3, 2 * r * t**3, 6 * r * s * t**2],
            [3 * s**2 * t**2, 6 * r * s * t**2, 6 * r * s**2 * t],
        ]
    )
    np.testing.assert_allclose(loss.hessian_matrix(u, r, s, t), np.outer(first, first) + e * second, rtol=1e-14)


@pytest.mark.parametrize("call", ["hessian_matrix", "fisher_matrix"])
def test_the_second_call_is_the_first(call: str) -> None:
    """Shapes at every call, not at the first one alone."""
    # The second call is where the short way for plain arrays comes in.
    y, mu, s = np.linspace(-1, 1, 7), np.linspace(0, 2, 7), np.linspace(-0.5, 0.5, 7)
    arguments = (mu, s) if call == "fisher_matrix" else (y, mu, s)
    first, *others = (getattr(sl.get("normal"), call)(*arguments) for _ in range(3))
    assert first.shape == (7, 2, 2)
    for other in others:
        np.testing.assert_array_equal(other, first)
