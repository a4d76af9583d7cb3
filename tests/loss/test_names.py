"""Arguments may be called anything, also what generated code calls its own."""

from __future__ import annotations

import re
from functools import cache
from inspect import getsource

import numpy as np
import pytest
import sympy as sp

import symloss as sl
from symloss.compile import kernel_text, text, tiles


def own_names() -> list[str]:
    """What the writers of kernels ask for by name, and letters of indices."""
    lines = [line for module in (kernel_text, tiles, text) for line in getsource(module).splitlines()]
    asked = {name for line in lines if "own" in line for name in re.findall(r"\"(\w+)\"", line)}
    return sorted(asked | {"i", "j", "row", "value", "strip", "k"})


@cache
def squares(name: str) -> sl.Loss:
    """The sum of squares of a prediction of that name, less a target, and of its exponential."""
    axis = sl.axis("K")
    k = axis.indices("k")
    t, z = sl.target("t", axis), sl.prediction(name, axis)
    return sl.Loss("squares", sp.Sum((z[k] - t[k]) ** 2 + sp.exp(z[k]), k))


def test_names_of_the_writers_are_found() -> None:
    assert {"lane", "first", "failed", "section", "group", "strip_start"} <= set(own_names())


@pytest.mark.parametrize("name", own_names())
@pytest.mark.parametrize("shape", [(70, 5), (2, 40)], ids=["tiles", "rows"])
def test_any_name_will_do(name: str, shape: tuple[int, int]) -> None:
    z = np.random.default_rng(0).normal(size=shape)
    t = np.zeros(shape)
    expected = squares("z").value_and_gradient(t, z)
    given = squares(name).value_and_gradient(t, z)
    assert all(map(np.array_equal, given, expected))
    assert squares(name).value(t, z, reduction="sum") == squares("z").value(t, z, reduction="sum")


def test_an_axis_has_a_name_of_its_own() -> None:
    axis = sl.axis("z")
    k, z = axis.indices("k"), sl.prediction("z", axis)
    with pytest.raises(sl.DeclarationError, match="z is an axis and also prediction z"):
        sl.Loss("clash", sp.Sum(z[k] ** 2, k))
