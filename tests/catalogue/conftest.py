from __future__ import annotations

from collections.abc import Iterator

import pytest

from symloss import catalogue


@pytest.fixture(autouse=True)
def _forget_what_a_test_registers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(catalogue, "_registered", dict(catalogue._registered))
    return
