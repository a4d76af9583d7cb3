"""The command line of the benchmarks: what it refuses, what it writes."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

command = importlib.import_module("benchmarks.__main__")
RECORDS = [
    {"size": 10_000, "kind": kind, "dtype": "float64", "elements": 10_000, "seconds": 1e-5}
    for kind in ("binary", "softmax")
]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    app = command.typer.Typer()
    app.command()(command.main)
    monkeypatch.setattr(command, "RESULTS", tmp_path / "results.md")
    monkeypatch.setattr(command, "_measured", lambda *_: RECORDS)
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def test_tables_go_to_stdout_and_to_files(run: Any, tmp_path: Path) -> None:
    done = run("scale", "--update", "--json", str(tmp_path / "here.json"))
    assert done.exit_code == 0
    assert "Scale: binary cross-entropy by samples" in done.output
    written = json.loads((tmp_path / "results.json").read_text())
    assert written == json.loads((tmp_path / "here.json").read_text())
    assert written["scale"] == RECORDS
    assert written["facts"]["command"].startswith("python -m benchmarks")
    text = (tmp_path / "results.md").read_text()
    assert "## Scale: softmax cross-entropy by classes" in text
    assert "| 10,000 | 1 |" in text


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("nothing",), "ratios"),
        (("--rows", "nothing"), "binary_cross_entropy"),
        (("--peers", "theano"), "torch.compile"),
        (("--dtype", "float16"), "float32"),
    ],
)
def test_an_unknown_name_is_an_error_that_lists_the_known(run: Any, arguments: tuple[str, ...], named: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert named in done.output
