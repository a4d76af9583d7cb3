"""`symloss eval` gives, file by file and chunk by chunk, what the loss gives on whole arrays."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

import symloss as sl
from symloss.cli import readers

Run = Callable[..., tuple[int, str, str]]
FORMATS = ["csv", "parquet", "npz"]
N = 1000


@pytest.fixture(autouse=True)
def _many_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "CSV_BLOCK", 5000)
    monkeypatch.setattr(readers, "ROWS", 300)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "y": random.normal(size=N),
            "p": random.normal(size=N),
            "q": random.normal(size=N),
            "w": random.random(N),
            "c": random.integers(0, 2, N),
        }
    )


def stored(table: pd.DataFrame, folder: Path, form: str) -> Path:
    file = folder / f"rows.{form}"
    if form == "csv":
        table.to_csv(file, index=False)
    elif form == "parquet":
        table.to_parquet(file)
    else:
        np.savez(file, **{name: table[name].to_numpy() for name in table})
    return file


def read(file: Path) -> dict[str, np.ndarray]:
    if file.suffix == ".npz":
        return dict(np.load(file))
    frame = pa.csv.read_csv(file) if file.suffix == ".csv" else pa.parquet.read_table(file)
    return {name: frame[name].to_numpy() for name in frame.column_names}


@pytest.mark.parametrize("form", FORMATS)
def test_a_scalar_loss_with_weights_and_a_parameter(run: Run, table: pd.DataFrame, tmp_path: Path, form: str) -> None:
    file = stored(table, tmp_path, form)
    status, out, err = run(
        "eval", "huber", file, "--target", "y", "--prediction", "p", "--weight", "w", "--set", "delta=0.5", "--json"
    )
    assert (status, err) == (0, "")
    value, gradient = sl.get("huber").value_and_gradient(table.y, table.p, sample_weight=table.w, delta=0.5)
    written = read(tmp_path / f"rows.symloss.{form}")
    assert list(written) == ["value", "gradient"]
    np.testing.assert_array_equal(written["value"], value)
    np.testing.assert_array_equal(written["gradient"], gradient)
    report = json.loads(out)
    assert report["samples"] == N
    assert report["mean"] == pytest.approx(
        sl.get("huber")(table.y, table.p, sample_weight=table.w, delta=0.5), rel=1e-12
    )


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_row_loss_takes_a_column_per_class(run: Run, table: pd.DataFrame, tmp_path: Path, form: str) -> None:
    file = stored(table, tmp_path, form)
    run("eval", "sparse_softmax_cross_entropy", file, "--target", "c", "--prediction", "p,q")
    loss = sl.get("sparse_softmax_cross_entropy")
    value, gradient = loss.value_and_gradient(table.c, table[["p", "q"]].to_numpy())
    written = read(tmp_path / f"rows.symloss.{form}")
    np.testing.assert_array_equal(written["value"], value)
    np.testing.assert_array_equal(written["gradient_p"], gradient[:, 0])
    np.testing.assert_array_equal(written["gradient_q"], gradient[:, 1])


@pytest.mark.parametrize("columns", [["p,q"], ["s=q", "mu=p"], ["mu=p", "q"]])
def test_several_predictions_in_order_or_by_name(
    run: Run, table: pd.DataFrame, tmp_path: Path, columns: list[str]
) -> None:
    file = stored(table, tmp_path, "parquet")
    options = [text for column in columns for text in ("--prediction", column)]
    run("eval", "normal", file, "--target", "y", *options, "--output", tmp_path / "out.npz")
    value, (mu, s) = sl.get("normal").value_and_gradient(table.y, table.p, table.q)
    written = read(tmp_path / "out.npz")
    np.testing.assert_array_equal(written["value"], value)
    np.testing.assert_array_equal(written["gradient_mu"], mu)
    np.testing.assert_array_equal(written["gradient_s"], s)


def test_an_npz_file_may_hold_whole_matrices(run: Run, tmp_path: Path) -> None:
    similarity = np.random.default_rng(0).normal(size=(700, 3, 3))
    np.savez(tmp_path / "rows.npz", s=np.asfortranarray(similarity))
    assert run("eval", "info_nce", tmp_path / "rows.npz", "--prediction", "s")[0] == 0
    value, gradient = sl.get("info_nce").value_and_gradient(similarity)
    written = read(tmp_path / "rows.symloss.npz")
    np.testing.assert_array_equal(written["value"], value)
    np.testing.assert_array_equal(written["gradient"], gradient)


def test_a_parquet_column_may_hold_lists(run: Run, tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(N, 4))
    labels = np.arange(N) % 4
    pa.parquet.write_table(pa.table({"c": labels, "z": list(rows)}), tmp_path / "rows.parquet")
    assert (
        run(
            "eval",
            "sparse_softmax_cross_entropy",
            tmp_path / "rows.parquet",
            "--target",
            "c",
            "--prediction",
            "z",
            "--output",
            tmp_path / "out.npz",
        )[0]
        == 0
    )
    value, gradient = sl.get("sparse_softmax_cross_entropy").value_and_gradient(labels, rows)
    written = read(tmp_path / "out.npz")
    np.testing.assert_array_equal(written["value"], value)
    np.testing.assert_array_equal(written["gradient"], gradient)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["huber", "--target", "nothing", "--prediction", "p"], "no column 'nothing'; it has y, p"),
        (["huber", "--target", "y"], "--prediction"),
        (["huber", "--prediction", "p"], "write --target y=COL"),
        (["huber", "--target", "y", "--prediction", "p,q"], "f is one number"),
        (["normal", "--target", "y", "--prediction", "p"], "write --prediction mu=COL --prediction s=COL"),
        (["info_nce", "--target", "y", "--prediction", "p"], "has no target"),
        (["huber", "--target", "y", "--prediction", "p", "--set", "d=1"], "one of delta"),
        (["huber", "--target", "y", "--prediction", "p", "--set", "delta=x"], "not a number"),
        (["huber", "--target", "y", "--prediction", "p", "--set", "delta=-1"], "delta"),
        (["hinge", "--target", "y", "--prediction", "p"], "rows.csv, rows counted from 0"),
        (["huber", "--target", "y", "--prediction", "p", "--output", "out.txt"], "ends in .csv, .parquet, .npz"),
        (["huber", "--target", "y", "--prediction", "text"], "rows.csv"),
    ],
)
def test_a_mistake_is_named_and_leaves_no_file(
    run: Run, table: pd.DataFrame, tmp_path: Path, arguments: list[str], message: str
) -> None:
    file = stored(table.assign(text="a"), tmp_path, "csv")
    status, _, err = run("eval", arguments[0], file, *arguments[1:])
    assert status in (1, 2)
    assert message in err.replace("│\n│ ", "")
    assert [left.name for left in tmp_path.iterdir()] == ["rows.csv"]


def test_a_bad_row_far_down_leaves_no_half_file(run: Run, table: pd.DataFrame, tmp_path: Path) -> None:
    table = table.assign(y=np.where(np.arange(N) == 950, 0.5, 1.0))
    for form in FORMATS:
        file = stored(table, tmp_path, form)
        status, _, err = run("eval", "hinge", file, "--target", "y", "--prediction", "p")
        assert status == 1
        assert "rows counted from" in err
        assert not (tmp_path / f"rows.symloss.{form}").exists()


@pytest.mark.parametrize("name", ["rows.txt", "rows.csv", "rows.parquet", "rows.npz"])
def test_a_file_that_is_not_one_is_named(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x00\x01")
    status, _, err = run("eval", "huber", tmp_path / name, "--target", "y", "--prediction", "p")
    assert status == 1
    assert name in err
