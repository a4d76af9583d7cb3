"""``symloss cache``: what the cache folder holds, and emptying it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from symloss.cli.output import AsJson, print_json
from symloss.compile.store import cache_directory
from symloss.manifest import FILE_NAME

# Only what symloss writes: SYMLOSS_CACHE_DIR may name a folder that holds other things too.
_OURS = re.compile(r"\w+_[0-9a-f]{16}(\.py|\.lock|[.\-].*\.(pyc|nbi|nbc))")
_KEY = re.compile(r"[0-9a-f]{32}")  # a note in keys/ that says which file a kernel is in
_EXACT = re.compile(r"[0-9a-f]{32}\.npz")  # exact results that `symloss check --ulp` found


def command(
    clear: Annotated[bool, typer.Option("--clear", help="Delete what symloss has written there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the cache folder and its size, or empty it; what is needed is compiled again."""
    folder = cache_directory()
    files = cached_files(folder)
    size = sum(file.stat().st_size for file in files)
    if clear:
        for file in files:
            file.unlink(missing_ok=True)
    if as_json:
        print_json({"folder": str(folder), "files": len(files), "bytes": size, "cleared": clear})
    else:
        print(f"{folder}: {'deleted ' if clear else ''}{len(files)} files, {readable(size)}")


def cached_files(folder: Path) -> list[Path]:
    """The files below the cache folder that symloss wrote."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return sorted(file for file in files if file.name == FILE_NAME or _is_kernel(file))


def _is_kernel(file: Path) -> bool:
    """Whether this is a kernel's file, what Numba keeps of it, the note that leads to it, or an exact result."""
    is_note = file.parent.name == "keys" and _KEY.fullmatch(file.name) is not None
    is_exact = file.parent.name == "exact" and _EXACT.fullmatch(file.name) is not None
    return is_note or is_exact or _OURS.fullmatch(file.name) is not None


def readable(size: float) -> str:
    """A number of bytes for people, such as ``1.4 MB``."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} GB"
