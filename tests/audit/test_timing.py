"""Timing in turn: what runs when."""

from __future__ import annotations

import pytest

from symloss.audit import timing


def test_after_a_pause_ours_runs_once_without_a_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """And no pause comes before theirs."""
    said: list[str] = []
    monkeypatch.setattr(timing.time, "sleep", lambda seconds: said.append("pause"))
    monkeypatch.setattr(timing, "_SHORTEST", 0.0)  # one run a reading
    pair = timing.paired(lambda: said.append("ours"), lambda: said.append("theirs"), 1e-6, settle=1e-3)
    assert pair.repeats > 2
    assert "pause" in said
    for place in (i for i, what in enumerate(said) if what == "pause"):
        assert said[place - 1 : place + 3] == ["theirs", "pause", "ours", "ours"]
    assert said.count("ours") == said.count("theirs") + said.count("pause")
