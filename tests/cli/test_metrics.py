"""The commands take metrics: a value and no gradient, and of a whole file where a sample is a data set."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import symloss as sl
from symloss.cli import readers

Run = Callable[..., tuple[int, str, str]]
N = 500


@pytest.fixture
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, dict[str, np.ndarray]]:
    """A file that is read in several chunks, and what it holds."""
    monkeypatch.setattr(readers, "CSV_BLOCK", 2000)
    random = np.random.default_rng(0)
    y = random.integers(0, 2, N)
    columns = {"y": y, "f": np.round(random.normal(size=N) + y, 1), "g": random.normal(size=N), "w": random.random(N)}
    file = tmp_path / "rows.csv"
    np.savetxt(file, np.column_stack([*columns.values()]), delimiter=",", header=",".join(columns), comments="")
    return file, columns


def test_list_marks_metrics(run: Run) -> None:
    _, out, _ = run("list", "--json")
    kinds = {entry["name"]: entry["kind"] for entry in json.loads(out)}
    assert kinds == {name: "metric" if sl.get(name).is_metric else "loss" for name in sl.names()}
    assert kinds["zero_one"] == "metric"


def test_show_says_why_there_is_no_gradient(run: Run) -> None:
    _, out, _ = run("show", "auc", "--derivation", "--source", "--json")
    facts = json.loads(out)
    assert facts["no gradient"] == sl.get("auc").outline.why
    assert facts["surrogates"] == list(sl.get("auc").surrogates)
    assert facts["source"] == sl.get("auc").source("value")
    assert "gradient" not in facts
    _, text, _ = run("show", "auc")
    assert f"no gradient {facts['no gradient']}" in text
    assert "surrogates  ranknet" in text


def test_check_measures_the_value(run: Run) -> None:
    status, out, _ = run("check", "recall", "--ulp", "--points", "40", "--json")
    assert status == 0
    assert [(cell["order"], cell["dtype"]) for cell in json.loads(out)["cells"]] == [
        ("value", "float64"),
        ("value", "float32"),
    ]


def test_bench_times_the_value(run: Run) -> None:
    _, out, _ = run("bench", "accuracy", "--seconds", "0.01", "--samples", "1000", "--dtype", "float64", "--json")
    (timing,) = json.loads(out)
    assert (timing["results"], timing["skipped"]) == ("value", "")
    assert timing["ratio"] > 0


def test_a_metric_of_a_data_set_is_of_all_rows(run: Run, rows: tuple[Path, dict[str, np.ndarray]]) -> None:
    file, columns = rows
    status, out, _ = run("eval", "auc", file, "--target", "y", "--prediction", "f", "--json")
    assert status == 0
    assert json.loads(out) == {"loss": "auc", "samples": N, "value": sl.get("auc").value(columns["y"], columns["f"])}
    _, text, _ = run("eval", "f1", file, "--target", "y", "--prediction", "f", "--set", "threshold=0.5")
    assert text == f"f1: {sl.get('f1')(columns['y'], columns['f'], threshold=0.5)!r} over {N} samples\n"
    assert [path.name for path in file.parent.iterdir()] == [file.name], "there is nothing to write for every row"


@pytest.mark.parametrize("option", ["--weight", "--output"])
def test_what_a_single_value_has_no_use_for_is_refused(
    run: Run, rows: tuple[Path, dict[str, np.ndarray]], option: str
) -> None:
    value = {"--weight": "w", "--output": rows[0].with_name("out.csv")}[option]
    status, _, err = run("eval", "auc", rows[0], "--target", "y", "--prediction", "f", option, value)
    assert status == 1
    assert f"leave out {option}" in err


def test_columns_of_a_list_are_one_sample_each_row(run: Run, rows: tuple[Path, dict[str, np.ndarray]]) -> None:
    file, columns = rows
    status, _, _ = run("eval", "rmse", file, "--target", "y,w", "--prediction", "f,g")
    assert status == 0
    written = np.genfromtxt(file.with_name("rows.symloss.csv"), delimiter=",", names=True)
    expected = sl.get("rmse").value(*(np.column_stack([columns[a], columns[b]]) for a, b in ("yw", "fg")))
    assert written.dtype.names == ("value",)
    np.testing.assert_array_equal(written["value"], expected)


def test_a_metric_of_a_sample_is_written_for_every_row(run: Run, rows: tuple[Path, dict[str, np.ndarray]]) -> None:
    file, columns = rows
    status, out, _ = run("eval", "accuracy", file, "--target", "y", "--prediction", "f,g", "--weight", "w", "--json")
    assert status == 0
    scores = np.column_stack([columns["f"], columns["g"]])
    expected = sl.get("accuracy")(columns["y"], scores, sample_weight=columns["w"])
    assert json.loads(out)["mean"] == pytest.approx(expected, rel=1e-12)
    assert file.with_name("rows.symloss.csv").read_text(encoding="utf-8").splitlines()[0].strip('"') == "value"
