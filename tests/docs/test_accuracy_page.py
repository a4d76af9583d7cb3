"""The accuracy page: a loss whose process fails, or takes too long, is named on it and stops nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"


@pytest.fixture
def comparison(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(DOCS))
    from comparison import catalogue, report

    return SimpleNamespace(catalogue=catalogue, report=report)


def test_a_loss_that_fails_or_is_not_done_is_named(monkeypatch: pytest.MonkeyPatch, comparison: Any) -> None:
    answers = {
        "huber": lambda: subprocess.CompletedProcess([], 1, "", "Traceback\nArithmeticError: no digits\n"),
        "dice": lambda: (_ for _ in ()).throw(subprocess.TimeoutExpired([], 1.0)),
        "poisson": lambda: subprocess.CompletedProcess([], 0, "[]", ""),
        "normal": lambda: subprocess.CompletedProcess([], -9, "", ""),
    }
    monkeypatch.setattr(comparison.catalogue.sl, "names", lambda: list(answers))
    monkeypatch.setattr(comparison.catalogue.subprocess, "run", lambda command, **_: answers[command[3]]())
    said: list[str] = []
    measured = comparison.catalogue.catalogue(1000, said.append)
    assert measured.cells == []
    assert measured.unfinished == ["dice"]
    assert measured.failed == {"huber": "ArithmeticError: no digits", "normal": "ended with -9"}
    page = comparison.report._catalogue(measured)
    assert "Not done in 60 seconds: dice. Failed: huber (ArithmeticError: no digits); normal (ended with -9)." in page


def test_one_loss_in_a_process(comparison: Any) -> None:
    cells = comparison.catalogue.in_a_process("squared_error", 20)
    assert {c.loss for c in cells} == {"squared_error"}
    with pytest.raises(comparison.catalogue.Failed, match="no_such_loss"):
        comparison.catalogue.in_a_process("no_such_loss", 20)
