"""What makes a declaration a metric: it measures, and says why nothing can be trained by its derivative."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sympy as sp

from symloss.errors import DeclarationError
from symloss.heads.binders import Rank, Sorted

from .roles import RoleSymbol


@dataclass(frozen=True)
class MetricFacts:
    """``why`` completes "has no gradient: ..."; ``surrogates`` are names of losses that are consistent for it."""

    why: str
    surrogates: tuple[str, ...]


def metric_facts(name: str, why: str, surrogates: Iterable[str]) -> MetricFacts:
    """The facts as given; a DeclarationError where a reason is missing or a surrogate is no name."""
    names = (surrogates,) if isinstance(surrogates, str) else tuple(surrogates)
    if not isinstance(why, str) or not why.strip():
        raise DeclarationError(
            f"{name}: a metric says why it has no gradient; write for example "
            f"why='it is piecewise constant: the derivative is zero almost everywhere'"
        )
    wrong = [s for s in names if not isinstance(s, str) or not s.isidentifier()]
    if wrong:
        raise DeclarationError(
            f"{name}: surrogates holds {wrong[0]!r}; expected names of losses, such as surrogates=('squared_error',)"
        )
    return MetricFacts(" ".join(why.split()).removesuffix("."), names)


def refuse_ordering_of_predictions(name: str, typed: sp.Expr, expression: sp.Expr) -> None:
    """Raise DeclarationError where a loss sorts predictions; a metric may."""
    for part in sp.preorder_traversal(expression):
        if isinstance(part, (Sorted, Rank)) and any(s.role == "prediction" for s in part.atoms(RoleSymbol)):
            raise DeclarationError(
                f"{name} = {typed}: sl.sort and sl.rank order expressions of targets and data only, since the order "
                f"of predictions has no derivative; write a smooth rank, such as 1 + sum of sigmoid((z[j] - z[i])/T), "
                f"or declare a metric, sl.Metric({name!r}, ..., why=...), which has no gradient"
            )
