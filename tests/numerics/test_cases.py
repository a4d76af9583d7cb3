"""Every reported bug of `cases.json`, in every spelling that a user may choose, to the last digits."""

from __future__ import annotations

from typing import Any

import pytest

from tests.numerics import binary, likelihoods, regression, rows
from tests.numerics.by_hand import BY_HAND
from tests.numerics.running import Spelling, cases, check
from tests.numerics.waiting import WAITING

CASES = cases("cases.json")
SPELLINGS = {**binary.SPELLINGS, **rows.SPELLINGS, **regression.SPELLINGS, **likelihoods.SPELLINGS}


def marked(file: dict[str, tuple[Spelling, ...]]) -> list[Any]:
    """One parameter set per case and spelling; those that wait for a rule are expected to fail."""
    found = []
    for name, spellings in file.items():
        for spelling in spellings:
            reason = WAITING.get((name, spelling.label))
            marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
            found.append(pytest.param(name, spelling, id=f"{name}: {spelling.label}", marks=marks))
    return found


@pytest.mark.parametrize(("name", "spelling"), marked(SPELLINGS))
def test_case(name: str, spelling: Spelling) -> None:
    assert check(CASES[name], spelling) == []


@pytest.mark.parametrize("name", BY_HAND)
def test_case_by_hand(name: str) -> None:
    BY_HAND[name](CASES[name])


def test_no_case_is_left_out() -> None:
    assert {*SPELLINGS, *BY_HAND} == {*CASES}
    assert len(CASES) == 76
