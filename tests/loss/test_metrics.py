"""Metrics: a value, no derivative, and everything else that a loss can do."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp

import symloss as sl
from symloss.audit.objective.candidates import candidates, why_not
from symloss.audit.oracle import Oracle
from symloss.loss.outline import Outline

N = sl.axis("N")
i, j = N.indices("i j")
y = sl.target("y", N)
f = sl.prediction("f", N)
WHY = "it is piecewise constant: the derivative is zero almost everywhere"


def highest(name: str = "highest", **options: Any) -> sl.Loss:
    """The target of the highest prediction: what no loss can say."""
    expression = sl.dot(y[i], sp.Piecewise((1, sp.Eq(sl.rank(f[i], i), 0)), (0, True)), i)
    return sl.Metric(name, expression, why=WHY, surrogates=("squared_error", "huber"), **options)


def test_the_value_is_that_of_the_kernel() -> None:
    metric = highest()
    assert metric.value([3.0, 1.0, 2.0], [0.1, 0.5, 0.2]) == 1.0
    assert metric.value([[3.0, 1.0], [5.0, 7.0]], [[0.1, 0.5], [0.2, 0.2]]).tolist() == [1.0, 5.0]
    assert metric.value([3.0, 1.0, 5.0, 7.0], [0.1, 0.5, 0.9, 0.2], groups=[2, 2]).tolist() == [1.0, 5.0]
    assert metric([[3.0, 1.0], [5.0, 7.0]], [[0.1, 0.5], [0.2, 0.2]], sample_weight=[3.0, 1.0]) == 2.0
    assert metric.value(np.array([3, 1], "f4"), np.array([1, 2], "f4")).dtype == np.float32


CALLS: dict[str, Callable[[sl.Loss], Any]] = {
    "gradient": lambda m: m.gradient([1.0, 2.0], [0.0, 1.0]),
    "gradient by name": lambda m: m.gradient([1.0, 2.0], [0.0, 1.0], wrt="f"),
    "hessian": lambda m: m.hessian([1.0, 2.0], [0.0, 1.0]),
    "value_and_gradient": lambda m: m.value_and_gradient([1.0, 2.0], [0.0, 1.0]),
    "gradient_and_hessian": lambda m: m.gradient_and_hessian([1.0, 2.0], [0.0, 1.0]),
    "gradient_and_fisher": lambda m: m.gradient_and_hessian([1.0, 2.0], [0.0, 1.0], curvature="fisher"),
    "gradient_and_hessian_matrix": lambda m: m.gradient_and_hessian_matrix([1.0, 2.0], [0.0, 1.0]),
    "hessian_matrix": lambda m: m.hessian_matrix([1.0, 2.0], [0.0, 1.0]),
    "hvp": lambda m: m.hvp([1.0, 2.0], [0.0, 1.0], [1.0, 1.0]),
    "fisher": lambda m: m.fisher([0.0, 1.0]),
    "fisher_matrix": lambda m: m.fisher_matrix([0.0, 1.0]),
    "fit_intercept_only": lambda m: m.fit_intercept_only([[1.0, 2.0]]),
    "gradient_expression": lambda m: m.gradient_expression,
    "hessian_expression": lambda m: m.hessian_expression,
    "hessian_matrix_expression": lambda m: m.hessian_matrix_expression,
    "fisher_expression": lambda m: m.fisher_expression,
    "source": lambda m: m.source("gradient"),
}


@pytest.mark.parametrize("what", CALLS)
def test_a_derivative_is_refused_with_the_reason_and_what_to_train_with(what: str) -> None:
    with pytest.raises(sl.DerivationError) as raised:
        CALLS[what](highest())
    assert str(raised.value).startswith("highest is a metric and has no ")
    assert WHY in str(raised.value)
    assert "sl.get('squared_error'), sl.get('huber')" in str(raised.value)


def test_without_a_surrogate_the_error_says_so() -> None:
    metric = sl.Metric("alone", sp.Sum(y[i] * f[i], i), why=WHY)
    with pytest.raises(sl.DerivationError, match=r"No loss is known to be consistent for it$"):
        metric.gradient([1.0], [1.0])


def test_a_result_is_named_as_people_name_it() -> None:
    for what, named in (("hvp", "Hessian-vector product"), ("fisher", "Fisher information"), ("hessian", "Hessian")):
        with pytest.raises(sl.DerivationError, match=f"has no {named}: "):
            CALLS[what](highest())


def test_a_loss_is_no_metric() -> None:
    loss = sl.get("huber")
    assert (loss.is_metric, loss.surrogates) == (False, ())
    assert (highest().is_metric, highest().surrogates) == (True, ("squared_error", "huber"))


def test_only_a_metric_orders_predictions() -> None:
    with pytest.raises(sl.DeclarationError, match=r"or declare a metric, sl\.Metric\('ordering', "):
        sl.Loss("ordering", highest().expression)


@pytest.mark.parametrize("why", ["", "  ", None])
def test_a_metric_needs_a_reason(why: Any) -> None:
    with pytest.raises(sl.DeclarationError, match="a metric says why it has no gradient"):
        sl.Metric("silent", sp.Sum(f[i], i), why=why)


def test_surrogates_are_names() -> None:
    with pytest.raises(sl.DeclarationError, match="surrogates holds "):
        sl.Metric("odd", sp.Sum(f[i], i), why=WHY, surrogates=(sl.get("huber"),))  # type: ignore[arg-type]
    assert sl.Metric("one", sp.Sum(f[i], i), why=WHY, surrogates="huber").surrogates == ("huber",)


# --- what is made of a metric -------------------------------------------------------------------------


def test_a_sum_with_a_loss_is_refused() -> None:
    loss = sl.Loss("squares", sp.Sum((y[i] - f[i]) ** 2, i))
    for make in (
        lambda: highest() + loss,
        lambda: loss + highest(),
        lambda: highest() - loss,
        lambda: sum([highest(), loss]),
    ):
        with pytest.raises(sl.DeclarationError, match=r"highest is a metric.*sl\.get\('squared_error'\)"):
            make()
    with pytest.raises(sl.DeclarationError, match="is a metric"):
        highest() + highest("another")


@pytest.mark.parametrize("make", [lambda m: 2 * m, lambda m: -m, lambda m: m / 4])
def test_a_multiple_is_a_metric(make: Callable[[sl.Loss], sl.Loss]) -> None:
    made = make(highest())
    assert made.is_metric
    assert made.surrogates == ("squared_error", "huber")
    assert made.value([3.0, 1.0], [0.0, 1.0]) == float(make(sl.Loss("f", sl.prediction("f"))).value(1.0))
    with pytest.raises(sl.DerivationError):
        made.gradient([3.0, 1.0], [0.0, 1.0])


def test_a_bound_parameter_leaves_a_metric() -> None:
    bound = sl.get("ndcg").bind(top=1.0)
    assert bound.is_metric
    assert bound.value([1.0, 2.0], [0.0, 1.0]) == 1.0


def test_a_wrapped_metric_is_a_metric() -> None:
    errors = sl.as_binary(sl.get("zero_one"))
    assert errors.is_metric
    assert errors.value([0.0, 1.0, 1.0], [0.5, 0.5, -0.5]).tolist() == [1.0, 0.0, 1.0]
    with pytest.raises(sl.DerivationError, match="squared_hinge"):
        errors.gradient([0.0], [0.5])


def test_a_penalty_on_a_metric_is_refused() -> None:
    with pytest.raises(sl.DeclarationError, match=r"rmse is a metric.*sl\.get\('squared_error'\)"):
        sl.penalised(sl.get("rmse"), sl.get("normal_prior"))


def test_an_audit_compares_with_no_metric() -> None:
    assert not [c.loss.name for c in candidates("numbers", 1) if c.loss.is_metric]
    assert not [c.loss.name for c in candidates("rows", 3) if c.loss.is_metric]
    assert "is a metric and has no gradient" in why_not(sl.get("auc"), "rows", 3)


@pytest.mark.parametrize("name", ["auc", "ndcg", "expected_calibration_error", "zero_one", "accuracy"])
def test_saved_and_loaded(name: str, tmp_path: Path) -> None:
    metric = 1 * sl.get(name)
    metric.save(tmp_path / "mine.py")
    assert "sl.Metric(" in (tmp_path / "mine.py").read_text(encoding="utf-8")
    (again,) = sl.load(tmp_path / "mine.py")
    assert again == metric
    assert again.declaration == metric.declaration
    assert again.is_metric


def test_pickled() -> None:
    again = pickle.loads(pickle.dumps(highest()))
    assert (again, again.is_metric, again.surrogates) == (highest(), True, ("squared_error", "huber"))


def test_the_laws_of_values_hold() -> None:
    assert sl.testing.check_loss(sl.get("zero_one")).passed


def test_the_oracle_knows_0_over_0() -> None:
    """Also as typed, without a formula written a second time."""
    reference = Oracle(sl.get("auc"))
    assert mpmath.isnan(reference.meaning({"y": [1.0, 1.0], "f": [0.0, 1.0]}))
    assert reference.meaning({"y": [0.0, 1.0], "f": [0.0, 1.0]}) == 1


def test_not_equal_to_the_loss_of_the_same_formula() -> None:
    e = sp.Sum((y[i] - f[i]) ** 2, i)
    assert sl.Metric("squares", e, why=WHY) != sl.Loss("squares", e)


def test_text() -> None:
    metric = highest()
    assert repr(metric) == "Metric(highest(y[N], f[N]))"
    assert str(metric).startswith("highest = Sum(")
    assert metric._repr_latex_().count("&=") == 1, "the formula alone"
    assert metric.derivation().steps[0].stage == "declared"
    assert not any("gradient" in step.stage for step in metric.derivation().steps)
    assert metric.kink_places == ()
    assert "def run" in metric.source("value")


def test_registered() -> None:
    metric = sl.register(highest("highest_registered", aliases=("the_highest",)))
    assert sl.get("the_highest") is metric
    assert sl.get("highest_registered").is_metric


def test_an_outline_survives_the_manifest() -> None:
    outline = sl.get("auc").outline
    again = Outline.from_literal(outline.literal())
    assert again == outline
    assert (again.is_metric, again.surrogates) == (True, sl.get("auc").surrogates)


WARM = """
import sys
import symloss as sl
metric = sl.get("auc")
print(metric([0.0, 1.0], [0.5, 0.25]), metric.is_metric)
try:
    metric.gradient([0.0, 1.0], [0.5, 0.25])
except sl.DerivationError as error:
    print("refused", "ranknet" in str(error))
print([name for name in ("sympy", "symloss.registry.metric.auc") if name in sys.modules])
"""


def test_a_warm_call_and_its_refusal_import_no_sympy() -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(sl.__file__).parents[1])}
    for _ in range(2):  # the first run fills the cache, should it be empty
        done = subprocess.run([sys.executable, "-c", WARM], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["0.0 True", "refused True", "[]"]
