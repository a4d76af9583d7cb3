"""Kernels as files: text to a file named by its content, and a file to a module."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import tempfile
import threading
import warnings
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import platformdirs

from symloss.errors import SymlossWarning
from symloss.options import cache_directory_override

if TYPE_CHECKING:
    from filelock import FileLock

_loading = threading.RLock()
"""Held while a kernel's module runs: another thread must not take the unfinished module."""


def _forget_lock() -> None:
    # The child of a fork has the lock, but not the thread that held it.
    global _loading
    _loading = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_lock)


@cache
def cache_directory() -> Path:
    """The folder for kernels: SYMLOSS_CACHE_DIR, else the user's cache folder, else, warning once, a temporary one."""
    override = cache_directory_override()
    wanted = Path(override) if override else platformdirs.user_cache_path("symloss")
    if _is_writable(wanted):
        return wanted
    fallback = Path(tempfile.gettempdir()) / f"symloss-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
    fallback.mkdir(mode=0o700, parents=True, exist_ok=True)
    message = f"cannot write to {wanted}; kernels go to {fallback}. Set SYMLOSS_CACHE_DIR to choose a folder."
    warnings.warn(message, SymlossWarning, stacklevel=2)
    return fallback


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


# File systems take names of 255 bytes; Numba adds up to 60 to that of the module.
_LONGEST_STEM = 120


def write(directory: Path, stem: str, text: str) -> Path:
    """The file of that text, written unless it is there: complete or absent at any moment, whoever else writes."""
    digest = hashlib.sha256(text.encode() + _compiler()).hexdigest()[:16]
    path = directory / f"{stem[:_LONGEST_STEM]}_{digest}.py"
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=directory, suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)
    return path


@cache
def _compiler() -> bytes:
    """What a kernel imports rather than holds, and Numba's cache therefore does not watch."""
    return Path(__file__).with_name("jit.py").read_bytes()


def load(path: Path) -> ModuleType:
    """The module in that file; importing it compiles its kernel or finds it in Numba's cache beside the file."""
    name = f"symloss_kernel_{path.stem}"
    with _loading:
        return sys.modules.get(name) or _executed(name, path)


def lock(path: Path) -> FileLock:
    """Held while a kernel's file is compiled: processes that fill one Numba cache at once can mix up symbols and crash
    (numba#10486)."""
    from filelock import FileLock  # 40 ms, which a kernel that is in the cache need not pay

    return FileLock(path.with_suffix(".lock"))


def _executed(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    # Numba unpickles cached kernels by module name, so the module must be findable before it runs.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
