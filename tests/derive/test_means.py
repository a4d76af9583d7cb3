"""What `predict` returns where several predictions make one mean."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import symloss as sl

y = sl.target("y")
a, b = sl.prediction("a"), sl.prediction("b")
K = sl.axis("K")
i = K.indices("i")
row = sl.target("t", K)
z, w = sl.prediction("z", K), sl.prediction("w", K)


def test_a_link_may_be_a_function_of_several_predictions() -> None:
    loss = sl.Loss("two", (y - a * sp.exp(b)) ** 2, inputs=(y, a, b), link=a * sp.exp(b))
    assert loss.predict([2.0, 3.0], [0.0, 1.0]).tolist() == pytest.approx([2.0, 3.0 * np.e], rel=1e-15)


def test_a_link_with_a_free_index_is_a_row() -> None:
    loss = sl.Loss("rows", sp.Sum((row[i] - z[i] * w[i]) ** 2, i), inputs=(row, z, w), link=z[i] * w[i])
    assert loss.predict([[2.0, 3.0]], [[5.0, 7.0]]).tolist() == [[10.0, 21.0]]


def test_without_a_link_the_message_says_what_to_write() -> None:
    loss = sl.Loss("two", (y - a - b) ** 2, inputs=(y, a, b))
    with pytest.raises(sl.DerivationError, match=r"write link=<expression>.*link=a"):
        loss.predict([0.0], [0.0])
