"""Modules of this room that are imported when they are first used.

A call of a shipped loss whose kernel is in the cache needs no SymPy, and importing SymPy and what stands on it takes
longer than everything else in a short program. So `handle` reaches the modules of this room that need SymPy (or
`scipy.optimize`) through a `Later`. It is only for modules of this room: they import what they need from other rooms
at their top, where the contract of the layers sees it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Later:
    """Stands for a module, and imports it when an attribute is asked for.

    >>> numbers = Later("fractions")
    >>> numbers.Fraction(1, 2)
    Fraction(1, 2)
    """

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        # Who only looks at this object, as copying and debuggers do, asks for such names.
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(import_module(self._module), name)

    def __repr__(self) -> str:
        return f"Later({self._module!r})"
