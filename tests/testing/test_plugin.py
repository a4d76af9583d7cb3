"""The pytest plugin: what `--symloss` collects and shows, the fixture, the decorator, what it costs unused."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

import symloss as sl
from symloss.errors import LawError
from tests.testing.faults import Fault, Faulty, scaled

FILE = """
import symloss as sl

y, f = sl.target("y"), sl.prediction("f")
fine = sl.Loss("mine_fine", (f - y)**2)


class Wrong(sl.Loss):
    def value_and_gradient(self, **call):
        value, gradient = super().value_and_gradient(**call)
        return value, gradient / 2


wrong = Wrong("mine_wrong", (f - y)**2)
"""

TESTS = """
import symloss as sl


def test_with_the_fixture(check_loss):
    assert check_loss("squared_error", laws=["value_is_exact"]).passed


@sl.testing.gradient_test(of="squared_error")
def test_by_hand(y, f):
    return f - y
"""


def run(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(Path(sl.__file__).parents[1])}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mine.py").write_text(FILE)
    (tmp_path / "test_mine.py").write_text(TESTS)
    (tmp_path / "neither.py").write_text("raise SystemExit('run although it declares nothing')")
    return tmp_path


def test_a_file_is_a_test_for_every_loss_and_law(folder: Path) -> None:
    shown = run(folder, "--symloss", "mine.py", "-v", "-k", "value_is_exact or gradient_is_exact")
    assert "mine.py::mine_fine::gradient_is_exact PASSED" in shown
    assert "mine.py::mine_wrong::value_is_exact PASSED" in shown
    assert "mine.py::mine_wrong::gradient_is_exact FAILED" in shown
    assert "The gradient is the derivative of the expression as typed." in shown
    assert "mine_wrong: gradient_is_exact: gradient by f is" in shown
    assert "Traceback" not in shown
    assert "1 failed, 3 passed" in shown


def test_a_folder_and_its_own_tests(folder: Path) -> None:
    shown = run(folder, "--symloss", ".", "-q", "-k", "fixture or by_hand or (mine_fine and value_is_exact)")
    assert "3 passed" in shown


def test_without_the_option_nothing_is_collected(folder: Path) -> None:
    assert "2 passed" in run(folder, ".", "-q")


def test_it_is_installed_and_imports_nothing_heavy() -> None:
    assert "symloss.testing.plugin" in {point.value for point in entry_points(group="pytest11")}
    heavy = "{'numpy', 'sympy', 'numba', 'scipy', 'rich', 'hypothesis', 'mpmath', 'typer'}"
    code = f"import sys, symloss.testing.plugin; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_hypothesis_a_message_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "import symloss as sl\n"
        "assert sl.testing.check_loss('squared_error', laws=['value_is_exact']).passed\n"
        "try: sl.testing.inputs\n"
        "except sl.MissingDependencyError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'symloss[test]'" in done.stdout


# --- the decorator --------------------------------------------------------------------------------------


def test_a_test_that_returns_a_loss() -> None:
    @sl.testing.gradient_test
    def of_a_loss() -> sl.Loss:
        f = sl.prediction("f")
        return sl.Loss("well", sp.log(1 + f**2))

    @sl.testing.gradient_test
    def of_a_faulty_one() -> sl.Loss:
        return Faulty.of(Fault("halved", "squared_error", "", {"gradient": scaled(0.5)}))

    of_a_loss()
    with pytest.raises(LawError, match="gradient_is_exact"):
        of_a_faulty_one()


def test_an_implementation_is_compared() -> None:
    @sl.testing.gradient_test(of="huber")
    def right(y: np.ndarray, f: np.ndarray, delta: float) -> np.ndarray:
        return np.clip(f - y, -delta, delta)

    @sl.testing.gradient_test(of="huber")
    def wrong(y: np.ndarray, f: np.ndarray, delta: float) -> np.ndarray:
        return np.clip(f - y, -1, delta)

    right()
    with pytest.raises(LawError, match=r"entry 0 of the gradient is -1\.0, expected -\d.*f=-\d\.\d+, delta"):
        wrong()
