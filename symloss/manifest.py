"""What is known of the shipped losses without running their files.

A generated JSON file in the cache folder, one for each state of the engine, with an outline per file of the
registry. An outline holds while the file's bytes are the same; a file that changed is run again, the others are
not. Anything wrong with the manifest itself (missing, truncated, not one) only means that it is written anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from symloss.compile.keys import engine_fingerprint
from symloss.compile.store import cache_directory
from symloss.loading import run_shipped, shipped_files
from symloss.loss import Loss
from symloss.loss.outline import Outline

FILE_NAME = "manifest.json"


@dataclass(frozen=True)
class Record:
    """One shipped loss; ``digest`` is the hash of the file that the outline was read from."""

    family: str
    digest: str
    outline: Outline


@dataclass(frozen=True)
class Entry:
    """What `symloss list` says of a loss; ``family`` and ``digest`` are empty for one that does not ship.

    ``kind`` is "loss" or "metric".
    """

    name: str
    family: str
    aliases: tuple[str, ...]
    summary: str
    signature: str
    fingerprint: str
    digest: str
    kind: str


def entries() -> dict[str, Entry]:
    """Every shipped loss by name, sorted; runs only the files that changed since the manifest was written."""
    known = _read()
    current = {name: _valid(known.get(name), file) or _run(name, file) for name, file in shipped_files().items()}
    if current != known:
        _write(current)
    return {name: _entry(r.outline, r.family, r.digest) for name, r in current.items()}


def _run(name: str, file: Path) -> Record:
    digest = file_digest(file)  # before the run: a file that changes meanwhile is run again next time
    return Record(file.parent.name, digest, run_shipped(name, file).outline)


def outline(name: str, file: Path) -> Outline | None:
    """What the manifest has of a shipped loss; None where the file is not the one that it was read from."""
    record = _valid(_read().get(name), file)
    return None if record is None else record.outline


def remember(file: Path, digest: str, loss: Loss) -> None:
    """Add a shipped loss whose file, when it had that digest, was run."""
    # Read anew: another process may have added others meanwhile. If two write at once, one addition is made later.
    _write({**_read(), loss.name: Record(file.parent.name, digest, loss.outline)})


def describe(loss: Loss, file: Path | None = None) -> Entry:
    """The entry of a loss that is at hand; ``file`` is that of a shipped one."""
    if file is None:
        return _entry(loss.outline)
    return _entry(loss.outline, file.parent.name, file_digest(file))


def first_sentence(text: str) -> str:
    """The text up to the first full stop that ends a sentence."""
    flat = " ".join(text.split())
    end = flat.find(". ")
    return (flat if end < 0 else flat[: end + 1]).removesuffix(".")


def signature(loss: Loss) -> str:
    """How the loss is called, such as ``huber(y, f, *, delta=1.0)``."""
    return loss.outline.usage


def file_digest(file: Path) -> str:
    """The hash of a file's bytes."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def path() -> Path:
    """Where the manifest is. Engines that share a cache folder (two environments) have one each."""
    return cache_directory() / "manifests" / engine_fingerprint()[:16] / FILE_NAME


def _entry(outline: Outline, family: str = "", digest: str = "") -> Entry:
    summary = first_sentence(outline.doc)
    kind = "metric" if outline.is_metric else "loss"
    return Entry(outline.name, family, outline.aliases, summary, outline.usage, outline.fingerprint, digest, kind)


def _valid(record: Record | None, file: Path) -> Record | None:
    if record is None or record.family != file.parent.name or record.digest != file_digest(file):
        return None
    return record


# --- the file ---------------------------------------------------------------------------------------


def _read() -> Mapping[str, Record]:
    file = path()
    try:
        state = file.stat()
    except OSError:
        return {}
    return _parsed(file, state.st_mtime_ns, state.st_size, state.st_ino)


@lru_cache(maxsize=2)
def _parsed(file: Path, *state: int) -> Mapping[str, Record]:
    """The records of a file; ``state`` tells one version of it from the next."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        return {name: _record(name, item) for name, item in document.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _record(name: str, item: Mapping[str, Any]) -> Record:
    outline = Outline.from_literal(item["outline"])
    if outline.name != name:
        raise ValueError(f"the outline of {outline.name!r} under {name!r}")
    return Record(str(item["family"]), str(item["digest"]), outline)


def _write(records: Mapping[str, Record]) -> None:
    file = path()
    file.parent.mkdir(parents=True, exist_ok=True)
    document = {
        name: {"family": r.family, "digest": r.digest, "outline": r.outline.literal()}
        for name, r in sorted(records.items())
    }
    # Written aside and renamed: another process reads the old manifest or the new one, never half of it.
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=FILE_NAME, suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(document, stream, indent=1, ensure_ascii=False)
        Path(temporary).replace(file)
    except PermissionError:
        # Windows refuses to replace a file that another process is reading; that process has one as good.
        pass
    finally:
        Path(temporary).unlink(missing_ok=True)
