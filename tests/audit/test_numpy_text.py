"""The NumPy text of a loss has the numbers of its kernels."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import symloss as sl
from symloss.audit.numpy_text import NoNumpyText, numpy_function, numpy_text
from symloss.cli.bench import _difference, _flat, example, tasks_of
from symloss.declare.roles import role_symbol
from tests.laws.sampling import draw


def defaults(loss: sl.Loss) -> list[float | None]:
    return [role_symbol(p).default for p in loss.declaration.parameters]


@pytest.mark.parametrize("name", sl.names())
def test_every_shipped_loss(name: str) -> None:
    loss = sl.get(name)
    inputs = example(loss, "float64", 60, 4)
    results = tasks_of(loss)[:2][-1]
    parameters = {k: np.array(v) for k, v in draw(loss, 1).parameters.items()}
    parameters |= {p.name: p.default for p in map(role_symbol, loss.parameters) if p.default is not None and not p.axes}
    ours = _flat(getattr(loss, "_and_".join(results))(*inputs, **parameters))
    theirs = _flat(numpy_function(loss, results)(*inputs, *parameters.values()))
    assert [a.shape for a in ours] == [a.shape for a in theirs]
    assert _difference(ours, theirs) < 1e-13


@pytest.mark.parametrize("name", ["focal", "hinge", "sparse_softmax_cross_entropy"])
def test_second_derivatives(name: str) -> None:
    loss = sl.get(name)
    inputs = example(loss, "float64", 60, 4)
    (theirs,) = numpy_function(loss, ("hessian",))(*inputs, *defaults(loss))
    assert _difference([loss.hessian(*inputs)], [theirs]) < 1e-13


def test_dtype_is_kept() -> None:
    loss = sl.get("focal")
    inputs = example(loss, "float32", 60, 4)
    assert {a.dtype.name for a in numpy_function(loss, ("value", "gradient", "hessian"))(*inputs, 0.25, 2.0)} == {
        "float32"
    }


def test_names_that_the_text_uses_itself() -> None:
    n, special = sl.target("n"), sl.prediction("special")
    loss = sl.Loss("shadow", (special - n) ** 2)
    (value,) = numpy_function(loss, ("value",))(np.array([1.0]), np.array([3.0]))
    assert value == 4.0


def test_equal_text_is_computed_once() -> None:
    assert numpy_text(sl.get("softmax_squared_error"), ("value", "gradient")).count("special.softmax(") == 1


def test_what_has_no_text_is_named() -> None:
    y, f = sl.target("y"), sl.prediction("f")
    loss = sl.Loss("von_mises_like", sp.log(sp.besseli(0, sp.exp(f))) - sp.exp(f) * sp.cos(y))
    with pytest.raises(NoNumpyText, match="bessel_ratio has no NumPy text"):
        numpy_text(loss, ("gradient",))


def test_an_infinity_is_numpys() -> None:
    f = sl.prediction("f")
    loss = sl.Loss("masked", sp.Piecewise((f**2, f > 0), (sp.oo, True)))
    assert "np.inf" in numpy_text(loss, ("value",))
    (value,) = numpy_function(loss, ("value",))(np.array([2.0, -1.0]))
    assert value.tolist() == [4.0, np.inf]
