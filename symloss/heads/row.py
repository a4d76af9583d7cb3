"""What one row of the table of heads is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy as sp

Derivatives = Callable[..., tuple[sp.Expr, ...]]


@dataclass(frozen=True)
class Row:
    """What a function is.

    ``derivatives`` maps the arguments to the partial derivatives, one per argument;
    ``oracle`` evaluates in mpmath at its current precision; ``elementary`` names the
    kernel source in `symloss.elementary`.
    """

    head: type[sp.Function]
    derivatives: Derivatives
    oracle: Callable[..., Any]
    elementary: str
