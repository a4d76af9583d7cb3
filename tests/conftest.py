"""Options of the suite."""

from __future__ import annotations

import zlib

import pytest

import symloss as sl
from tests.laws.shapes import SHORT

SHARE = 12
"""Of the laws that cost a kernel or two, one in so many is held against each loss, another one for every loss; all of
them would take an hour. `pytest --every-law` runs them all."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/golden/<loss>/<stage>.txt anew")
    parser.addoption("--every-law", action="store_true", help="hold every law against every loss of the catalogue")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out of the tests over the catalogue what `is_chosen` does not choose; pytest counts them as deselected."""
    if config.getoption("--every-law"):
        return
    names = set(sl.names())
    chosen = {item: is_chosen(item, names) for item in items}
    config.hook.pytest_deselected(items=[item for item, kept in chosen.items() if not kept])
    items[:] = [item for item, kept in chosen.items() if kept]


def is_chosen(item: pytest.Item, names: set[str]) -> bool:
    """Whether a test is run by default: not over the catalogue, of every loss, of a loss of `SHORT`, or one's share."""
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    name = parameters.get("name")
    if ("tests/laws/" not in item.nodeid and "tests/audit/" not in item.nodeid) or name not in names or name in SHORT:
        return True
    if item.get_closest_marker("every_loss") is not None:
        return True
    return zlib.crc32(item.nodeid.encode()) % SHARE == 0
