"""What an installed symloss holds, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import symloss as sl
from symloss.loading import shipped_files

ROOT = Path(__file__).parents[2]


def test_every_room_is_in_the_list_of_packages() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    rooms = {".".join(f.parent.relative_to(ROOT).parts) for f in (ROOT / "symloss").rglob("__init__.py")}
    assert set(settings["packages"]) == rooms | {"symloss.registry"}
    assert settings["package-dir"] == {"symloss.registry": "registry"}


def test_every_file_of_the_registry_is_found() -> None:
    there = {f.stem for f in (ROOT / "registry").rglob("*.py") if not f.name.startswith("_")}
    assert set(shipped_files()) == there


def test_import_symloss_imports_nothing_heavy() -> None:
    heavy = ("numba", "llvmlite", "sympy", "scipy", "numpy", "matplotlib", "rich", "typer", "pyarrow")
    program = f"import sys, symloss; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_listing_names_imports_no_compiler() -> None:
    program = "import sys, symloss; symloss.names(); print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_version_is_written_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" not in project["project"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "symloss.__version__"}
    assert sl.__version__.count(".") == 2
