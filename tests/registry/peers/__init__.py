"""What the peers' own functions return, under the names that our losses have as aliases.

A module per family has ``PEERS``, from an alias to a `Peer`. An alias returns the peer's value,
factor included; the test compares them where the peer is installed.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any


@dataclass(frozen=True)
class Peer:
    """A peer's function: ``function(module, n)`` is its result for every sample of the arrays ``n.y``, ``n.f``, ...

    ``kind`` says what it is: "value", "gradient" or "hessian" (boosters have no value). ``module``
    is what has to be importable. ``rtol`` is the peer's own precision where it is less than float64.
    """

    module: str
    function: Callable[[ModuleType, SimpleNamespace], Any]
    kind: str = "value"
    rtol: float = 1e-12
    parameters: tuple[tuple[str, float], ...] = ()

    def at(self, **parameters: float) -> Peer:
        """At other parameters than the defaults: a factor 1/delta shows where delta is not 1."""
        return replace(self, parameters=tuple(parameters.items()))


@cache
def peers() -> dict[str, Peer]:
    """All of them, by alias."""
    found: dict[str, Peer] = {}
    for file in sorted(Path(__file__).parent.glob("[a-z]*.py")):
        found |= importlib.import_module(f"tests.registry.peers.{file.stem}").PEERS
    return found
