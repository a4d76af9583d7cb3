"""Tables for a terminal and for a file, and a progress bar."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table as TerminalTable


@dataclass(frozen=True)
class Table:
    """A section's table, with what is said above and below it."""

    title: str
    introduction: str
    columns: Sequence[str]
    lines: Sequence[Sequence[str]]
    notes: Sequence[str] = field(default=())

    def show(self) -> None:
        """To stdout, whole lines where it is not a terminal."""
        console = Console()
        width = console.width if console.is_terminal else 200
        made = TerminalTable(*self.columns, box=None, pad_edge=False, header_style="bold")
        for line in self.lines:
            made.add_row(*line)
        plain = Console(width=width, markup=False, highlight=False)
        plain.print(f"\n{self.title}\n{self.introduction}\n")
        plain.print(made)
        for note in self.notes:
            plain.print(note)

    def markdown(self) -> str:
        """The same as a section of a Markdown file."""
        rows = [self.columns, ["---"] * len(self.columns), *self.lines]
        table = "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows)
        notes = "\n".join(f"- {note}" for note in self.notes)
        return f"## {self.title}\n\n{self.introduction}\n\n{table}\n" + (f"\n{notes}\n" if notes else "")


class Progress:
    """A bar on a terminal's stderr, nothing elsewhere."""

    def __init__(self) -> None:
        shown = sys.stderr.isatty()
        columns = (TextColumn("{task.description:<48}"), BarColumn(), TimeElapsedColumn())
        self._bar = Bar(*columns, console=Console(stderr=True), transient=True, disable=not shown)
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> Progress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def start(self, what: str, steps: int | None) -> None:
        """A new stretch of work, of so many steps where that is known."""
        self._bar.reset(self._task, total=steps, description=what)

    def step(self, what: str) -> None:
        """One step is done."""
        self._bar.update(self._task, advance=1, description=what[:48])
