"""A matrix over several scalar predictions has its shape at every call, not at the first one alone."""

from __future__ import annotations

import numpy as np
import pytest

import symloss as sl


@pytest.mark.parametrize("call", ["hessian_matrix", "fisher_matrix"])
def test_the_second_call_is_the_first(call: str) -> None:
    # The second call is where the short way for plain arrays comes in.
    y, mu, s = np.linspace(-1, 1, 7), np.linspace(0, 2, 7), np.linspace(-0.5, 0.5, 7)
    arguments = (mu, s) if call == "fisher_matrix" else (y, mu, s)
    first, *others = (getattr(sl.get("normal"), call)(*arguments) for _ in range(3))
    assert first.shape == (7, 2, 2)
    for other in others:
        np.testing.assert_array_equal(other, first)
