"""Every stabilising rule: an identity for the oracle, and the form it replaces fails where the rule says so."""

from __future__ import annotations

import functools
import math
import operator
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp

import symloss as sl
from symloss.audit.accuracy import FLOOR
from symloss.audit.exact import Program
from symloss.audit.ulp import ulp_error
from symloss.declare.lifting_rule import LiftingRule
from symloss.elementary.table import callables
from symloss.heads.binders import LogSumExp, Softmax, SoftmaxComplement, SoftmaxGap, Total
from symloss.heads.evaluate import agreed, evaluate
from symloss.heads.functions import finished
from symloss.heads.gamma_rows import GAMMA_AND_BESSEL
from symloss.heads.table import row_of
from symloss.stabilise.rules import RULES, WHOLE, StableRule
from symloss.stabilise.stabilise import stable_form

# mpmath takes minutes and gigabytes for differences of gamma functions at e**720, where thousands of bits cancel:
# these are held against the series and balls of `symloss.audit`.
BEYOND_MPMATH = {
    "gamma functions of log shapes",
    "second derivative by the log of a shape",
    "derivative by the log of a shape",
    "rising factorial of an exponential",
}
ALL_RULES = (*WHOLE, *RULES)
EXAMPLES = [r for r in ALL_RULES if r.example is not None]
with_examples = pytest.mark.parametrize("rule", EXAMPLES, ids=lambda r: r.name)
GAMMA_FUNCTIONS = (sp.loggamma, sp.polygamma, *(row.head for row in GAMMA_AND_BESSEL))
ORDINARY = ({"x": -1.5, "y": 0.25}, {"x": 0.5, "y": 1.0}, {"x": 2.75, "y": 0.0})

K = sl.axis("K")
i, j, k = K.indices("i j k")
z, t = sl.prediction("z", K), sl.target("t", K, domain=sl.Simplex(K))
c = sl.label("c", K)


def in_floats(e: sp.Basic, numbers: dict[str, Any], real: Any = np.float64) -> Any:
    """The expression in plain floats of one dtype, with the functions of the kernels: what it gives as it stands."""
    if e.is_Rational or isinstance(e, sp.NumberSymbol):
        return real(float(e))
    if isinstance(e, sp.Symbol):
        return real(numbers[e.name])
    if e in (sp.true, sp.false):
        return bool(e)
    if isinstance(e, sp.Piecewise):
        return next(in_floats(b, numbers, real) for b, c in e.args if in_floats(c, numbers, real))
    values = [in_floats(a, numbers, real) for a in e.args]
    if isinstance(e, sp.And):
        return all(values)
    if isinstance(e, finished):
        return values[0]
    if isinstance(e, sp.core.relational.Relational):
        return bool(e.func(*map(float, values)))
    if isinstance(e, sp.Add):
        return functools.reduce(operator.add, values)  # left to right
    if isinstance(e, sp.Mul):
        return functools.reduce(operator.mul, values)
    if isinstance(e, sp.Pow):
        return np.sqrt(values[0]) if e.exp == sp.S.Half else values[0] ** values[1]
    if isinstance(e, (sp.Max, sp.Min)):
        return (max if isinstance(e, sp.Max) else min)(values)
    row = row_of(e)
    assert row is not None, e
    return real(callables()[row.elementary](*map(float, values)))


def exact(rule: StableRule | LiftingRule, e: sp.Expr, numbers: dict[str, Any]) -> Any:
    if rule.name in BEYOND_MPMATH:
        return Program(e, (), (), {})(numbers, FLOOR)[0]
    return in_mpmath(e, numbers)


def in_mpmath(e: sp.Expr, numbers: dict[str, Any]) -> Any:
    # mpmath's gamma functions take minutes at 6000 bits, and need no more than this for what cancels here
    return agreed(lambda: evaluate(e, numbers), start=400 if e.has(*GAMMA_FUNCTIONS) else 3000)


def rewritten(rule: StableRule) -> sp.Expr:
    after = rule(rule.example)
    assert after is not None
    return after


def inside(e: sp.Expr, numbers: dict[str, Any]) -> dict[str, Any]:
    """The point, moved to positive numbers if the symbols of the example are."""
    return {n: abs(v) + 0.5 for n, v in numbers.items()} if any(s.is_positive for s in e.free_symbols) else numbers


@with_examples
def test_a_rule_is_an_identity(rule: StableRule) -> None:
    after = rewritten(rule)
    for numbers in (*(inside(rule.example, n) for n in ORDINARY), *rule.witnesses):
        left, right = exact(rule, rule.example, numbers), exact(rule, after, numbers)
        assert abs(left - right) <= max(mpmath.mpf(2) ** -60 * abs(left), mpmath.mpf(2) ** FLOOR), numbers


@with_examples
@pytest.mark.parametrize("real", [np.float64, np.float32], ids=["float64", "float32"])
def test_the_replaced_form_fails_at_the_witnesses_and_the_new_one_does_not(rule: StableRule, real: Any) -> None:
    fails_at_witnesses(rule, rewritten(rule), real)


def fails_at_witnesses(rule: StableRule | LiftingRule, after: sp.Expr, real: Any) -> None:
    """In float32 the witnesses that it can hold, at least one; the rewritten form is computed in float64 there too."""
    seen = 0
    for numbers in witnesses(rule, real):
        true = exact(rule, rule.example, numbers)
        naive = ulp_error(float(plainly(rule.example, numbers, real)), true, real)
        assert naive > 1000 or real is np.float32, f"no witness: {numbers}"
        seen += naive > 1000
        got = real(plainly(after, numbers, np.float64))
        assert ulp_error(float(got), true, real) <= (8 if real is np.float64 else 0.51), numbers
    assert seen, f"no witness of {rule.name} in {real.__name__}"


def witnesses(rule: StableRule | LiftingRule, real: Any) -> list[dict[str, Any]]:
    """The witnesses as the dtype holds them; those that it cannot hold are left out."""
    given = rule.witnesses + (getattr(rule, "narrow_witnesses", ()) if real is np.float32 else ())
    with np.errstate(over="ignore", under="ignore"):
        rounded = [{name: float(real(v)) for name, v in numbers.items()} for numbers in given]
    kept = zip(given, rounded, strict=True)
    return [r for w, r in kept if all(math.isfinite(r[n]) and (r[n] != 0) == (w[n] != 0) for n in w)]


def plainly(e: sp.Expr, numbers: dict[str, Any], real: Any) -> Any:
    with np.errstate(all="ignore"):
        return in_floats(e, numbers, real)


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda r: r.name)
def test_a_row_says_why(rule: StableRule) -> None:
    assert rule.name
    assert "=" in rule.identity
    assert rule.reason
    assert rule.region
    assert rule.source


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (sl.softmax(z)[i] - t[i], SoftmaxComplement),
        (sl.softmax(z)[i] - sp.KroneckerDelta(i, c), SoftmaxComplement),
        (1 - sl.softmax(z)[i], SoftmaxComplement),
        (sl.logsumexp(z[k], k) - z[c], SoftmaxGap),
        (-Total(t[k] * sl.log_softmax(z)[k], k), SoftmaxGap),
        (sl.logsumexp(2 * z[j], j) - 2 * z[c], SoftmaxGap),
    ],
    ids=str,
)
def test_row_rules(before: sp.Expr, after: type) -> None:
    """Rows have no plain example; they must match, and mean the same at an ordinary and at a confident row."""
    stable = stable_form(before)
    assert stable.has(after)
    assert not (after is SoftmaxGap and stable.has(LogSumExp))
    for row in ([0.5, -1.0, 2.0], [40.0, -3.0, 1.0]):
        numbers = {"K": 3, "z": row, "t": [0.25, 0.25, 0.5], "c": 0, "i": 0}
        a, b = in_mpmath(before, numbers), in_mpmath(stable, numbers)
        assert abs(a - b) <= mpmath.mpf(2) ** -60 * abs(a)


def test_a_masked_class_costs_nothing() -> None:
    loss = sl.Loss("ce", -sp.Sum(t[k] * sl.log_softmax(z)[k], k))
    value, gradient = loss.value_and_gradient([[0.5, 0.0, 0.5]], [[1.0, -math.inf, 1.0]])
    assert value[0] == pytest.approx(math.log(2), rel=1e-15)
    assert gradient.tolist() == [[0.0, 0.0, 0.0]]


def test_softmax_is_not_split_where_nothing_is_compared() -> None:
    assert isinstance(stable_form(sl.softmax(z)[i]), Softmax)
