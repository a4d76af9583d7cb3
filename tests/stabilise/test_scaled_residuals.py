"""Student's t of predicted degrees of freedom is a normal where those are past every number, and keeps its digits."""

from __future__ import annotations

import math

import mpmath
import pytest

import symloss as sl

LOSS = sl.get("student_t_3")
POINTS = (
    {"y": 0.0, "mu": 3.0, "s": 0.0, "q": 710.0},
    {"y": -1.25, "mu": 0.5, "s": 3.0, "q": 750.0},
    {"y": 0.5, "mu": -20.0, "s": 0.5, "q": 600.0},
    {"y": 0.5, "mu": -1.25, "s": -9.98718408256842e307, "q": 0.5},
    {"y": 3.0, "mu": -1.25, "s": 3.0, "q": 3.0},
    {"y": 0.0, "mu": 5e-324, "s": -20.0, "q": 20.0},
    {"y": 0.5, "mu": 0.5, "s": 20.0, "q": 0.5},
    {"y": 0.5, "mu": -9.98e307, "s": 3.0, "q": -20.0},
    {"y": 2.5, "mu": 0.5, "s": 1e305, "q": -700.0},
)


def value(y: mpmath.mpf, mu: mpmath.mpf, s: mpmath.mpf, q: mpmath.mpf) -> mpmath.mpf:
    k = mpmath.exp(q)
    tail = mpmath.log1p(mpmath.exp(2 * mpmath.log(abs(y - mu)) - q - 2 * s)) if y != mu else mpmath.mpf(0)
    rising = mpmath.loggamma((k + 1) / 2) - mpmath.loggamma(k / 2)
    return q / 2 + s + (k + 1) / 2 * tail - rising


@pytest.mark.parametrize("at", POINTS, ids=str)
@pytest.mark.parametrize("by", ["", "mu", "s", "q"])
def test_value_and_gradient(at: dict[str, float], by: str) -> None:
    if abs(at["s"]) > 1e300 and by:
        pytest.skip("differences of exp(1e305)")
    got = (
        LOSS.gradient(wrt=by, **{n: [v] for n, v in at.items()})[0]
        if by
        else LOSS.value(**{n: [v] for n, v in at.items()})[0]
    )
    with mpmath.workprec(5000 if abs(at["s"]) < 1e300 else 12000):
        exact = {n: mpmath.mpf(v) for n, v in at.items()}
        if by:
            step = mpmath.ldexp(1, -1600)
            want = (value(**{**exact, by: exact[by] + step}) - value(**{**exact, by: exact[by] - step})) / (2 * step)
        else:
            want = value(**exact)
        assert abs(mpmath.mpf(got) - want) <= 40 * 2.0**-53 * abs(want) + 4 * 5e-324 * 750, float(want)


@pytest.mark.parametrize("q", [709.79, 733.0, 800.0, 1e30])
def test_the_second_derivative_of_a_normal(q: float) -> None:
    at = {"y": [3.0], "mu": [3.0], "s": [0.5], "q": [q]}
    assert LOSS.hessian(wrt="mu", **at)[0] == pytest.approx(math.exp(-1.0), rel=4e-16)
    far = {**at, "mu": [1.0]}
    assert LOSS.hessian(wrt="s", **far)[0] == pytest.approx(8.0 * math.exp(-1.0), rel=4e-16)
