"""Further reports from other trackers (`more_cases.json`), in the text of a user."""

from __future__ import annotations

import pytest

from tests.numerics.more import SPELLINGS
from tests.numerics.running import Spelling, cases, check
from tests.numerics.test_cases import marked

CASES = cases("more_cases.json")


@pytest.mark.parametrize(("name", "spelling"), marked(SPELLINGS))
def test_case(name: str, spelling: Spelling) -> None:
    assert check(CASES[name], spelling) == []


def test_no_case_is_left_out() -> None:
    assert [*SPELLINGS] == [*CASES]
