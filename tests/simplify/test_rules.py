"""Every identity of the simplifier, on an instance that it must match, checked by the oracle."""

from __future__ import annotations

import mpmath
import pytest
import sympy as sp

import symloss as sl
from symloss.heads.binders import Softmax, Total
from symloss.heads.evaluate import evaluate
from symloss.simplify import simplify
from symloss.simplify.cost import cost
from symloss.simplify.rules import IDENTITIES, Identity

K = sl.axis("K")
i, j, k = K.indices("i j k")
z, t = sl.prediction("z", K), sl.target("t", K, domain=sl.Simplex(K))
x = sp.Symbol("x", real=True)
s = sl.target("s", domain=sl.Signs)
a, q = sp.symbols("a q", positive=True)
delta = sp.KroneckerDelta

# identity: (an instance of its left-hand side, what it becomes)
EXAMPLES = {
    "simplex": (Total(t[k], k), sp.S.One),
    "softmax sum": (Total(sl.softmax(z)[k], k), sp.S.One),
    "common term of a softmax": (Softmax(2 * z[k] + x, k, i), Softmax(2 * z[k], k, i)),
    "delta": (Total(delta(i, k) * sp.exp(z[k]), k), sp.exp(z[i])),
    "constant factor": (Total(x * z[k], k), x * Total(z[k], k)),
    "sum of terms": (Total(x * t[k] + sp.exp(z[k]), k), Total(x * t[k], k) + Total(sp.exp(z[k]), k)),
    "delta renames": (delta(i, j) * z[j], delta(i, j) * z[i]),
    "delta squared": (sp.Pow(delta(i, j), 2, evaluate=False), delta(i, j)),
    "sign times modulus": (x * sp.sign(x) * sp.Abs(x), x**2),
    "powers of one base": (sp.Mul(q**a, q**2, evaluate=False), q ** (a + 2)),
    "logistic pair": (x * sl.sigmoid(q) + x * sl.sigmoid(-q) + a, x + a),
    "sign of a difference": (sp.Mul(q - x, (x - q) ** 2, evaluate=False), None),
    "common power": (x / (a + q) - a * x / (a + q) ** 2, q * x / (a + q) ** 2),
    "numeric content": (sp.Mul(2 * a + 2 * q, x, evaluate=False), None),
    "square of a sign": (s**3, s),
    "same branches": (sp.Piecewise((x, a > 1), (x, True), evaluate=False), x),
    "branches added": (
        sp.Piecewise((x, a > 1), (0, True)) + s * sp.Piecewise((q, a > 1), (0, True)) + a,
        sp.Piecewise((q * s + x, a > 1), (0, True)) + a,
    ),
    "factor of an argument": (sl.sigmoid(x / a - q / a), sl.sigmoid((x - q) / a)),
}
NUMBERS = {
    "K": 3,
    "z": [0.5, -1.25, 2.0],
    "t": [0.25, 0.25, 0.5],
    "x": -1.75,
    "a": 1.5,
    "q": 2.25,
    "s": -1,
    "i": 1,
    "j": 1,
}


@pytest.mark.parametrize("identity", IDENTITIES, ids=lambda r: r.name)
def test_an_identity_matches_and_holds(identity: Identity) -> None:
    before, expected = EXAMPLES[identity.name]
    after = identity(before)
    assert after is not None
    assert expected is None or after == expected
    for places in ({"i": 1, "j": 1}, {"i": 0, "j": 2}):
        with mpmath.workprec(200):
            left, right = (evaluate(e, {**NUMBERS, **places}) for e in (before, after))
            assert abs(left - right) <= mpmath.mpf(2) ** -180 * (1 + abs(left))


def test_every_identity_has_an_example() -> None:
    assert set(EXAMPLES) == {identity.name for identity in IDENTITIES}


@pytest.mark.parametrize("expression", [e for e, _ in EXAMPLES.values()], ids=EXAMPLES)
def test_simplifying_never_costs_more_and_is_idempotent(expression: sp.Expr) -> None:
    once = simplify(expression)
    assert cost(once) <= cost(expression)
    assert simplify(once) == once


def test_a_sum_over_another_axis_is_left_alone() -> None:
    """A simplex sums to one along its own axis only; a delta contracts with an index of its own axis only."""
    L = sl.axis("L")
    m = L.indices("m")
    two = sl.target("t", L, K, domain=sl.Simplex(K))
    assert simplify(Total(two[m, k], k)) == 1
    assert simplify(Total(two[m, k], m)) == Total(two[m, k], m)


def test_a_target_that_is_no_simplex_does_not_sum_to_one() -> None:
    r = sl.target("r", K, domain=sl.Unit)
    assert simplify(Total(r[k], k)) == Total(r[k], k)


def test_a_sum_whose_body_does_not_hold_the_index_counts() -> None:
    assert Total(x, k) == K.size * x


def test_an_index_that_is_bound_does_not_take_a_factor_out() -> None:
    """logsumexp(z) - z[k] is small where both are large: it stays one factor, whatever index logsumexp binds."""
    gap = Total(t[k] * (sl.logsumexp(z[j], j) - z[k]) * sl.softmax(z)[k], k)
    assert simplify(gap) == gap
