"""``symloss list``: the losses by name, with how each is called."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from symloss import catalogue
from symloss.cli.output import AsJson, print_json, print_table


def command(
    family: Annotated[str | None, typer.Option(help="Only the shipped losses of this family.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the losses: name, family, how it is called, what it is."""
    entries = [catalogue.describe(name) for name in catalogue.names(family)]
    if as_json:
        print_json([asdict(entry) for entry in entries])
        return
    print_table(
        ("name", "family", "kind", "call", "what it is"),
        [(entry.name, entry.family or "-", entry.kind, entry.signature, entry.summary) for entry in entries],
    )
