"""NumPy functions of derivatives, whose text is kept in the cache folder: to derive a hundred losses takes seconds."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy import special

from symloss.audit.numpy_text import NoNumpyText, numpy_text
from symloss.compile.keys import engine_fingerprint
from symloss.compile.store import cache_directory
from symloss.loss import Loss

FOLDER = "numpy_text"


def kept_function(loss: Loss, kind: str) -> Callable[..., Any] | None:
    """The derivative of that kind as a NumPy function, or None where it has no such text."""
    path = cache_directory() / FOLDER / engine_fingerprint()[:16] / f"{loss.outline.fingerprint[:32]}-{kind}.py"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        text = _written(loss, kind)
        _keep(path, text)
    if not text:
        return None
    known: dict[str, Any] = {"np": np, "special": special}
    exec(text, known)
    made: Callable[..., Any] = known["compute"]
    return made


def _written(loss: Loss, kind: str) -> str:
    try:
        return numpy_text(loss, (kind,))
    except NoNumpyText:
        return ""


def _keep(path: Path, text: str) -> None:
    """Written aside and renamed: another process reads all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(temporary).replace(path)
