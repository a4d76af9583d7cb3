"""`check_loss`: what it runs, what it reports, that it repeats itself, and how small a counterexample is."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import symloss as sl
from symloss.errors import LawError, ParameterError
from tests.testing.faults import FAULTS, SLOPE, Fault, Faulty, scaled

HALVED = Fault("halved", "huber", "", {"gradient": scaled(0.5)})
FEW = ("value_is_exact", "gradient_is_exact", "gradient_is_the_slope_of_the_value", "weights_multiply")


def test_what_holds_and_what_fails() -> None:
    report = sl.testing.check_loss(Faulty.of(HALVED), laws=FEW)
    assert not report.passed
    assert [r.law for r in report.failures] == ["gradient_is_exact", "gradient_is_the_slope_of_the_value"]
    assert report["value_is_exact"].passed
    with pytest.raises(LawError, match="gradient_is_exact"):
        report.raise_if_failed()


def test_the_counterexample_is_small() -> None:
    found = sl.testing.check_loss(Faulty.of(HALVED), laws=[SLOPE])[SLOPE].violation
    assert found is not None
    assert found.batch is not None
    assert found.batch.length == 1
    sample = found.batch.sample(0)
    assert all(abs(x) <= 2 and len(repr(x)) <= 4 for x in sample.values()), sample


def test_a_row_loses_what_it_does_not_need() -> None:
    def first_class_is_wrong(g: Any, call: dict[str, Any]) -> Any:
        return np.where(np.arange(g.shape[1]) == 0, 2 * g, g)

    fault = Fault("one class", "softmax_cross_entropy", "", {"gradient": first_class_is_wrong})
    found = sl.testing.check_loss(Faulty.of(fault), laws=[SLOPE])[SLOPE].violation
    assert found is not None
    assert found.batch is not None
    assert found.batch.arrays["z"].shape == (1, 2)


def test_the_same_seed_gives_the_same_report() -> None:
    loss = Faulty.of(HALVED)
    first, second, other = (sl.testing.check_loss(loss, laws=FEW, seed=s) for s in (3, 3, 4))
    assert str(first) == str(second)
    assert str(first) != str(other)


def test_no_time() -> None:
    report = sl.testing.check_loss("huber", laws=FEW, time_limit=0.0)
    assert {r.status for r in report.results} == {"not run"}
    assert not report.passed, "what was not run has not been shown"


def test_claims_are_held() -> None:
    f = sl.prediction("f")
    well = sl.Loss("well", (f**2 - 1) ** 2)
    report = sl.testing.check_loss(well, laws=["value_is_not_negative", "value_is_convex"], claims=("convex",))
    assert [(r.law, r.passed) for r in report.results] == [("value_is_convex", False)]
    with pytest.raises(ParameterError, match="nonnegative"):
        sl.testing.check_loss(well, claims=("positive",))


def test_a_law_of_ones_own() -> None:
    def never_above_a_hundred(loss: sl.Loss, batch: Any) -> Any:
        value = loss.value(**batch.arrays, **batch.parameters)
        return sl.testing.Violation("too large", (int(np.argmax(value)),)) if (value > 100).any() else None

    law = sl.testing.Law("No value is above 100.", never_above_a_hundred)
    report = sl.testing.check_loss("squared_error", laws=[law])
    assert report["never_above_a_hundred"].violation is not None
    with pytest.raises(ParameterError, match="value_is_exact"):
        sl.testing.check_loss("huber", laws=["no_such_law"])


def test_a_report_is_a_document() -> None:
    report = sl.testing.check_loss(Faulty.of(HALVED), laws=FEW)
    document = json.loads(json.dumps(report.document()))
    assert document["passed"] is False
    assert document["laws"][1]["violation"]["samples"]
    assert "FAILS   gradient_is_exact" in str(report)


def test_the_faults_are_many() -> None:
    assert len(FAULTS) >= 25
