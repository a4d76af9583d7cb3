"""`symloss check`: what it finds, what it prints, and the exit status."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from symloss import catalogue
from symloss.cli import check

Run = Callable[..., tuple[int, str, str]]

MINE = """
import sympy as sp
import symloss as sl

y, f = sl.target("y", domain=sl.Binary), sl.prediction("f")
stable = sl.Loss("mine_stable", sl.softplus(f) - y*f)
p = 1/(1 + sp.exp(-f))
guarded = sl.Loss("mine_guarded", -y*sp.log(p + 1e-7) - (1 - y)*sp.log(1 - p + 1e-7))
"""


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(catalogue, "_registered", {})
    file = tmp_path / "mine.py"
    file.write_text(MINE)
    return file


def test_a_loss_is_derived(run: Run) -> None:
    assert run("check", "huber")[:2] == (0, "ok      huber\n")


def test_a_file_a_folder_and_one_of_a_file(run: Run, mine: Path) -> None:
    for given, names in ((mine, {"mine_stable", "mine_guarded"}), (f"{mine}:mine_stable", {"mine_stable"})):
        status, out, _ = run("check", given, "--json")
        assert status == 0
        assert {report["loss"] for report in json.loads(out)["losses"]} == names
    assert run("check", mine.parent)[0] == 0


def test_a_constant_that_keeps_zero_away_is_reported(run: Run, mine: Path) -> None:
    _, out, _ = run("check", mine, "--json")
    remarks = {report["loss"]: report["remarks"] for report in json.loads(out)["losses"]}
    assert not remarks["mine_stable"]
    assert remarks["mine_guarded"]
    assert "note    " in run("check", mine)[1]


def test_errors_in_ulps(run: Run) -> None:
    status, out, _ = run("check", "squared_error", "--ulp", "--points", "60", "--json")
    cells = json.loads(out)["cells"]
    assert status == 0
    assert [(c["order"], c["dtype"]) for c in cells] == [
        (order, dtype) for dtype in ("float64", "float32") for order in ("value", "gradient", "hessian")
    ]
    assert all(c["passes"] and c["worst"] <= c["bound"] and c["results"] > 60 for c in cells)


def test_a_broken_bound_is_a_status(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from symloss.audit.accuracy import Cell

    bad = Cell("huber", "value", "", "float64", 5.0, results=9, worst=77.0, above_bound=1)
    monkeypatch.setattr(check, "measure", lambda *args, **options: [bad])
    status, out, _ = run("check", "huber", "--ulp")
    assert status == 1
    assert "FAILED" in out
    assert "77" in out


def test_an_unknown_loss_is_an_error(run: Run) -> None:
    status, _, err = run("check", "hubr")
    assert status == 1
    assert "huber" in err
