"""``symloss compare``: two losses, and a loss and a function."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., tuple[int, str, str]]


def test_a_loss_is_itself(run: Run) -> None:
    code, text, _ = run("compare", "normal", "normal")
    assert code == 0
    assert text.startswith("normal (numpy): passed.")


def test_labels_and_rows_of_labels(run: Run) -> None:
    assert run("compare", "sparse_softmax_cross_entropy", "softmax_cross_entropy", "--classes", "3")[0] == 0


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("huber", "squared_error", "Not of squared_error: 0.62 of it away at best"),
        ("quantile", "absolute_error", "Only up to a factor. The gradient of 0.5 times absolute_error"),
        ("binary_cross_entropy_with_logits", "hinge", "Not of hinge"),
        ("scipy.special:expit", "poisson", "Not of poisson"),
    ],
)
def test_what_differs_is_said(run: Run, one: str, other: str, said: str) -> None:
    code, text, _ = run("compare", one, other)
    assert code == 1
    assert said in text


def test_parameters_and_json(run: Run, tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "theirs.py").write_text("import numpy as np\n\ndef clipped(y, f):\n    return np.clip(f - y, -2, 2)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    code, text, _ = run("compare", "theirs:clipped", "huber", "--set", "delta=2", "--json")
    assert code == 0
    assert json.loads(text)["passed"] is True
    code, text, _ = run("compare", "theirs:clipped", "huber")
    assert "delta is 2, not 1" in text


def test_mistakes_are_one_message(run: Run) -> None:
    for arguments, message in (
        (("nowhere:f", "huber"), "expected MODULE:FUNCTION"),
        (("hubr", "huber"), "did you mean"),
        (("scipy.special:expit", "huber", "--convention", "keras"), "expected one of 'xgboost'"),
    ):
        code, _, error = run("compare", *arguments)
        assert code == 1
        assert message in error
