"""`symloss bench` times the kernel and the same formulas in NumPy; how long anything takes is never tested."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from symloss import catalogue

Run = Callable[..., tuple[int, str, str]]
SMALL = ("--samples", 50, "--seconds", 0)


def test_one_line_per_result_and_dtype(run: Run) -> None:
    status, out, err = run("bench", "poisson", *SMALL, "--json")
    assert (status, err) == (0, "")
    lines = json.loads(out)
    assert [(line["results"], line["dtype"]) for line in lines] == [
        (results, dtype)
        for dtype in ("float64", "float32")
        for results in ("value", "value and gradient", "gradient and hessian")
    ]
    assert all(line["ratio"] > 0 and line["shape"] == [50] for line in lines)
    assert all(line["difference"] < {"float64": 1e-14, "float32": 1e-5}[line["dtype"]] for line in lines)


def test_a_loss_of_a_file_as_a_table(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "_registered", {})
    file = tmp_path / "mine.py"
    file.write_text("import symloss as sl\nf = sl.prediction('f')\na = sl.Loss('half_power', f**2 / 2)\n")
    status, out, _ = run("bench", file, *SMALL, "--dtype", "float64")
    assert status == 0
    assert [line.split("\t")[:4] for line in out.splitlines()] == [
        ["half_power", results, "float64", "50"] for results in ("value", "value and gradient", "gradient and hessian")
    ]


def test_what_numpy_cannot_say_is_said(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "_registered", {})
    file = tmp_path / "mine.py"
    file.write_text("import symloss as sl\nf, q = sl.prediction('f'), sl.parameter('q')\na = sl.Loss('a', q*f**2)\n")
    _, out, _ = run("bench", file, *SMALL, "--json")
    assert {line["skipped"] for line in json.loads(out)} == {"a parameter has no default"}


def test_an_unknown_dtype_is_an_error(run: Run) -> None:
    status, _, err = run("bench", "poisson", "--dtype", "float16")
    assert status == 1
    assert "float16" in err
