from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import symloss as sl
from symloss import catalogue, loading, manifest


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A registry of two files, and an empty cache folder beside it."""
    for family, name in (("regression", "huber"), ("margin", "hinge")):
        (tmp_path / "registry" / family).mkdir(parents=True)
        shutil.copy(loading.shipped_files()[name], tmp_path / "registry" / family)
    (tmp_path / "cache").mkdir()
    monkeypatch.setattr(loading, "_registry_folder", lambda: tmp_path / "registry")
    monkeypatch.setattr(manifest, "cache_directory", lambda: tmp_path / "cache")
    monkeypatch.setattr(catalogue, "_shipped", {})
    return tmp_path / "registry"


@pytest.fixture
def ran(registry: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that the manifest runs."""
    names: list[str] = []

    def run(name: str, path: Path) -> sl.Loss:
        names.append(name)
        return loading.run_shipped(name, path)

    monkeypatch.setattr(manifest, "run_shipped", run)
    return names


def test_an_entry_says_what_the_file_declares(registry: Path) -> None:
    entry = manifest.entries()["huber"]
    assert entry.family == "regression"
    assert entry.aliases == ("HuberLoss", "huber_loss")
    assert entry.signature == "huber(y, f, *, delta=1.0)"
    assert entry.summary.startswith("Huber's loss")
    assert entry.fingerprint == sl.get("huber").declaration.fingerprint


def test_names_run_no_file_and_write_nothing(ran: list[str], registry: Path) -> None:
    assert loading.shipped_files().keys() == {"hinge", "huber"}
    assert sl.names("margin") == ("hinge",)
    assert not ran
    assert not (registry.parent / "cache" / manifest.FILE_NAME).exists()


def test_only_files_that_changed_run_again(ran: list[str], registry: Path) -> None:
    manifest.entries()
    assert ran == ["hinge", "huber"]
    manifest.entries()
    assert ran == ["hinge", "huber"]
    with (registry / "margin" / "hinge.py").open("a") as file:
        file.write("# changed\n")
    manifest.entries()
    assert ran == ["hinge", "huber", "hinge"]


def test_a_file_that_goes_or_moves_is_noticed(ran: list[str], registry: Path) -> None:
    manifest.entries()
    (registry / "margin" / "hinge.py").rename(registry / "regression" / "hinge.py")
    assert manifest.entries()["hinge"].family == "regression"
    (registry / "regression" / "hinge.py").unlink()
    assert list(manifest.entries()) == ["huber"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"version": "0"}', '{"version": "%s", "losses": [{"name": 1}]}']
)
def test_a_manifest_that_is_not_one_is_written_anew(ran: list[str], registry: Path, text: str) -> None:
    good = manifest.entries()
    path = registry.parent / "cache" / manifest.FILE_NAME
    path.write_text(text.replace("%s", sl.__version__))
    assert manifest.entries() == good
    assert len(ran) == 4
    manifest.entries()
    assert len(ran) == 4
    assert [file.name for file in path.parent.iterdir()] == [manifest.FILE_NAME]


def test_an_alias_needs_no_file_but_its_own(ran: list[str], registry: Path) -> None:
    manifest.entries()
    ran.clear()
    assert sl.get("hinge_loss").name == "hinge"
    assert list(catalogue._shipped) == ["hinge"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1", "defines no LOSS"),
        ("import symloss as sl\nLOSS = sl.Loss('a', sl.prediction('f') ** 2)", "rename the file"),
    ],
)
def test_a_file_that_breaks_the_rules_is_named(registry: Path, text: str, message: str) -> None:
    (registry / "margin" / "wrong.py").write_text(text)
    with pytest.raises(sl.DeclarationError, match=rf"wrong\.py.*{message}"):
        sl.get("wrong")
