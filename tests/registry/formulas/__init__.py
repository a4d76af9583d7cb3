"""Every shipped loss written a second time, by hand, in mpmath: what the laws compare its kernels with.

A module per family has ``FORMULAS``, from the loss's name to a function of the sample's numbers
``n`` (attributes by the names of inputs and parameters; arrays are lists). It is written from the
source that the loss's file names and not from the file: without softmax of ours, without a stable
form, in whatever way is shortest, since the precision is doubled until two runs agree. Entries
of -20,000 stand for masked classes (-inf).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

Formula = Callable[[Any], Any]


@cache
def formulas() -> dict[str, Formula]:
    """All of them, by the name of the loss."""
    found: dict[str, Formula] = {}
    for file in sorted(Path(__file__).parent.glob("[a-z]*.py")):
        found |= importlib.import_module(f"tests.registry.formulas.{file.stem}").FORMULAS
    return found


def formula_of(name: str) -> Callable[[dict[str, Any]], Any] | None:
    """The formula as a function of the numbers by name; None where there is none."""
    formula = formulas().get(name)
    return None if formula is None else lambda numbers: formula(SimpleNamespace(**numbers))
