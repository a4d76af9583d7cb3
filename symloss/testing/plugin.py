"""The pytest plugin: ``pytest --symloss mylosses.py`` collects a test for every loss of the file and law that applies.

    pytest --symloss mylosses.py                    every law
    pytest --symloss mylosses.py -k gradient        those whose names have "gradient"
    pytest --symloss folder --symloss-seed 7        every file of a folder that declares losses, other samples

The fixture ``check_loss`` is `symloss.testing.check_loss` that fails the test. Every pytest run imports this file, also
where symloss is not used, so that it imports nothing but pytest; what stands on SymPy is imported when it is called.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("symloss", "property tests of losses")
    group.addoption("--symloss", action="store_true", help="collect the losses of the given files, a test for each law")
    group.addoption("--symloss-seed", type=int, default=0, metavar="N", help="another seed gives other samples")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> LossFile | None:
    config = parent.config
    if not config.getoption("--symloss") or file_path.suffix != ".py":
        return None
    given = {config.invocation_params.dir / argument.partition("::")[0] for argument in config.args}
    if file_path not in given and not _declares_losses(file_path):
        return None
    found: LossFile = LossFile.from_parent(parent, path=file_path)
    return found


def _declares_losses(path: Path) -> bool:
    """Whether a file of a folder makes losses at its top, and is no test; files that were named are run anyway."""
    tests = path.name.startswith(("test_", "conftest")) or path.name.endswith("_test.py")
    return not tests and not path.name.startswith("_") and "Loss" in path.read_text(encoding="utf-8", errors="ignore")


class LossFile(pytest.File):
    """A file of declarations."""

    def collect(self) -> Iterator[pytest.Collector]:
        run_user_file = importlib.import_module("symloss.loading").run_user_file
        for loss in run_user_file(self.path):
            yield LossCollector.from_parent(self, name=loss.name, loss=loss)


class LossCollector(pytest.Collector):
    """One loss: a test for every law that applies."""

    def __init__(self, *, loss: Any, **named: Any) -> None:
        super().__init__(**named)
        self.loss = loss

    def collect(self) -> Iterator[pytest.Item]:
        for law in importlib.import_module("symloss.testing.check").laws_of(self.loss):
            yield LawItem.from_parent(self, name=law.name, loss=self.loss, law=law)


class LawItem(pytest.Item):
    """One loss held against one law."""

    def __init__(self, *, loss: Any, law: Any, **named: Any) -> None:
        super().__init__(**named)
        self.loss, self.law = loss, law

    def runtest(self) -> None:
        result = importlib.import_module("symloss.testing.check").run(
            self.law, self.loss, self.config.getoption("--symloss-seed")
        )
        if result.violation is not None:
            raise Broken(f"{self.law.sentence}\n{result.violation}")

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        return str(excinfo.value) if isinstance(excinfo.value, Broken) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        return self.path, None, f"{self.loss.name}: {self.law.name}"


class Broken(Exception):
    """A law that does not hold: shown as its text, since a traceback would show the plugin."""


@pytest.fixture
def check_loss() -> Callable[..., Any]:
    """`symloss.testing.check_loss`, as a test's own assertion: it raises unless the report has passed."""

    def check(loss: Any, **options: Any) -> Any:
        report = importlib.import_module("symloss.testing.check").check_loss(loss, **options)
        report.raise_if_failed()
        return report

    return check
