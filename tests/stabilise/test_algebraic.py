"""Powers of a + b*u**2: no overflow on the way, limits at infinity, no cancellation, by predictions and parameters."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import sympy as sp

import symloss as sl
from symloss.audit.ulp import ulp_error
from symloss.heads.evaluate import agreed, evaluate

y, f = sl.target("y"), sl.prediction("f")
c = sl.parameter("c", default=1.0, domain=sl.Positive)
nu = sl.parameter("nu", default=4.0, domain=sl.Positive)
r = f - y

LOSSES = {
    "pseudo_huber": c**2 * (sp.sqrt(1 + (r / c) ** 2) - 1),
    "cauchy": c**2 / 2 * sp.log(1 + (r / c) ** 2),
    "geman_mcclure": r**2 / (c**2 + r**2) / 2,
    "student": (nu + 1) / 2 * sp.log(1 + r**2 / nu),
    "charbonnier": sp.sqrt(r**2 + c**2),
}
FINITE = (0.0, 1e-300, 1e-9, 1e-4, 0.5, -3.0, 1e3, -1e8, 1e154, -1.5e154, 1e200)

LIMITS = {
    ("pseudo_huber", "gradient", "f"): 0.75,
    ("pseudo_huber", "hessian", "f"): 0.0,
    ("pseudo_huber", "gradient", "c"): math.inf,
    ("pseudo_huber", "hessian", "c"): -2.0,
    ("cauchy", "gradient", "f"): 0.0,
    ("cauchy", "hessian", "f"): 0.0,
    ("geman_mcclure", "gradient", "f"): 0.0,
    ("geman_mcclure", "hessian", "f"): 0.0,
    ("geman_mcclure", "gradient", "c"): 0.0,
    ("student", "gradient", "f"): 0.0,
    ("student", "gradient", "nu"): math.inf,
    ("student", "hessian", "nu"): -1.5 / 12.5,
    ("charbonnier", "gradient", "f"): 1.0,
    ("charbonnier", "hessian", "f"): 0.0,
    ("charbonnier", "gradient", "c"): 0.0,
}
"""At f = inf, c = 0.75 and nu = 2.5."""

LOSS = {name: sl.Loss(name, e) for name, e in LOSSES.items()}
GIVEN = {"c": 0.75, "nu": 2.5}
NAMES = {name: sorted(p.name for p in (c, nu) if e.has(p)) for name, e in LOSSES.items()}
CASES = [
    (name, order, by)
    for name in LOSSES
    for order in ("value", "gradient", "hessian")
    for by in (["f"] if order == "value" else ["f", *NAMES[name]])
]


def computed(name: str, order: str, by: str, points: Any) -> Any:
    which = {} if order == "value" else {"wrt": by}
    return getattr(LOSS[name], order)(np.zeros_like(points), points, **which, **{p: GIVEN[p] for p in NAMES[name]})


def exact(name: str, order: str, by: str, at: float) -> Any:
    derivation = LOSS[name].pipeline.derivation
    e = {
        "value": lambda: LOSS[name].declaration.expression,
        "gradient": lambda: derivation.gradient(by).expression,
        "hessian": lambda: derivation.hessian_diagonal(by).expression,
    }[order]()
    return agreed(lambda: evaluate(e, {"y": 0.0, "f": at, **GIVEN}), start=2600, floor=float(2.0**-1074))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("name", "order", "by"), CASES)
def test_every_size_of_residual_keeps_its_digits(name: str, order: str, by: str, dtype: type) -> None:
    points = np.array([x for x in FINITE if abs(x) < float(np.finfo(dtype).max)], dtype)
    for got, at in zip(computed(name, order, by, points), points.tolist(), strict=True):
        error = ulp_error(float(got), exact(name, order, by, at), dtype)
        assert error <= (8 if dtype is np.float64 else 0.51), at


@pytest.mark.parametrize("key", LIMITS, ids="-".join)
def test_limits_at_infinity(key: tuple[str, str, str]) -> None:
    got = computed(*key, np.array([math.inf, -math.inf]))
    assert abs(got[0]) == pytest.approx(abs(LIMITS[key]), rel=1e-15)
    assert abs(got[1]) == pytest.approx(abs(LIMITS[key]), rel=1e-15)


def test_a_shape_that_is_huge_leaves_its_excesses() -> None:
    """By nu the digamma functions cancel among themselves, and the logarithm against its slope: 1/nu**2 is left."""
    x, shape = sl.prediction("x"), sl.prediction("nu", domain=sl.Positive)
    half = shape / 2
    density = (shape + 1) / 2 * sp.log(1 + x**2 / shape) - sp.loggamma(half + sp.S.Half) + sp.loggamma(half)
    loss = sl.Loss("student", density + sp.log(shape * sp.pi) / 2, inputs=(x, shape))
    (got,) = loss.gradient([2.0], [1e10], wrt="nu").tolist()
    assert got == pytest.approx(1.75e-20, rel=1e-9, abs=0.0)  # ((x**2 - 1)**2 - 2)/(4 nu**2) and terms of 1/nu**3
