"""The cells of every shipped loss, each loss in a process of its own with a bound on its time.

Exact results of a gamma function's second derivative take a thousand times as long as those of a square. A loss is
measured on few samples first, and on all of them if those were quick; one that is not done in time, or whose process
fails, is named with the reason.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import symloss as sl
from symloss.audit.accuracy import Cell, measure
from symloss.audit.points import STANDARD

FEW = 300
LONGEST = 60.0  # seconds for one loss and number of samples
QUICK = 5.0  # seconds for `FEW` samples of a loss that is then measured on all

SCRIPT = Path(__file__).resolve().parent.parent / "make_accuracy.py"


@dataclass(frozen=True)
class Catalogue:
    """The cells that were measured, and the losses without any: not done in time, or with what their process said."""

    cells: list[Cell]
    unfinished: list[str]
    failed: dict[str, str]


class Failed(Exception):
    """The process of a loss ended with an error."""


def catalogue(count: int, log: Callable[[str], None]) -> Catalogue:
    """Every cell of every shipped loss, in as many processes as there are processors."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = dict(zip(sl.names(), pool.map(lambda name: measured(name, count, log), sl.names()), strict=True))
    cells = [cell for cells in found.values() if isinstance(cells, list) for cell in cells]
    failed = {name: cells for name, cells in found.items() if isinstance(cells, str)}
    return Catalogue(cells, [name for name, cells in found.items() if cells is None], failed)


def measured(name: str, count: int, log: Callable[[str], None]) -> list[Cell] | str | None:
    """The cells of one loss; None where no number of samples was done in time, and the error where one failed."""
    began = time.perf_counter()
    try:
        cells = in_a_process(name, min(count, FEW))
        took = time.perf_counter() - began
        log(f"{name}: {'not done in time' if cells is None else f'{took:.0f} s'}")
        if cells is None or count <= FEW or took > QUICK:
            return cells
        return in_a_process(name, count) or cells
    except Failed as failure:
        log(f"{name}: {failure}")
        return str(failure)


def in_a_process(name: str, count: int) -> list[Cell] | None:
    """`cells_as_text` of another process; None if that takes too long. What it says last is the reason of a failure."""
    command = [sys.executable, str(SCRIPT), "--loss", name, "--count", str(count)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, check=False)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise Failed(said[-1] if said else f"ended with {done.returncode}")
    return [Cell(**cell) for cell in json.loads(done.stdout)]


def cells_as_text(name: str, count: int = STANDARD) -> str:
    """The cells of one loss without their examples, as JSON."""
    cells = measure(sl.get(name), count=count)
    return json.dumps([{k: v for k, v in asdict(cell).items() if k != "examples"} for cell in cells])
