"""What the documents show is what comes out: examples, commands, the tables of losses, links."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/architecture.md",
    "docs/decisions.md",
    "docs/losses.md",
    "docs/metrics.md",
    "docs/policies.md",
    "docs/testing.md",
    "docs/wrappers.md",
)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A script of docs/, in a process of its own: examples register losses."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, encoding="utf-8"
    )


RUN = (
    "README.md",
    "docs/architecture.md",
    "docs/metrics.md",
    "docs/policies.md",
    "docs/testing.md",
    "docs/wrappers.md",
)


@pytest.mark.parametrize("document", RUN)
def test_the_examples_print_what_is_shown(document: str) -> None:
    done = run("docs/examples.py", document)
    assert done.returncode == 0, (
        f"{done.stdout}{done.stderr}\nif that is meant: python docs/examples.py --update {document}"
    )


def test_the_losses_are_those_of_the_registry() -> None:
    done = run("docs/make_losses.py", "--check")
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"


@pytest.mark.parametrize(
    "command", ["pip install -e . && python examples/digits.py", "pip install -e '.[test]' && pytest"]
)
def test_the_readme_has_the_command_on_a_line_of_its_own(command: str) -> None:
    assert command in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_to_a_file(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)", text)
    missing = [link for link in links if not (ROOT / document).parent.joinpath(link).exists()]
    assert not missing


@pytest.mark.parametrize(
    "document",
    ["docs/architecture.md", "docs/decisions.md", "docs/metrics.md", "docs/policies.md", "docs/testing.md"],
)
def test_every_file_that_is_named_exists(document: str) -> None:
    """Paths in backticks; those that the design had and the engine has not are named without a folder of ours."""
    text = (ROOT / document).read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:symloss|docs|tests|registry|examples)/[\w/]+\.\w+)`", text))
    assert named
    assert not [path for path in sorted(named) if not (ROOT / path).exists()]


def test_every_layer_is_in_the_table_of_rooms() -> None:
    layers = re.search(r"^layers = \[\n(.*?)^\]", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.M | re.S)
    assert layers is not None
    names = re.findall(r"\w+", layers[1])
    table = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").partition("## declare")[0]
    assert not [name for name in names if f"`{name}`" not in table]
