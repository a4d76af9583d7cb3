"""Every planted fault is caught by the law that it names, and every law catches at least one."""

from __future__ import annotations

from typing import Any

import pytest

import symloss as sl
from symloss.testing.law import Violation
from symloss.testing.table import LAW_NAMED
from tests.testing.faults import FAULTS, Fault, Faulty


def first_violation(loss: Any, law: str) -> Violation | None:
    found = (LAW_NAMED[law](loss, batch) for batch in LAW_NAMED[law].batches(loss, count=30))
    return next((violation for violation in found if violation is not None), None)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.loss}: {fault.what}")
def test_a_fault_is_caught(fault: Fault) -> None:
    found = first_violation(Faulty.of(fault), fault.law)
    assert found is not None, f"{fault.what} is not seen by {fault.law}"
    assert found.text


def test_every_law_bites() -> None:
    assert {fault.law for fault in FAULTS} == set(LAW_NAMED)


@pytest.mark.parametrize("law", ["entry_points_agree", "weights_multiply", "gradient_is_the_slope_of_the_value"])
def test_without_a_fault_nothing_is_caught(law: str) -> None:
    """It is the fault that is caught, not the way in which it is planted."""
    assert first_violation(Faulty.of(Fault("nothing", "huber", law)), law) is None


def test_a_loss_that_raises_is_caught() -> None:
    def broken(right: sl.Loss, **call: Any) -> Any:
        raise ValueError("out of luck")

    found = first_violation(Faulty.of(Fault("raises", "huber", "", instead={"value": broken})), "value_is_exact")
    assert found is not None
    assert "ValueError: out of luck" in found.text
