"""``symloss check``: whether a loss can be derived and obeys its laws, and how exact its kernels are."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from symloss import catalogue
from symloss.audit.accuracy import DTYPES, ORDERS, Cell, Example, measure, results_by
from symloss.audit.points import STANDARD
from symloss.audit.remarks import remarks
from symloss.cli.find import find_loss
from symloss.cli.output import AsJson, print_json, print_table
from symloss.errors import SymlossError
from symloss.loss import Loss
from symloss.testing.check import check_loss, law_named
from symloss.testing.law import Law
from symloss.testing.page import page
from symloss.testing.progress import progress_bar
from symloss.testing.report import Report

COLUMNS = ("loss", "result", "dtype", "results", "median", "p99", "max", "bound", "near 0", "NaN/inf", "no digit", "")


def command(
    name: Annotated[str, typer.Argument(metavar="NAME|FILE|FOLDER", help="A loss, a file of losses, or a folder.")],
    law: Annotated[list[str] | None, typer.Option("--law", help="Only this law; may be given several times.")] = None,
    laws: Annotated[bool, typer.Option("--laws/--no-laws", help="Whether laws are run at all.")] = True,
    time_limit: Annotated[float | None, typer.Option(help="Seconds for the laws of a loss.", min=0)] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page with formulas and counterexamples.")] = None,
    ulp: Annotated[bool, typer.Option("--ulp", help="Also measure errors in units in the last place.")] = False,
    points: Annotated[int, typer.Option(help="About how many samples of a loss to measure.", min=1)] = STANDARD,
    seed: Annotated[int, typer.Option(help="Another seed gives other random samples.", min=0)] = 0,
    as_json: AsJson = False,
) -> None:
    """Check losses: they are derived and held against their laws, and with --ulp their kernels are measured.

    Derivatives and rewrites are compared with high-precision differences while they are made. The laws are those of
    `sl.testing.check_loss`: results against the expression as typed and against differences, entry points, weights,
    layouts, refusals and more; a law that fails is shown with the smallest counterexample. With --ulp every result is
    measured over the declared domain, both tails, zeros, kinks and their neighbours, in both dtypes; errors are in
    ulps, and "near 0" is the largest one next to a true zero, in ulps of the largest term. The exit status is 1 if a
    check failed, or a law had no time to run.
    """
    chosen = [law_named(one) for one in law] if law else None
    checked = [_checked(loss, laws, chosen, seed, time_limit) for loss in find_losses(name)]
    sound = [one.loss for one in checked if one.error is None]
    cells = _measured(sound, points, seed) if ulp else []
    if html is not None:
        _write_page(html, checked)
    if as_json:
        documents = [one.document() for one in checked]
        print_json({"losses": documents, **({"cells": [_as_document(cell) for cell in cells]} if ulp else {})})
    else:
        _print(checked, cells)
    if not all(one.passes for one in checked) or not all(cell.passes for cell in cells):
        raise typer.Exit(1)


@dataclass(frozen=True)
class Checked:
    """One loss: why it cannot be derived, or what is remarked on it and what became of its laws."""

    loss: Loss
    error: str | None = None
    remarks: tuple[str, ...] = ()
    report: Report | None = None

    @property
    def passes(self) -> bool:
        return self.error is None and (self.report is None or self.report.passed)

    def document(self) -> dict[str, Any]:
        found = {"loss": self.loss.name, "error": self.error, "remarks": list(self.remarks)}
        return found if self.report is None else {**self.report.document(), **found}


def find_losses(text: str) -> tuple[Loss, ...]:
    """The losses that a name, an alias, ``file.py``, ``file.py:name`` or a folder stands for."""
    path = Path(text)
    return catalogue.load(path) if path.is_dir() or text.endswith(".py") else (find_loss(text),)


def _checked(loss: Loss, laws: bool, chosen: list[Law] | None, seed: int, time_limit: float | None) -> Checked:
    try:
        for order in ORDERS:
            for by in results_by(loss, order):
                loss.pipeline.expression(order, *([by] if by else []))
    except SymlossError as error:
        return Checked(loss, f"{type(error).__name__}: {error}")
    report = check_loss(loss, seed=seed, time_limit=time_limit, laws=chosen) if laws else None
    return Checked(loss, None, tuple(map(str, remarks(loss))), report)


def _write_page(path: Path, checked: list[Checked]) -> None:
    reports = [(one.loss, one.report or Report(one.loss.name, 0, ())) for one in checked if one.error is None]
    path.write_text(page(reports, {one.loss.name: one.remarks for one in checked}), encoding="utf-8")


def _measured(losses: list[Loss], points: int, seed: int) -> list[Cell]:
    cells: list[Cell] = []
    with progress_bar("measuring", sum(_count(loss) for loss in losses)) as step:
        for loss in losses:
            cells += measure(loss, count=points, seed=seed, progress=step)
    return cells


def _count(loss: Loss) -> int:
    return sum(len(results_by(loss, order)) for order in ORDERS) * len(DTYPES)


def _print(checked: list[Checked], cells: list[Cell]) -> None:
    for one in checked:
        found = one.error or ("" if one.report is None else one.report.summary.partition(": ")[2])
        print(f"{'ok' if one.passes else 'FAILED':<8}{one.loss.name}" + _after(found))
        for result in one.report.results if one.report is not None else ():
            if result.violation is not None:
                print(f"{'law':<8}{result.law}: {result.violation.text}{result.violation.where}")
            elif not result.passed:
                print(f"{'law':<8}{result.law}: {result.status}")
        for remark in one.remarks:
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
