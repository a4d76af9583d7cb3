"""Every file of the registry, by the rules that a newcomer's file must meet too."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import symloss as sl
from symloss.loading import run_shipped, shipped_files
from symloss.manifest import first_sentence
from tests.registry.formulas import formulas

FILES = shipped_files()


@pytest.fixture(params=list(FILES), scope="module")
def file(request: pytest.FixtureRequest) -> Path:
    return FILES[request.param]


def test_a_file_declares_the_loss_it_is_named_after(file: Path) -> None:
    assert run_shipped(file.stem, file).name == file.stem


def test_a_file_imports_only_sympy_and_the_facade(file: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
    assert imported <= {"sympy", "sympy.stats", "symloss"}


def test_the_docstring_is_the_losss_doc_and_states_its_factor(file: Path) -> None:
    loss = run_shipped(file.stem, file)
    assert loss.doc == ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")), clean=False)
    assert "factor" in loss.doc.lower()
    assert len(first_sentence(loss.doc)) <= 120
    assert loss.reference


def test_a_family_says_what_its_losses_share(file: Path) -> None:
    family = file.parent / "__init__.py"
    assert ast.get_docstring(ast.parse(family.read_text(encoding="utf-8")))


def test_a_loss_is_written_a_second_time_for_the_laws(file: Path) -> None:
    assert file.stem in formulas(), f"add it to tests/registry/formulas/{file.parent.name}.py"


def test_no_two_losses_share_a_name_or_alias() -> None:
    names = [name for loss in map(sl.get, FILES) for name in (loss.name, *loss.aliases)]
    assert len(names) == len(set(names))
