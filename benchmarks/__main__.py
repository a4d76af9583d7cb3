"""``python -m benchmarks``: measure, print tables, write results."""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks import child, ratios
from benchmarks.facts import facts
from benchmarks.peers import MODULES
from benchmarks.report import Progress, Table
from benchmarks.rows import chosen

RESULTS = Path(__file__).with_name("results.md")
SECTIONS = ("ratios", "floor", "calls", "start", "memory", "scale", "threads")


def main(
    sections: Annotated[
        list[str] | None, typer.Argument(metavar="[SECTION...]", help=f"all, {', '.join(SECTIONS)}")
    ] = None,
    rows: Annotated[str, typer.Option(metavar="NAME,...", help="Rows by the beginning of their name.")] = "",
    peers: Annotated[str, typer.Option(metavar="NAME,...", help="Peers, by default all.")] = ",".join(MODULES),
    threads: Annotated[str, typer.Option(metavar="N,...", help="Numbers of threads.")] = "1,2",
    dtype: Annotated[str, typer.Option(metavar="DTYPE,...", help="Precisions.")] = "float64,float32",
    samples: Annotated[int | None, typer.Option(help="Another number of samples in every row.")] = None,
    seconds: Annotated[float, typer.Option(help="Time for each pair; 0 runs it once.")] = 0.2,
    quick: Annotated[bool, typer.Option("--quick", help="One thread, few repeats.")] = False,
    allocate: Annotated[bool, typer.Option("--allocate", help="Let ours allocate its results too.")] = False,
    prepare: Annotated[bool, typer.Option("--prepare", help="Only compile all rows into the caches.")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write JSON there.")] = None,
    update: Annotated[bool, typer.Option("--update", help="Write benchmarks/results.md and results.json.")] = False,
) -> None:
    """Time symloss beside PyTorch, JAX, scikit-learn, NumPy and the limits of the machine.

    The options from --rows to --prepare belong to the section "ratios", the default one.
    """
    choice = ratios.Choice(
        _known("row", _listed(rows), None),
        _known("peer", _listed(peers), tuple(MODULES)),
        tuple(map(int, _listed(threads))),
        _known("dtype", _listed(dtype), ("float64", "float32")),
        samples,
        seconds,
        allocate,
    )
    wanted = _known("section", tuple(sections or ("ratios",)), ("all", *SECTIONS))
    where = facts(f"python -m benchmarks {' '.join(sys.argv[1:])}".strip())
    measured: dict[str, Any] = {}
    with Progress() as progress:
        if prepare:
            print("\n".join(ratios.skipped(ratios.prepare(choice, progress))) or "everything is compiled")
            return
        for section in SECTIONS if "all" in wanted else wanted:
            start = time.perf_counter()
            measured[section] = _measured(section, ratios.quick(choice) if quick else choice, quick, progress)
            where[f"seconds for {section}"] = round(time.perf_counter() - start)
    for section, found in measured.items():
        for table in _tables(section, choice, quick, found):
            table.show()
    if json_file is not None:
        json_file.write_text(_document(where, measured))
    if update:
        where, measured = _with_the_others(where, measured)
        tables = [table for section, found in measured.items() for table in _tables(section, choice, quick, found)]
        _write(where, measured, tables)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _known(what: str, names: tuple[str, ...], there: tuple[str, ...] | None) -> tuple[str, ...]:
    """The same names, if they are known: an error before any work."""
    if there is None:
        try:
            chosen(names)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
    elif unknown := [name for name in names if name not in there]:
        raise typer.BadParameter(f"no {what} is called {', '.join(unknown)}; there are {', '.join(there)}")
    return names


def _measured(section: str, choice: ratios.Choice, quick: bool, progress: Progress) -> list[dict[str, Any]]:
    if section == "ratios":
        return ratios.measure(choice, progress)
    progress.start(section, None)
    return child.records(section, quick, importlib.import_module(f"benchmarks.{section}").THREADS, progress.step)


def _tables(section: str, choice: ratios.Choice, quick: bool, found: list[dict[str, Any]]) -> list[Table]:
    if section == "ratios":
        return [ratios.table(ratios.quick(choice) if quick else choice, found)]
    made: list[Table] = importlib.import_module(f"benchmarks.{section}").tables(found)
    return made


def _with_the_others(where: dict[str, Any], measured: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The sections that the page has and that were not measured now, with when the others were measured anew."""
    before = RESULTS.with_suffix(".json")
    if set(measured) == set(SECTIONS) or not before.exists():
        return where, measured
    kept = json.loads(before.read_text())
    anew = {f"{section} anew": f"{where['date']}, {where['commit']}" for section in measured}
    found = {section: measured.get(section, kept.get(section)) for section in SECTIONS}
    return {**kept["facts"], **anew}, {section: records for section, records in found.items() if records is not None}


def _document(where: dict[str, Any], measured: dict[str, Any]) -> str:
    return json.dumps({"facts": where, **measured}, indent=1) + "\n"


def _write(where: dict[str, Any], measured: dict[str, Any], tables: list[Table]) -> None:
    RESULTS.with_suffix(".json").write_text(_document(where, measured))
    listed = "\n".join(f"- {name}: {value}" for name, value in where.items())
    RESULTS.write_text("\n".join(["# Results", "", listed, "", *(table.markdown() for table in tables)]))


if __name__ == "__main__":
    typer.run(main)
