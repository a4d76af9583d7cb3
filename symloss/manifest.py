"""What is known of the shipped losses without running their files.

A generated JSON file in the cache folder, one entry per file of the registry. An entry holds while the
file's bytes and the engine's version are the same; a file that changed is run again, the others are not.
Anything wrong with the manifest itself (missing, truncated, written by another version) only means that it
is written anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import symloss
from symloss.compile.store import cache_directory
from symloss.declare.roles import role_symbol
from symloss.loading import run_shipped, shipped_files
from symloss.loss import Loss

FILE_NAME = "manifest.json"


@dataclass(frozen=True)
class Entry:
    """One shipped loss; ``digest`` is the hash of the file that the rest was read from."""

    name: str
    family: str
    aliases: tuple[str, ...]
    summary: str
    signature: str
    fingerprint: str
    digest: str


def entries() -> dict[str, Entry]:
    """Every shipped loss by name, sorted; runs only the files that changed since the manifest was written."""
    path = cache_directory() / FILE_NAME
    known = _read(path)
    files = shipped_files()
    current = {name: _current(name, file, known) for name, file in files.items()}
    if current != known:
        _write(path, current)
    return current


def describe(loss: Loss, family: str = "", digest: str = "") -> Entry:
    """The entry of a loss that is at hand."""
    return Entry(
        loss.name,
        family,
        tuple(loss.aliases),
        first_sentence(loss.doc),
        signature(loss),
        loss.declaration.fingerprint,
        digest,
    )


def first_sentence(text: str) -> str:
    """The text up to the first full stop that ends a sentence."""
    flat = " ".join(text.split())
    end = flat.find(". ")
    return (flat if end < 0 else flat[: end + 1]).removesuffix(".")


def signature(loss: Loss) -> str:
    """How the loss is called, such as ``huber(y, f, *, delta=1.0)``."""
    arguments = [role_symbol(declared).name for declared in loss.declaration.inputs]
    if loss.declaration.parameters:
        arguments.append("*")
    arguments += [
        parameter.name if parameter.default is None else f"{parameter.name}={parameter.default!r}"
        for parameter in map(role_symbol, loss.declaration.parameters)
    ]
    return f"{loss.name}({', '.join(arguments)})"


def _current(name: str, file: Path, known: Mapping[str, Entry]) -> Entry:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    entry = known.get(name)
    if entry is not None and entry.digest == digest and entry.family == file.parent.name:
        return entry
    return describe(run_shipped(name, file), file.parent.name, digest)


def _read(path: Path) -> dict[str, Entry]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["version"] != symloss.__version__:
            return {}
        return {item["name"]: _entry(item) for item in document["losses"]}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def _entry(item: dict[str, Any]) -> Entry:
    texts = {f.name: item[f.name] for f in fields(Entry) if f.name != "aliases"}
    aliases = tuple(item["aliases"])
    if set(item) != {f.name for f in fields(Entry)} or not all(isinstance(t, str) for t in (*texts.values(), *aliases)):
        raise ValueError(f"not an entry of the manifest: {item}")
    return Entry(aliases=aliases, **texts)


def _write(path: Path, current: Mapping[str, Entry]) -> None:
    document = {"version": symloss.__version__, "losses": [asdict(entry) for entry in current.values()]}
    # Written aside and renamed: another process reads the old manifest or the new one, never half of it.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=FILE_NAME, suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(document, stream, indent=1, ensure_ascii=False)
        Path(temporary).replace(path)
    except PermissionError:
        # Windows refuses to replace a file that another process is reading; that process has one as good.
        pass
    finally:
        Path(temporary).unlink(missing_ok=True)
