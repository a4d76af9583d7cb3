"""Which file of the cache folder holds the kernel that was asked for. Needs no SymPy.

The key of a kernel is a hash of the declaration's fingerprint, the results, the variant and the
engine; a note under that key names the file. So a kernel that some process made before is found
without deriving anything.
"""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

from symloss.compile import store
from symloss.lower.ir import Variant


@dataclass(frozen=True)
class Request:
    """One result of a kernel: its kind, what it is taken by, whether it is summed over the samples.

    The kinds are "value", "gradient", "hessian", "hessian_matrix", "hvp", "fisher",
    "fisher_matrix", "predict" and "expression".
    """

    kind: str
    by: tuple[str, ...] = ()
    reduced: bool = False

    @property
    def name(self) -> str:
        """The name of the output in the kernel."""
        return "_".join((self.kind, *self.by))


def kernel_module(
    loss: str,
    fingerprint: str,
    requests: Sequence[Request],
    variant: Variant,
    per_sample: frozenset[str],
    source: Callable[[], str],
) -> ModuleType:
    """The compiled kernel, from the cache folder if it is there; only otherwise is ``source`` asked for its text."""
    key = kernel_key(fingerprint, requests, variant, per_sample)
    path = kernel_path(key)
    if path is None:
        stem = "_".join((loss, *dict.fromkeys(r.kind for r in requests), variant.dtype))
        path = store.write(store.cache_directory(), stem, source())
        remember_path(key, path)
    return store.load(path)


def kernel_key(fingerprint: str, requests: Sequence[Request], variant: Variant, per_sample: frozenset[str]) -> str:
    """What identifies a kernel: declaration, results, variant, engine."""
    text = repr((fingerprint, tuple(requests), variant, sorted(per_sample), engine_fingerprint()))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@cache
def engine_fingerprint() -> str:
    """A hash of the engine's sources and of the libraries that its kernels depend on."""
    digest = hashlib.sha256()
    root = Path(__file__).parent.parent
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    for package in ("numba", "llvmlite", "numpy", "sympy"):
        digest.update(f"{package} {version(package)}".encode())
    digest.update(sys.version.encode())
    return digest.hexdigest()


def kernel_path(key: str) -> Path | None:
    """The file of a kernel made earlier, by this process or another; None if there is none."""
    note = store.cache_directory() / "keys" / key
    try:
        path = store.cache_directory() / note.read_text()
    except OSError:
        return None
    return path if path.is_file() else None


def remember_path(key: str, path: Path) -> None:
    """Note under its key where a kernel's file is."""
    folder = store.cache_directory() / "keys"
    folder.mkdir(parents=True, exist_ok=True)
    # Threads of one process have different numbers, processes may have equal ones.
    temporary = folder / f"{key}.{os.getpid()}.{threading.get_ident()}.new"
    temporary.write_text(path.name)
    temporary.replace(folder / key)
