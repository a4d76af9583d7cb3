"""A progress bar on a terminal, and nothing elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress


@contextmanager
def progress_bar(title: str, total: int, shown: bool | None = None) -> Iterator[Callable[[str], None]]:
    """A function to be called with what comes next; ``shown`` is by default whether stderr is a terminal."""
    if not (sys.stderr.isatty() if shown is None else shown):
        yield lambda text: None
        return
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=total)
        yield lambda text: progress.update(task, description=text, advance=1)
