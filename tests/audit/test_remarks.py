"""What is typed against infinities is found, wherever it stands; and the catalogue has nothing of the kind."""

from __future__ import annotations

import pytest
import sympy as sp

import symloss as sl
from symloss.audit.remarks import Remark, remarks

y, p, f = sl.target("y", domain=sl.Binary), sl.prediction("p", domain=sl.Unit), sl.prediction("f")
K = sl.axis("K")
j, k = K.indices("j k")
t, z = sl.target("t", K, domain=sl.Simplex(K)), sl.prediction("z", K)
eps = sl.parameter("eps", default=1e-8, domain=sl.NonNegative)
probability = 1 / (1 + sp.exp(-f))
share = sp.exp(z[k]) / sp.Sum(sp.exp(z[j]), j)


def found(expression: sp.Expr) -> tuple[Remark, ...]:
    return remarks(sl.Loss("typed", expression))


@pytest.mark.parametrize(
    ("expression", "rules"),
    [
        (-y * sp.log(p + 1e-7) - (1 - y) * sp.log(1 - p + 1e-7), ["guarded logarithm"] * 2),
        (-sp.log(p + sp.Rational(1, 10**12)), ["guarded logarithm"]),
        (-y * sp.log(probability + eps), ["guarded logarithm"]),
        (-sp.Sum(t[k] * sp.log(share + 1e-9), k), ["guarded logarithm"]),
        ((f - y) ** 2 / (f**2 + 1e-8), ["guarded quotient"]),
        ((f - y) / sp.sqrt(f**2 + 1e-16), ["guarded quotient"]),
        (sp.sqrt((f - y) ** 2 + 1e-12), ["guarded root"]),
        ((sp.Abs(f - y) + 1e-6) ** sp.Rational(3, 2), ["guarded root"]),
        (-sp.log(sp.Max(p, 1e-7)), ["clipped value"]),
        (-y * sp.log(sp.Min(sp.Max(p, 1e-7), 1 - 1e-7)), ["clipped value"] * 2),
        (-sp.log(sp.Piecewise((1e-7, p < 1e-7), (p, True))), ["clipped value"]),
        (-sp.log(sp.Piecewise((p, p >= 1e-7), (1e-7, True))), ["clipped value"]),
        (sp.log(1 + sp.exp(sp.Max(-30, sp.Min(30, f)))), ["clipped value"]),
    ],
    ids=str,
)
def test_found(expression: sp.Expr, rules: list[str]) -> None:
    assert [r.rule for r in found(expression)] == rules


@pytest.mark.parametrize(
    "expression",
    [
        -y * sp.log(p) - (1 - y) * sp.log(1 - p),
        sp.log(1 + sp.exp(-f)),
        -sp.log(probability),
        sp.Max(0, 1 - f),
        sp.Max(0, f - 1) ** 2,
        sp.Min(sp.Abs(f - y), 1),
        sp.sqrt(1 + f**2) - 1,
        sp.sqrt(f**2 + 1e-2),
        (f - y + 1e-7) ** 2,
        sp.log(f**2 + 1) * 1e-7,
        sp.Piecewise((f**2, f < 1), (2 * f - 1, True)),
        sp.Piecewise((0, f < 0), (f, True)),
    ],
    ids=str,
)
def test_no_false_alarm(expression: sp.Expr) -> None:
    assert found(expression) == ()


@pytest.mark.parametrize("name", sl.names())
def test_the_catalogue_guards_nothing(name: str) -> None:
    assert remarks(sl.get(name)) == ()


def test_the_numbers_are_those_of_the_function() -> None:
    """The remark's example, computed by the kernels of both spellings."""
    guarded, plain = (sl.Loss("a", -sp.log(p + c)) for c in (1e-7, 0))
    (remark,) = remarks(guarded)
    assert f"{-guarded.value(1e-8):.4g} instead of {-plain.value(1e-8):.4g}" in remark.effect
    assert f"its slope {guarded.gradient(1e-8) / plain.gradient(1e-8):.2g} " in remark.effect
    assert f"it is {-guarded.value(0.0):.4g} instead of {-plain.value(0.0)}" in remark.effect
    assert remark.instead.startswith("Write log(p): ")


def test_a_guard_is_kept() -> None:
    """Reported, never removed: the kernel computes what was typed."""
    assert sl.Loss("a", -sp.log(p + 1e-7)).value(0.0) == pytest.approx(16.118095650958319, rel=1e-15)
    assert sl.Loss("b", -sp.log(sp.Max(p, 1e-7))).gradient(1e-9) == 0.0
