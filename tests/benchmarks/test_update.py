"""The page of results when only some of its sections are measured again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import __main__ as command


def test_other_sections_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "RESULTS", tmp_path / "results.md")
    before = {"facts": {"date": "then", "commit": "a"}, "ratios": [1], "calls": [2]}
    (tmp_path / "results.json").write_text(json.dumps(before))
    where, measured = command._with_the_others({"date": "now", "commit": "b"}, {"calls": [3]})
    assert where == {"date": "then", "commit": "a", "calls anew": "now, b"}
    assert measured == {"ratios": [1], "calls": [3]}


def test_all_sections_are_a_new_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "RESULTS", tmp_path / "results.md")
    (tmp_path / "results.json").write_text("not read")
    everything = {section: [section] for section in command.SECTIONS}
    assert command._with_the_others({"date": "now"}, dict(everything)) == ({"date": "now"}, everything)
