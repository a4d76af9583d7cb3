"""``symloss check``: whether a loss can be declared and derived, and how exact its kernels are."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from symloss import catalogue
from symloss.audit.accuracy import DTYPES, ORDERS, Cell, Example, measure, results_by
from symloss.audit.points import STANDARD
from symloss.audit.remarks import remarks
from symloss.cli.find import find_loss
from symloss.cli.output import AsJson, print_json, print_table
from symloss.errors import SymlossError
from symloss.loss import Loss

COLUMNS = ("loss", "result", "dtype", "results", "median", "p99", "max", "bound", "near 0", "NaN/inf", "no digit", "")


def command(
    name: Annotated[str, typer.Argument(metavar="NAME|FILE|FOLDER", help="A loss, a file of losses, or a folder.")],
    ulp: Annotated[bool, typer.Option("--ulp", help="Also measure errors in units in the last place.")] = False,
    points: Annotated[int, typer.Option(help="About how many samples of a loss to measure.", min=1)] = STANDARD,
    seed: Annotated[int, typer.Option(help="Another seed gives other random samples.", min=0)] = 0,
    as_json: AsJson = False,
) -> None:
    """Check losses: they are declared and derived, and with --ulp their kernels measured against exact results.

    Derivatives and rewrites are compared with high-precision differences while they are made. With --ulp every
    result is measured over the declared domain, both tails, zeros, kinks and their neighbours, in both dtypes;
    errors are in ulps, and "near 0" is the largest one next to a true zero, in ulps of the largest term.
    The exit status is 1 if a check failed.
    """
    losses = find_losses(name)
    reports = [_derived(loss) for loss in losses]
    cells: list[Cell] = []
    if ulp:
        failed = {report["loss"] for report in reports if report["error"]}
        cells = _measured([loss for loss in losses if loss.name not in failed], points, seed)
    if as_json:
        print_json({"losses": reports, **({"cells": [_as_document(cell) for cell in cells]} if ulp else {})})
    else:
        _print(reports, cells)
    if any(report["error"] for report in reports) or not all(cell.passes for cell in cells):
        raise typer.Exit(1)


def find_losses(text: str) -> tuple[Loss, ...]:
    """The losses that a name, an alias, ``file.py``, ``file.py:name`` or a folder stands for."""
    path = Path(text)
    return catalogue.load(path) if path.is_dir() or text.endswith(".py") else (find_loss(text),)


def _derived(loss: Loss) -> dict[str, Any]:
    """What deriving the loss says: nothing, or what is wrong."""
    try:
        for order in ORDERS:
            for by in results_by(loss, order):
                loss.pipeline.expression(order, *([by] if by else []))
    except SymlossError as error:
        return {"loss": loss.name, "error": f"{type(error).__name__}: {error}", "remarks": []}
    return {"loss": loss.name, "error": None, "remarks": [str(remark) for remark in remarks(loss)]}


def _measured(losses: list[Loss], points: int, seed: int) -> list[Cell]:
    cells: list[Cell] = []
    with _progress(sum(_count(loss) for loss in losses)) as step:
        for loss in losses:
            cells += measure(loss, count=points, seed=seed, progress=step)
    return cells


def _count(loss: Loss) -> int:
    return sum(len(results_by(loss, order)) for order in ORDERS) * len(DTYPES)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[str], None]]:
    """A bar on a terminal: a function to be called with what comes next."""
    if not sys.stderr.isatty():
        yield lambda text: None
        return
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("measuring", total=total)
        yield lambda text: progress.update(task, description=text, advance=1)


def _print(reports: list[dict[str, Any]], cells: list[Cell]) -> None:
    for report in reports:
        print(f"{'FAILED' if report['error'] else 'ok':<8}{report['loss']}" + _after(report["error"]))
        for remark in report["remarks"]:
            print(f"{'note':<8}{remark}")
    if cells:
        print()
        print_table(COLUMNS, [_row(cell) for cell in cells])
    for cell in cells:
        for example in cell.examples if not cell.passes else ():
            if example.why != "worst":
                print(f"{cell.loss} {_result(cell)} {cell.dtype}: {_shown(example)}")


def _after(text: str | None) -> str:
    return f": {text}" if text else ""


def _row(cell: Cell) -> tuple[str, ...]:
    return (
        cell.loss,
        _result(cell),
        cell.dtype,
        str(cell.results),
        f"{cell.median:.2g}",
        f"{cell.p99:.3g}",
        f"{cell.worst:.3g}",
        f"{cell.bound:g}",
        f"{cell.near_zero:.2g}" if cell.next_to_zeros else "-",
        str(cell.not_finite + cell.finite),
        str(cell.digitless),
        "ok" if cell.passes else "FAILED",
    )


def _result(cell: Cell) -> str:
    return f"{cell.order} by {cell.by}" if cell.by else cell.order


def _shown(example: Example) -> str:
    arguments = ", ".join(f"{name}={value!r}" for name, value in example.sample.items())
    entry = f" at entry {list(example.place)}" if example.place else ""
    return f"{example.why}: {example.got!r} for {example.exact} ({example.error:.3g} ulp){entry}, {arguments}"


def _as_document(cell: Cell) -> dict[str, Any]:
    return {**asdict(cell), "passes": cell.passes}
