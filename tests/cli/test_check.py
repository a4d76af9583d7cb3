"""`symloss check`: what it finds, what it prints, and the exit status."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

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


WRONG = """
import symloss as sl

y, f = sl.target("y"), sl.prediction("f")


class Wrong(sl.Loss):
    def value_and_gradient(self, **call):
        value, gradient = super().value_and_gradient(**call)
        return value, gradient / 2


wrong = Wrong("mine_wrong", (f - y)**2)
"""


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(catalogue, "_registered", {})
    file = tmp_path / "mine.py"
    file.write_text(MINE)
    return file


def test_a_loss_is_derived(run: Run) -> None:
    assert run("check", "huber", "--no-laws")[:2] == (0, "ok      huber\n")


def test_a_loss_is_held_against_its_laws(run: Run) -> None:
    few = ("--law", "value_is_exact", "--law", "weights_multiply")
    assert run("check", "huber", *few)[:2] == (0, "ok      huber: 2 of 2 laws hold (seed 0)\n")
    status, out, _ = run("check", "huber", *few, "--json", "--seed", "3")
    (report,) = json.loads(out)["losses"]
    assert status == 0
    assert report["passed"]
    assert report["seed"] == 3
    assert [law["law"] for law in report["laws"]] == ["value_is_exact", "weights_multiply"]
    assert run("check", "huber", "--law", "no_such_law")[0] == 1


def test_a_law_that_fails_is_a_status_and_a_counterexample(run: Run, mine: Path) -> None:
    file = mine.parent / "wrong.py"
    file.write_text(WRONG)
    report = mine.parent / "report.html"
    status, out, _ = run("check", file, "--law", "gradient_is_exact", "--html", report)
    assert status == 1
    assert out.startswith("FAILED  mine_wrong: 0 of 1 laws hold, 1 fails (seed 0)\nlaw     gradient_is_exact: gradient")
    assert "y=0.0, f=" in out
    text = report.read_text(encoding="utf-8")
    assert text.count("<math") == 3
    assert '<path class="exact"' in text
    assert '<path class="computed"' in text
    ElementTree.fromstring(re.search(r"<svg.*?</svg>", text, re.S)[0])  # type: ignore[index]
    assert not re.search(r"<script|src=|href=[^#]*http|url\(|@import", text), "the page asks for something else"


def test_no_time_is_a_status(run: Run) -> None:
    status, out, _ = run("check", "huber", "--law", "value_is_exact", "--time-limit", "0")
    assert status == 1
    assert "value_is_exact: not run" in out


def test_a_file_a_folder_and_one_of_a_file(run: Run, mine: Path) -> None:
    for given, names in ((mine, {"mine_stable", "mine_guarded"}), (f"{mine}:mine_stable", {"mine_stable"})):
        status, out, _ = run("check", given, "--no-laws", "--json")
        assert status == 0
        assert {report["loss"] for report in json.loads(out)["losses"]} == names
    assert run("check", mine.parent, "--no-laws")[0] == 0


def test_a_constant_that_keeps_zero_away_is_reported(run: Run, mine: Path) -> None:
    _, out, _ = run("check", mine, "--no-laws", "--json")
    remarks = {report["loss"]: report["remarks"] for report in json.loads(out)["losses"]}
    assert not remarks["mine_stable"]
    assert remarks["mine_guarded"]
    assert "note    " in run("check", mine, "--no-laws")[1]


def test_errors_in_ulps(run: Run) -> None:
    status, out, _ = run("check", "squared_error", "--no-laws", "--ulp", "--points", "60", "--json")
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
    status, out, _ = run("check", "huber", "--no-laws", "--ulp")
    assert status == 1
    assert "FAILED" in out
    assert "77" in out


def test_an_unknown_loss_is_an_error(run: Run) -> None:
    status, _, err = run("check", "hubr")
    assert status == 1
    assert "huber" in err
