from __future__ import annotations

import pickle
import shutil
import threading
from collections.abc import Callable
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
    assert {"HuberLoss", "SmoothL1Loss"} <= set(entry.aliases)
    assert entry.signature == "huber(y, f, *, delta=1.0)"
    assert entry.summary.startswith("Huber's loss")
    assert entry.fingerprint == sl.get("huber").declaration.fingerprint


def test_names_run_no_file_and_write_nothing(ran: list[str], registry: Path) -> None:
    assert loading.shipped_files().keys() == {"hinge", "huber"}
    assert sl.names("margin") == ("hinge",)
    assert not ran
    assert not manifest.path().exists()


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
    "damage",
    [
        lambda text: "",
        lambda text: text[:-20],
        lambda text: "[]",
        lambda text: "null",
        lambda text: '{"huber": 1}',
        lambda text: text.replace('"kinks"', '"cranks"'),
        lambda text: text.replace('"fingerprint": "', '"fingerprint": 1, "was": "'),
        lambda text: text.replace('"huber": {', '"hubert": {'),
        lambda text: text.replace('"prediction"', '"predilection"'),
    ],
)
def test_a_manifest_that_is_not_one_is_written_anew(ran: list[str], damage: Callable[[str], str]) -> None:
    good = manifest.entries()
    path = manifest.path()
    path.write_text(damage(path.read_text()))
    assert manifest.entries() == good
    assert len(ran) == 4
    manifest.entries()
    assert len(ran) == 4
    assert [file.name for file in path.parent.iterdir()] == [manifest.FILE_NAME]  # nothing half written is left


def test_an_alias_needs_no_file_but_its_own(ran: list[str], registry: Path) -> None:
    manifest.entries()
    ran.clear()
    assert sl.get("hinge_loss").name == "hinge"
    assert list(catalogue._shipped) == ["hinge"]


# --- losses that are known from the manifest -----------------------------------------------------------


@pytest.fixture
def warm(registry: Path) -> Path:
    """The registry, its manifest written, as a new process finds it."""
    manifest.entries()
    return registry


def is_run(loss: sl.Loss) -> bool:
    return loss._declaration is not None


def test_what_the_outside_of_a_loss_says_runs_no_file(warm: Path) -> None:
    loss, run = sl.get("HuberLoss"), loading.run_shipped("huber", warm / "regression" / "huber.py")
    said = [(x.name, x.aliases, x.doc, x.reference, x.kinks, x.link, repr(x), hash(x), x.outline) for x in (loss, run)]
    assert said[0] == said[1]
    assert loss.family == "regression"
    assert loss == run
    assert pickle.loads(pickle.dumps(loss)) is loss
    assert sl.register(loss) is loss
    with pytest.raises(sl.ParameterError, match="wrt='y' is not differentiated"):
        loss.gradient([1.0], [2.0], wrt="y")
    assert not is_run(loss)
    assert loss.declaration == run.declaration


@pytest.mark.parametrize(
    "ask", [lambda x: x.expression, lambda x: x.gradient_expression, lambda x: x.inputs, lambda x: x.derivation(), str]
)
def test_the_symbolic_side_runs_the_file(warm: Path, ask: Callable[[sl.Loss], object]) -> None:
    loss = sl.get("huber")
    assert not is_run(loss)
    ask(loss)
    assert is_run(loss)


def test_losses_from_the_manifest_combine(warm: Path) -> None:
    both = sl.get("huber").bind(delta=2.0) + 2 * sl.get("huber")
    assert both.parameters


def test_a_changed_file_is_run_again_by_the_next_program(warm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = warm / "margin" / "hinge.py"
    old = sl.get("hinge")
    file.write_text(file.read_text().replace('"hinge",', '"hinge",\n    3 *', 1))
    with pytest.raises(sl.DeclarationError, match=r"hinge\.py.*start the program anew"):
        _ = old.expression
    monkeypatch.setattr(catalogue, "_shipped", {})
    new = sl.get("hinge")
    assert is_run(new)
    assert new != old
    monkeypatch.setattr(catalogue, "_shipped", {})
    assert not is_run(sl.get("hinge"))
    assert sl.get("hinge") == new


def test_get_runs_one_file_and_keeps_what_the_manifest_has(registry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_run(sl.get("huber"))
    assert is_run(sl.get("hinge"))
    monkeypatch.setattr(catalogue, "_shipped", {})
    assert not is_run(sl.get("huber"))
    assert not is_run(sl.get("hinge"))


def test_another_engine_has_another_manifest(warm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "engine_fingerprint", lambda: "0" * 64)
    assert is_run(sl.get("huber"))


def test_many_threads_get_one_declaration(warm: Path) -> None:
    loss = sl.get("huber")
    together = threading.Barrier(8)
    found: list[object] = []

    def ask() -> None:
        together.wait()
        found.append(loss.gradient_expression)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert set(found) == {loss.gradient_expression}


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
