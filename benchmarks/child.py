"""A section's measurements in a process of their own, as JSON lines: ``python -m benchmarks.child SECTION [quick]``."""

from __future__ import annotations

import importlib
import json
import sys
import warnings
from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.processes import lines

Record = dict[str, Any]


def records(section: str, quick: bool, threads: int, step: Callable[[str], None]) -> list[Record]:
    """What the section's ``work`` yields in a process pinned to as many cores as ``threads``."""
    found: list[Record] = []
    for line in lines(["-m", "benchmarks.child", section, *(["quick"] if quick else [])], threads):
        if line.startswith("{"):
            found.append(json.loads(line))
            step(f"{section}: {next(iter(found[-1].values()))}")
    return found


def main(section: str, quick: bool) -> None:
    """In the child: print every record as soon as it is there."""
    warnings.simplefilter("ignore")
    work: Callable[[bool], Iterable[Record]] = importlib.import_module(f"benchmarks.{section}").work
    for record in work(quick):
        print(json.dumps(record), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], "quick" in sys.argv[2:])
