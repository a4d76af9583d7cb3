"""``python -m benchmarks``: measure, print tables, write results."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks import ratios
from benchmarks.facts import facts
from benchmarks.peers import MODULES
from benchmarks.report import Progress, Table
from benchmarks.rows import chosen

RESULTS = Path(__file__).with_name("results.md")


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _checked_peers(names: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [name for name in names if name not in MODULES]
    if unknown:
        raise typer.BadParameter(f"no peer is called {', '.join(unknown)}; there are {', '.join(MODULES)}")
    return names


def main(
    rows: Annotated[str, typer.Option(metavar="NAME,...", help="Rows by the beginning of their name.")] = "",
    peers: Annotated[str, typer.Option(metavar="NAME,...", help="Peers, by default all.")] = ",".join(MODULES),
    threads: Annotated[str, typer.Option(metavar="N,...", help="Numbers of threads.")] = "1,2",
    dtype: Annotated[str, typer.Option(metavar="DTYPE,...", help="Precisions.")] = "float64,float32",
    samples: Annotated[int | None, typer.Option(help="Another number of samples in every row.")] = None,
    seconds: Annotated[float, typer.Option(help="Time for each pair; 0 runs it once.")] = 0.4,
    quick: Annotated[bool, typer.Option("--quick", help="One thread, few repeats.")] = False,
    allocate: Annotated[bool, typer.Option("--allocate", help="Let ours allocate its results too.")] = False,
    prepare: Annotated[bool, typer.Option("--prepare", help="Only compile everything into the caches.")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write JSON there.")] = None,
    update: Annotated[bool, typer.Option("--update", help="Write benchmarks/results.md and results.json.")] = False,
) -> None:
    """Time symloss beside PyTorch, JAX, scikit-learn, NumPy and the limits of the machine."""
    choice = ratios.Choice(
        _listed(rows),
        _checked_peers(_listed(peers)),
        tuple(map(int, _listed(threads))),
        _listed(dtype),
        samples,
        seconds,
        allocate,
    )
    chosen(choice.rows)  # an unknown name is an error before any work
    choice = ratios.quick(choice) if quick else choice
    where = facts(f"python -m benchmarks {' '.join(sys.argv[1:])}".strip())
    with Progress() as progress:
        if prepare:
            ratios.prepare(choice, progress)
            return
        measured = {"ratios": ratios.measure(choice, progress)}
    tables = [ratios.table(choice, measured["ratios"])]
    for table in tables:
        table.show()
    _write(where, measured, tables, json_file, update)


def _write(where: dict[str, Any], measured: Any, tables: list[Table], json_file: Path | None, update: bool) -> None:
    document = json.dumps({"facts": where, **measured}, indent=1) + "\n"
    if json_file is not None:
        json_file.write_text(document)
    if update:
        RESULTS.with_suffix(".json").write_text(document)
        listed = "\n".join(f"- {name}: {value}" for name, value in where.items())
        RESULTS.write_text("\n".join(["# Results", "", listed, "", *(table.markdown() for table in tables)]))


if __name__ == "__main__":
    typer.run(main)
