"""A loss as a user names it on the command line."""

from __future__ import annotations

from pathlib import Path

from symloss import catalogue
from symloss.errors import UnknownLossError
from symloss.loss import Loss


def find_loss(text: str) -> Loss:
    """The loss of a name or alias, of ``file.py``, or of ``file.py:name``."""
    # Split at the last colon only where a file's name ends, since C:\losses.py has a colon too.
    path, colon, name = text.rpartition(":")
    if colon and path.endswith(".py"):
        return _in_file(Path(path), name)
    if text.endswith(".py"):
        return _in_file(Path(text), None)
    return catalogue.get(text)


def _in_file(path: Path, name: str | None) -> Loss:
    losses = {loss.name: loss for loss in catalogue.load(path)}
    if name is None and len(losses) == 1:
        return next(iter(losses.values()))
    if name in losses:
        return losses[name]
    names = ", ".join(losses)
    asked = f"no loss {name!r} in it" if name else "more than one loss in it"
    raise UnknownLossError(f"{path}: {asked}; write {path}:NAME with NAME one of {names}")
