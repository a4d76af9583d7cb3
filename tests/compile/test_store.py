"""Kernels as files: complete or absent, compiled once, and safe to load from many processes at once."""

from __future__ import annotations

import multiprocessing
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symloss.compile.store import cache_directory, load, write

TEXT = '''
"""Twice the input."""
from symloss.compile.jit import kernel

@kernel("void(float64[::1], float64[::1])")
def run(x, y):
    for row in range(x.size):
        y[row] = 2.0 * x[row]
'''


def doubled(path: Path) -> float:
    x, y = np.array([21.0]), np.empty(1)
    load(path).run(x, y)
    return float(y[0])


def compiled_files(folder: Path) -> dict[str, int]:
    return {p.name: p.stat().st_mtime_ns for p in (folder / "__pycache__").iterdir() if p.suffix in {".nbc", ".nbi"}}


def in_new_process(path: Path) -> str:
    code = f"import sys; from tests.compile.test_store import *; sys.stdout.write(str(doubled(Path({str(path)!r}))))"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_name_is_a_hash_of_the_text(tmp_path: Path) -> None:
    one, two = write(tmp_path, "poisson", TEXT), write(tmp_path, "poisson", TEXT + "\n")
    assert one.name.startswith("poisson_")
    assert one != two
    assert one.read_text() == TEXT


def test_a_file_that_is_there_is_not_written_again(tmp_path: Path) -> None:
    path = write(tmp_path, "poisson", TEXT)
    before = path.stat()
    assert write(tmp_path, "poisson", TEXT) == path
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert [p.suffix for p in tmp_path.iterdir()] == [".py"]


def test_the_second_process_finds_it_compiled(tmp_path: Path) -> None:
    path = write(tmp_path, "second", TEXT)
    assert doubled(path) == 42.0
    before = compiled_files(tmp_path)
    assert {Path(name).suffix for name in before} == {".nbc", ".nbi"}
    assert in_new_process(path) == "42.0"
    assert compiled_files(tmp_path) == before


def test_a_module_is_loaded_once(tmp_path: Path) -> None:
    path = write(tmp_path, "once", TEXT)
    assert load(path) is load(path)


def test_a_broken_file_leaves_no_module_behind(tmp_path: Path) -> None:
    path = write(tmp_path, "broken", "raise ValueError('broken')")
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            load(path)
    assert not [name for name in sys.modules if "broken" in name and path.stem in name]


def answer(path: Path, queue: Any) -> None:
    queue.put(doubled(path))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_eight_cold_processes(tmp_path: Path, method: str) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip("this platform cannot fork")
    path = write(tmp_path, f"cold_{method}", TEXT)
    context: Any = multiprocessing.get_context(method)
    queue = context.Queue()
    processes = [context.Process(target=answer, args=(path, queue)) for _ in range(8)]
    for process in processes:
        process.start()
    assert [queue.get(timeout=60) for _ in processes] == [42.0] * 8
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 8
    assert len([name for name in compiled_files(tmp_path) if name.endswith(".nbc")]) == 1


def test_the_folder_that_the_user_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYMLOSS_CACHE_DIR", str(tmp_path / "mine"))
    cache_directory.cache_clear()
    assert cache_directory() == tmp_path / "mine"
    cache_directory.cache_clear()


def test_a_read_only_home_gives_a_temporary_folder_and_one_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    # A file in the way stops even the superuser, whom a mode would not.
    (tmp_path / "file").touch()
    monkeypatch.setenv("SYMLOSS_CACHE_DIR", str(tmp_path / "file" / "kernels"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    cache_directory.cache_clear()
    folder = cache_directory()
    assert cache_directory() == folder
    cache_directory.cache_clear()
    assert folder.parent == tmp_path
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert ["SYMLOSS_CACHE_DIR" in str(w.message) for w in recwarn.list] == [True]


def test_a_long_name_is_shortened(tmp_path: Path) -> None:
    """A file system takes 255 bytes, and Numba puts more behind the name; the hash tells files apart."""
    paths = {write(tmp_path, "long_" * 60, text) for text in ("one = 1\n", "two = 2\n")}
    assert len(paths) == 2
    assert all(len(path.name) < 180 and path.read_text() for path in paths)
