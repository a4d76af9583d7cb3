from __future__ import annotations

import threading
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

import symloss as sl
from symloss import catalogue

FILE = """
import symloss as sl
y, f = sl.target("y"), sl.prediction("f")
first = sl.Loss("first", (f - y)**2)
second = sl.Loss("second", (f - y)**4)
"""


def quartic(name: str = "quartic", aliases: tuple[str, ...] = (), factor: int = 1) -> sl.Loss:
    y, f = sl.target("y"), sl.prediction("f")
    return sl.Loss(name, factor * (f - y) ** 4, aliases=aliases)


# --- register and get -------------------------------------------------------------------------------


def test_a_registered_loss_is_found_by_name_and_alias() -> None:
    loss = sl.register(quartic(aliases=("fourth_power",)))
    assert sl.get("quartic") is loss
    assert sl.get("fourth_power") is loss
    assert "quartic" in sl.names()


def test_registering_the_same_declaration_again_changes_nothing() -> None:
    loss = sl.register(quartic())
    assert sl.register(quartic()) is loss


def test_registering_a_shipped_loss_again_gives_the_shipped_one() -> None:
    (loaded,) = sl.load(catalogue.shipped_path("huber"))
    assert loaded is sl.get("huber")


@pytest.mark.parametrize("taken", ["huber", "HuberLoss", "quartic", "fourth_power"])
def test_a_name_that_is_taken_is_refused_and_nothing_changes(taken: str) -> None:
    sl.register(quartic(aliases=("fourth_power",)))
    before = sl.get(taken)
    with pytest.raises(sl.DuplicateLossError, match="override=True"):
        sl.register(quartic(taken, factor=2))
    with pytest.raises(sl.DuplicateLossError, match=taken):
        sl.register(quartic("other", aliases=(taken,), factor=2))
    assert sl.get(taken) is before


def test_an_alias_may_stand_for_a_multiple(tmp_path: Path) -> None:
    y, f = sl.target("y"), sl.prediction("f")
    delta = sl.parameter("delta", default=0.5, domain=sl.Positive)
    aliases = {"plain": 1, "twice": 2, "per_delta": 1 / delta}
    loss = sl.register(sl.Loss("scaled_fourth_power", delta * (f - y) ** 4, aliases=aliases))
    assert loss.aliases == tuple(aliases)
    assert sl.get("plain") is loss
    assert sl.get("twice").name == "twice"
    assert sl.get("twice") is sl.get("twice")
    assert [sl.get(name).value(0, 2.0) for name in ("plain", "twice", "per_delta")] == [8, 16, 16]
    loss.save(tmp_path / "saved.py")
    assert sl.load(tmp_path / "saved.py", override=True)[0].declaration.factors == loss.declaration.factors


@pytest.mark.parametrize("factor", [0, 0.1, "two", sl.prediction("f"), sl.parameter("other")])
def test_the_factor_of_an_alias_is_exact_and_of_parameters(factor: object) -> None:
    with pytest.raises(sl.DeclarationError, match=r"aliases=\{'wrong'"):
        sl.Loss("fourth_power", sl.prediction("f") ** 4, aliases={"wrong": factor})


def test_override_replaces_a_shipped_loss_with_its_aliases() -> None:
    mine = sl.register(quartic("huber"), override=True)
    assert sl.get("huber") is mine
    with pytest.raises(sl.UnknownLossError):
        sl.get("HuberLoss")
    assert catalogue.shipped("huber") is not mine


def test_register_refuses_what_is_not_a_loss() -> None:
    with pytest.raises(sl.ParameterError, match="not a loss"):
        sl.register("huber")


def test_families_are_the_folders() -> None:
    files = (Path(sl.__file__).parents[1] / "registry" / "margin").glob("[a-z]*.py")
    assert sl.names("margin") == tuple(sorted(file.stem for file in files))
    with pytest.raises(sl.UnknownLossError, match="margin"):
        sl.names("nothing")
    assert catalogue.family(sl.get("hinge")) == "margin"
    assert catalogue.family(quartic()) == ""


# --- messages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("typo", "meant"), [("hubr", "huber"), ("L1los", "L1Loss"), ("quantil", "quantile")])
def test_a_typo_gets_a_suggestion(typo: str, meant: str) -> None:
    with pytest.raises(sl.UnknownLossError, match=f"did you mean .*'{meant}'"):
        sl.get(typo)


@pytest.mark.parametrize("part", ["cross_entropy", "binary_cross_entropy"])
def test_part_of_a_name_is_refused_with_the_full_names(part: str) -> None:
    with pytest.raises(sl.UnknownLossError, match=r"binary_cross_entropy_with_logits.*_probability"):
        sl.get(part)


# --- load -------------------------------------------------------------------------------------------


def test_load_registers_every_loss_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(FILE)
    first, second = sl.load(file)
    assert (sl.get("first"), sl.get("second")) == (first, second)
    assert sl.load(file) == (first, second)


def test_load_takes_a_folder_and_leaves_private_files_out(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "mine.py").write_text(FILE)
    (tmp_path / "_broken.py").write_text("1/0")
    assert [loss.name for loss in sl.load(tmp_path)] == ["first", "second"]


@pytest.mark.parametrize(
    "text", ["1/0", "def", "import symloss as sl\nsl.Loss('a', True)", "x = 1", FILE + "sl.get('?')"]
)
def test_an_error_in_a_file_names_the_file_and_registers_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.py").write_text(FILE)
    broken = tmp_path / "broken.py"
    broken.write_text(text)
    with pytest.raises(sl.SymlossError, match=r"broken\.py"):
        sl.load(broken)
    if text != "x = 1":
        with pytest.raises(sl.SymlossError, match=r"broken\.py"):
            sl.load(tmp_path)
    assert "first" not in sl.names()


def test_load_names_the_file_of_a_duplicate_and_registers_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(FILE)
    (tmp_path / "b.py").write_text(FILE.replace("**4", "**6"))
    with pytest.raises(sl.DuplicateLossError, match=r"b\.py.*second"):
        sl.load(tmp_path)
    assert "first" not in sl.names()


def test_load_of_a_missing_file_is_the_usual_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sl.load(tmp_path / "nothing.py")


# --- entry points -----------------------------------------------------------------------------------


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module on the path that an entry point names."""
    module = tmp_path / "symloss_test_plugin.py"
    module.write_text(FILE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(catalogue, "_plugins_loaded", False)
    return module


def offer(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    point = EntryPoint("test", value, catalogue.ENTRY_POINTS)
    monkeypatch.setattr(catalogue, "entry_points", lambda group: (point,))


@pytest.mark.parametrize("value", ["symloss_test_plugin", "symloss_test_plugin:first"])
def test_an_entry_point_names_a_module_or_a_loss(plugin: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    offer(monkeypatch, value)
    assert sl.get("first").name == "first"
    assert "first" in sl.names()


def test_a_broken_entry_point_is_named_in_the_error(plugin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, "symloss_test_plugin:nothing")
    for _ in range(2):
        with pytest.raises(sl.DeclarationError, match="symloss_test_plugin:nothing"):
            sl.names()
    assert sl.get("huber").name == "huber"


# --- threads and pickles ------------------------------------------------------------------------------


def test_many_threads_get_one_loss() -> None:
    found: list[sl.Loss] = []
    catalogue._shipped.pop("hinge", None)
    threads = [threading.Thread(target=lambda: found.append(sl.get("hinge"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(map(id, found))) == 1


def test_one_of_many_threads_wins_a_name() -> None:
    refused: list[int] = []

    def claim(factor: int) -> None:
        try:
            sl.register(quartic(factor=factor))
        except sl.DuplicateLossError:
            refused.append(factor)

    threads = [threading.Thread(target=claim, args=(factor,)) for factor in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 7


def test_restore_refuses_a_changed_declaration() -> None:
    loss = sl.get("huber")
    assert catalogue.restore("huber", loss.declaration.fingerprint) is loss
    with pytest.raises(sl.DeclarationError, match="declared differently"):
        catalogue.restore("huber", "0" * 64)


def test_many_threads_derive_what_one_derives() -> None:
    names = ("huber", "focal", "log_cosh", "quantile", "binary_cross_entropy_with_logits", "squared_hinge")
    alone = {name: sl.get(name).hessian_expression for name in names}
    together = threading.Barrier(len(names))
    found: dict[str, object] = {}

    def derive(name: str) -> None:
        loss = sl.Loss.from_declaration(sl.get(name).declaration)
        together.wait()
        found[name] = loss.hessian_expression

    threads = [threading.Thread(target=derive, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == alone
