"""The command line: one file per command, errors as one message on stderr."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

import symloss
from symloss.cli import bench, cache, check, compare, doctor, evaluate, listing, show
from symloss.errors import SymlossError

app = typer.Typer(
    name="symloss",
    help="Losses declared once in SymPy: list them, look at them, check them, evaluate them on a data file.",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.", is_eager=True)] = False,
) -> None:
    if version:
        print(symloss.__version__)
        raise typer.Exit


app.command("list")(listing.command)
app.command("show")(show.command)
app.command("check")(check.command)
app.command("compare")(compare.command)
app.command("eval")(evaluate.command)
app.command("bench")(bench.command)
app.command("doctor")(doctor.command)
app.command("cache")(cache.command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command line; errors that symloss raises on purpose, and those of files, become one message."""
    try:
        app(args=None if arguments is None else list(arguments))
    except (SymlossError, OSError) as error:
        print(f"symloss: {error}", file=sys.stderr)
        sys.exit(1)
