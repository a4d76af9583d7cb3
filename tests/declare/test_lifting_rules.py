"""Every lifting rule: an identity for the oracle, and what it makes is right where the typed form fails."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp

from symloss.declare.lift import RULES, recognised
from symloss.declare.lifting_rule import LiftingRule
from symloss.heads.exponential_integral import log_scaled_e1
from symloss.stabilise.stabilise import stable_form
from tests.stabilise.test_rules import ORDINARY, fails_at_witnesses, in_mpmath

with_examples = pytest.mark.parametrize("rule", [r for r in RULES if r.example is not None], ids=lambda r: r.name)
with_witnesses = pytest.mark.parametrize("rule", [r for r in RULES if r.witnesses], ids=lambda r: r.name)


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
def test_a_row_says_why(rule: LiftingRule) -> None:
    assert rule.name
    assert "=" in rule.identity
    assert rule.reason
    assert rule.region
    assert rule.source


@with_examples
def test_a_rule_is_an_identity(rule: LiftingRule) -> None:
    after = rule(rule.example)
    assert after is not None
    for numbers in (*ORDINARY[: 1 if rule.witnesses == () else 3], *rule.witnesses):
        left, right = in_mpmath(rule.example, numbers), in_mpmath(after, numbers)
        assert abs(left - right) <= mpmath.mpf(2) ** -60 * abs(left), numbers


@with_witnesses
@pytest.mark.parametrize("real", [np.float64, np.float32], ids=["float64", "float32"])
def test_the_typed_form_fails_at_the_witnesses_and_the_stable_one_does_not(rule: LiftingRule, real: Any) -> None:
    fails_at_witnesses(rule, stable_form(recognised(rule.example)), real)


def test_the_density_of_the_horseshoe_in_any_spelling() -> None:
    """A horseshoe's density in raw text: the quotient of x and the scale alone is left, without roots and moduli."""
    x, scale = sp.Symbol("x", real=True), sp.Symbol("s", positive=True)
    for u in (x**2 / (2 * scale**2), (x / scale) ** 2 / 2, sp.Rational(1, 2) * (-x / scale) ** 2):
        for typed in (sp.log(sp.exp(u) * sp.expint(1, u)), u + sp.log(sp.E1(u)), sp.log(3 * sp.exp(u) * sp.E1(u) / 3)):
            assert recognised(typed) == log_scaled_e1(x / scale)
    assert recognised(sp.log(sp.E1(sp.Symbol("p", positive=True)))).has(log_scaled_e1)
    assert recognised(sp.expint(2, x)) == sp.expint(2, x)
