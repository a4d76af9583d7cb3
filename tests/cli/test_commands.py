from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import symloss as sl
from symloss import catalogue
from symloss.cli import cache, doctor

Run = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(
    "command", [[], ["list"], ["show"], ["eval"], ["bench"], ["doctor"], ["cache"], ["check"], ["compare"]]
)
def test_every_command_has_help(run: Run, command: list[str]) -> None:
    status, out, _ = run(*command, "--help")
    assert status == 0
    assert "Usage" in out


def test_list_prints_every_loss(run: Run) -> None:
    status, out, _ = run("list")
    assert status == 0
    assert [line.split("\t")[0] for line in out.splitlines()] == list(sl.names())


def test_list_as_json_is_the_manifest(run: Run) -> None:
    _, out, _ = run("list", "--family", "margin", "--json")
    entries = json.loads(out)
    assert [entry["name"] for entry in entries] == list(sl.names("margin"))
    assert "hinge(y, f)" in [entry["signature"] for entry in entries]


def test_show_says_what_the_loss_says(run: Run) -> None:
    _, out, _ = run("show", "huber", "--json")
    facts = json.loads(out)
    assert facts["family"] == "regression"
    assert facts["parameters"] == [
        {"name": "delta", "role": "parameter", "axes": [], "expected": "a number > 0", "default": 1.0}
    ]
    _, text, _ = run("show", "huber")
    for part in (facts["expression"], facts["gradient"], facts["hessian"], facts["doc"], facts["reference"]):
        assert part in text


def test_show_has_one_derivative_per_prediction(run: Run) -> None:
    _, out, _ = run("show", "normal", "--json")
    assert len(json.loads(out)["gradient"]) == 2


def test_show_prints_derivation_and_source(run: Run) -> None:
    _, out, _ = run("show", "poisson", "--derivation", "--source", "--json")
    facts = json.loads(out)
    assert facts["derivation"] == str(sl.get("poisson").derivation())
    assert facts["source"] == sl.get("poisson").source("gradient")


def test_show_takes_a_file(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "_registered", {})
    file = tmp_path / "mine.py"
    file.write_text("import symloss as sl\nf = sl.prediction('f')\na = sl.Loss('a', f**2)\nb = sl.Loss('b', f**4)\n")
    assert run("show", f"{file}:b", "--json")[0] == 0
    status, _, err = run("show", file)
    assert status == 1
    assert "a, b" in err


@pytest.mark.parametrize("name", ["hubr", "nothing.py", "cross_entropy"])
def test_an_error_is_one_message_and_a_status(run: Run, name: str) -> None:
    status, out, err = run("show", name)
    assert status == 1
    assert out == ""
    assert err.startswith("symloss: ")
    assert err.count("\n") == 1


def test_doctor_finds_this_machine_well(run: Run) -> None:
    status, out, _ = run("doctor", "--json")
    findings = {finding["what"]: finding for finding in json.loads(out)}
    assert list(findings) == list(doctor.CHECKS)
    assert all(finding["ok"] for finding in findings.values()), findings
    assert status == 0


def test_doctor_fails_where_a_check_does(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> str:
        raise OSError("no space left")

    monkeypatch.setattr(doctor, "CHECKS", {"cache": broken})
    status, out, _ = run("doctor")
    assert status == 1
    assert "FAILED" in out
    assert "no space left" in out


def test_cache_clear_deletes_only_what_symloss_wrote(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "cache_directory", lambda: tmp_path)
    kernel = "huber_gradient_0123456789abcdef"
    (tmp_path / "__pycache__").mkdir()
    ours = [f"{kernel}.py", f"{kernel}.lock", f"__pycache__/{kernel}.kernel-3.py311.nbi", "manifest.json"]
    others = ["thesis.py", "manifest.txt", "__pycache__/thesis.cpython-311.pyc"]
    for name in (*ours, *others):
        (tmp_path / name).write_text("text")
    assert json.loads(run("cache", "--json")[1])["files"] == len(ours)
    assert json.loads(run("cache", "--clear", "--json")[1]) == {
        "folder": str(tmp_path),
        "files": len(ours),
        "bytes": 4 * len(ours),
        "cleared": True,
    }
    assert sorted(f.relative_to(tmp_path).as_posix() for f in tmp_path.rglob("*") if f.is_file()) == sorted(others)


def test_the_module_runs_as_a_program() -> None:
    done = subprocess.run([sys.executable, "-m", "symloss.cli", "list"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("absolute_error\t")
