"""The benchmarks run and time the right thing; how long anything takes is never tested."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from benchmarks import ratios, rows, worker
from benchmarks.contender import disagreement, ours
from benchmarks.peers import MODULES, numpy_text
from benchmarks.report import Progress
from symloss.audit import timing


def test_one_row_from_the_worker_to_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    choice = ratios.Choice(("squared_error",), ("numpy", "limit"), (1,), ("float64",), samples=1000, seconds=0)
    for job in choice.jobs():
        worker.main(json.dumps(asdict(job)))
    cells = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(cell["peer"], cell["skipped"], cell["pair"]["repeats"]) for cell in cells] == [
        ("numpy", "", 1),
        ("limit", "", 1),
    ]
    assert cells[0]["difference"] == 0
    table = ratios.table(choice, cells)
    assert len(table.lines) == 1
    assert len(table.lines[0]) == len(table.columns)
    assert "squared_error | 1,000 | float64" in table.markdown()


def test_a_peer_with_other_results_is_not_timed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(y: Any, z: Any) -> Sequence[Any]:
        return (z - y) ** 2, z - y

    monkeypatch.setitem(numpy_text.LOSSES, "squared_error", wrong)
    worker.main(json.dumps(asdict(worker.Job("numpy", 1, ("float64",), ("squared_error",), 1000, 0.0))))
    cell = json.loads(capsys.readouterr().out)
    assert cell["pair"] is None
    assert "differ" in cell["skipped"]


def test_a_peer_that_wins_is_named() -> None:
    pair = {"ours": 2e-3, "theirs": 1e-3, "ratio": 2.0, "low": 1.9, "high": 2.1, "repeats": 5}
    cell = {"row": "huber", "dtype": "float64", "threads": 1, "peer": "jax", "summed": True, "pair": pair}
    counts, defeat = ratios.verdict([cell])
    assert counts.startswith("1 lines: faster than every peer in 0")
    assert defeat.startswith("✗ huber, float64, 1 thread(s): JAX 1 ms against 2")


@pytest.mark.parametrize(
    "row", [r for r in rows.ROWS if r.name in ("focal", "normal", "tweedie")], ids=lambda r: r.name
)
def test_numpy_text_gives_our_numbers(row: rows.Row) -> None:
    (small,) = rows.chosen([row.name], 100)
    inputs = small.inputs("float64")
    mine, theirs = ours(small, inputs, 1, summed=False), numpy_text.contender(small, inputs, 1)
    assert disagreement(mine.results(mine.run()), theirs.results(theirs.run())) < worker.AGREEMENT["float64"]


def test_every_row_has_its_arrays_and_is_known_to_numpy_text() -> None:
    assert len({row.name for row in rows.ROWS}) == len(rows.ROWS)
    for row in rows.chosen((), 4):
        inputs = row.inputs("float32")
        assert all(np.isfinite(array).all() for array in inputs)
        assert row.text in numpy_text.LOSSES or row.text == "approx_ndcg"
    assert set(ratios.HEADINGS) == set(MODULES)


def test_pairs_take_turns() -> None:
    calls: list[str] = []
    pair = timing.paired(lambda: calls.append("a"), lambda: calls.append("b"), 0.0)
    assert pair.repeats == 1
    assert set(calls) == {"a", "b"}
    calls.clear()
    slow = (lambda: (calls.append("a"), time.sleep(2e-3)), lambda: (calls.append("b"), time.sleep(2e-3)))
    assert timing.paired(*slow, 0.04, ran=True).repeats >= 5
    assert "".join(calls).startswith("ababbaabba")  # one run of each to see how long it takes, then pairs


def test_an_unknown_row_is_named_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="binary_cross_entropy"):
        rows.chosen(["nothing"])


def test_progress_is_silent_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress() as progress:
        progress.start("rows", 1)
        progress.step("a")
    assert capsys.readouterr().err == ""
